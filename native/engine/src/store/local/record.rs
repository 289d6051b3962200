//! The bytes of a journal: the head of the file, records, marks. No I/O.

use xxhash_rust::xxh3::xxh3_64;

use crate::store::SEQUENCE_MAX;

/// Records and marks start at multiples of this: no sector that holds one is written for the sake of another.
pub(super) const SLOT: u64 = 4096;
/// The head of a record, or all of a mark.
pub(super) const HEAD: usize = 48;
/// The head of the file: a word that says what it is, and its whole length, which is 0 until the ring is made.
pub(super) const FILE_HEAD: usize = 16;
const FILE_MAGIC: [u8; 8] = *b"VARVEJNL";
/// No byte of this is ever part of JSON, so no manifest holds what looks like a head.
const MAGIC: [u8; 7] = [0xff, b'v', b'a', b'r', b'v', b'e', 0xff];
/// No journal is larger: whoever reads one may hold it in memory.
const LARGEST: u64 = 64 << 20;

/// What stands at a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A manifest.
    Manifest = 1,
    /// The number of a manifest that is a file of its own.
    File = 2,
    /// A mark: the record before is durable, and the last.
    End = 3,
    /// A mark: the record before is durable, and the next one starts the other half.
    Moved = 4,
    /// What stood here was erased. It has the sequence that was the newest then, so that it differs from all that stood here before.
    Erased = 5,
}

/// The head of a record. A mark repeats that of the record that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) sequence: u64,
    /// Bytes of the manifest, which follow the head.
    pub(super) length: u64,
    /// Their xxh3.
    pub(super) hash: u64,
    /// The number that the file system gave the journal when this was written.
    pub(super) file: u64,
}

impl Head {
    pub(super) fn new(kind: Kind, sequence: u64, payload: &[u8], file: u64) -> Self {
        let (length, hash) = (payload.len() as u64, xxh3_64(payload));
        Self {
            kind,
            sequence,
            length,
            hash,
            file,
        }
    }

    pub(super) fn mark(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    pub(super) fn is_record(&self) -> bool {
        matches!(self.kind, Kind::Manifest | Kind::File)
    }

    pub(super) fn encode(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let words = [self.sequence, self.length, self.hash, self.file];
        let (magic, rest) = bytes.split_at_mut(MAGIC.len());
        magic.copy_from_slice(&MAGIC);
        let (kind, rest) = rest.split_at_mut(1);
        kind.fill(self.kind as u8);
        for (place, word) in rest.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let hash = xxh3_64(&bytes[..HEAD - 8]);
        bytes[HEAD - 8..].copy_from_slice(&hash.to_le_bytes());
        bytes
    }

    /// `None` for anything that was not written whole by [`Head::encode`].
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.first_chunk::<HEAD>()?;
        let word = |at: usize| {
            let word = bytes.get(at..)?.first_chunk()?;
            Some(u64::from_le_bytes(*word))
        };
        let kind = match bytes[7] {
            1 => Kind::Manifest,
            2 => Kind::File,
            3 => Kind::End,
            4 => Kind::Moved,
            5 => Kind::Erased,
            _ => return None,
        };
        let whole = bytes[..7] == MAGIC && word(HEAD - 8)? == xxh3_64(&bytes[..HEAD - 8]);
        let possible = (1..=SEQUENCE_MAX).contains(&word(8)?);
        let head = Self {
            kind,
            sequence: word(8)?,
            length: word(16)?,
            hash: word(24)?,
            file: word(32)?,
        };
        (whole && possible).then_some(head)
    }

    /// Bytes of the ring that the record takes.
    pub(super) fn span(&self) -> u64 {
        (HEAD as u64).saturating_add(self.length).div_ceil(SLOT) * SLOT
    }

    /// Whether these are the bytes behind the head.
    pub(super) fn fits(&self, payload: &[u8]) -> bool {
        payload.len() as u64 == self.length && xxh3_64(payload) == self.hash
    }
}

/// Where records lie: two halves behind the slot with the head of the file. One is filled after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ring {
    half: u64,
}

impl Ring {
    /// Two halves of at least this many bytes.
    pub(super) fn of(half: u64) -> Self {
        let half = half.clamp(8 * SLOT, (LARGEST - SLOT) / 2).next_multiple_of(SLOT);
        Self { half }
    }

    /// The ring in a file of some length; `None` where there is none of that length.
    fn in_file(length: u64) -> Option<Self> {
        let half = length.checked_sub(SLOT)? / 2;
        let ring = Self { half };
        (length <= LARGEST && half >= 8 * SLOT && half % SLOT == 0 && ring.end() == length).then_some(ring)
    }

    pub(super) fn end(self) -> u64 {
        SLOT + 2 * self.half
    }

    pub(super) fn starts(self) -> [u64; 2] {
        [SLOT, SLOT + self.half]
    }

    /// The start of the half with this place in it, and of the other one.
    pub(super) fn halves(self, at: u64) -> (u64, u64) {
        let [first, second] = self.starts();
        if at < second {
            (first, second)
        } else {
            (second, first)
        }
    }

    pub(super) fn half_end(self, at: u64) -> u64 {
        self.halves(at).0 + self.half
    }

    /// Whether a record may lie here: it leaves a slot for the mark behind it.
    pub(super) fn holds(self, at: u64, head: &Head) -> bool {
        head.length <= self.largest() && at + head.span() + SLOT <= self.half_end(at)
    }

    /// The largest manifest that becomes a record: when a half is left, it has three and more.
    pub(super) fn largest(self) -> u64 {
        self.half / 4 - HEAD as u64
    }
}

/// The head of a file without a ring.
pub(super) fn file_head(ring: Option<Ring>) -> [u8; FILE_HEAD] {
    let mut bytes = [0; FILE_HEAD];
    let (magic, length) = bytes.split_at_mut(8);
    magic.copy_from_slice(&FILE_MAGIC);
    length.copy_from_slice(&ring.map_or(0, Ring::end).to_le_bytes());
    bytes
}

/// The ring that a file has, by its head and its length; an error says what is wrong with it.
pub(super) fn read_file_head(bytes: &[u8], length: u64) -> Result<Option<Ring>, &'static str> {
    let magic = bytes.get(..8);
    let said = bytes.get(8..).and_then(|rest| rest.first_chunk());
    let (Some(magic), Some(said)) = (magic, said) else {
        return Err("it is cut short");
    };
    if magic != FILE_MAGIC {
        return Err("it does not start like a journal");
    }
    match u64::from_le_bytes(*said) {
        0 => Ok(None),
        said if said != length => Err("it has another length than it says"),
        said => Ring::in_file(said)
            .map(Some)
            .ok_or("it says an impossible length"),
    }
}
