use crate::error::{Error, Result};

/// How thoroughly a segment is searched, and what that was measured to find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// For so many nearest rows, or fewer.
    pub nearest: u32,
    /// The share of them that was found.
    pub recall: f32,
    /// At most so many lists.
    pub lists: u32,
    /// Lists are left out in which a row would have to lie at a steeper angle than this cosine to be of use.
    pub angle: f32,
    /// Standard deviations that an estimate may be off.
    pub deviations: f32,
    /// Rows that were looked at, on average.
    pub rows: f32,
}

impl Setting {
    /// All lists, and every doubt cleared.
    #[must_use]
    pub fn flat(lists: u32, rows: u32) -> Self {
        Self {
            nearest: u32::MAX,
            recall: 1.0,
            lists,
            angle: f32::INFINITY,
            deviations: 4.0,
            rows: rows as f32,
        }
    }

    pub(super) const BYTES: usize = 24;

    pub(super) fn encode(&self) -> [u8; Self::BYTES] {
        let fields = [
            self.nearest.to_le_bytes(),
            self.recall.to_le_bytes(),
            self.lists.to_le_bytes(),
            self.angle.to_le_bytes(),
            self.deviations.to_le_bytes(),
            self.rows.to_le_bytes(),
        ];
        let mut bytes = [0; Self::BYTES];
        bytes
            .chunks_exact_mut(4)
            .zip(fields)
            .for_each(|(to, from)| to.copy_from_slice(&from));
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut fields = bytes.as_chunks::<4>().0.iter().copied();
        let mut next = || {
            fields
                .next()
                .ok_or_else(|| Error::internal("a setting is too short"))
        };
        Ok(Self {
            nearest: u32::from_le_bytes(next()?),
            recall: f32::from_le_bytes(next()?),
            lists: u32::from_le_bytes(next()?),
            angle: f32::from_le_bytes(next()?),
            deviations: f32::from_le_bytes(next()?),
            rows: f32::from_le_bytes(next()?),
        })
    }

    /// The least thorough setting that reaches a recall for so many nearest rows.
    pub(super) fn choose(settings: &[Self], recall: f32, nearest: usize, flat: Self) -> Self {
        let nearest = u32::try_from(nearest).unwrap_or(u32::MAX);
        let group = settings
            .iter()
            .map(|setting| setting.nearest)
            .filter(|of| *of >= nearest)
            .min();
        let reaching = settings
            .iter()
            .filter(|setting| Some(setting.nearest) == group && setting.recall >= recall);
        reaching
            .min_by(|a, b| a.rows.total_cmp(&b.rows))
            .copied()
            .unwrap_or(flat)
    }
}
