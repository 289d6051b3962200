use crate::error::{Error, Result};

/// How thoroughly a segment is searched, and what that was measured to find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The number of nearest rows up to which this was measured.
    pub nearest: u32,
    /// The share of them that was found.
    pub recall: f32,
    /// The most lists that are searched.
    pub lists: u32,
    /// Lists are left out in which a row would have to lie at a steeper angle than this cosine to be of use.
    pub angle: f32,
    /// Standard deviations that an estimate may be off.
    pub deviations: f32,
    /// What it took, on average: rows that were looked at, and what it takes to read in full those that might have been nearer, as rows.
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

    /// The least thorough setting that reaches a recall for the number of nearest rows. Up to twice as many as were measured are asked
    /// for by missing fewer of those that were.
    pub(super) fn choose(settings: &[Self], recall: f32, nearest: usize, flat: Self) -> Self {
        let wanted = u32::try_from(nearest).unwrap_or(u32::MAX);
        let groups = settings.iter().map(|setting| setting.nearest);
        let Some(group) = groups.filter(|of| of.saturating_mul(2) >= wanted).min() else {
            return flat;
        };
        let share = (group as f32 / wanted.max(1) as f32).min(1.0);
        let recall = 1.0 - (1.0 - recall) * share;
        let of_group = settings.iter().filter(|setting| setting.nearest == group);
        of_group
            .filter(|setting| setting.recall >= recall)
            .min_by(|a, b| a.rows.total_cmp(&b.rows))
            .copied()
            .unwrap_or(flat)
    }
}
