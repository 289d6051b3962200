use std::collections::BTreeMap;
use std::io;

use super::record::{FILE_HEAD, HEAD, Head, Kind, Ring, SLOT, file_head, read_file_head};
use crate::store::BlockFile;

/// What a journal holds, as far as somebody looked.
///
/// Sequences ascend, so whatever stands behind the newest record with a smaller one is left over from an earlier turn.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) ring: Option<Ring>,
    places: BTreeMap<u64, Place>,
    /// The newest record that is whole.
    pub(super) last: Option<(u64, Head)>,
    /// What stood where the next record can come, when nothing of it was there.
    quiet: Option<[[u8; HEAD]; 2]>,
}

/// Where a manifest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the record at this offset.
    Record(u64, Head),
    /// In a file of its own, unless it was removed.
    File,
    /// It was durable, and its record is damaged.
    Damaged,
}

type Record = (u64, Head);

impl Survey {
    /// Looks at a journal for the first time, or anew.
    ///
    /// # Errors
    /// The operating system's; `InvalidData` where the file is no journal.
    pub(super) fn of(file: &dyn BlockFile) -> io::Result<Self> {
        let mut head = [0; FILE_HEAD];
        let read = file.read_at(0, &mut head)?;
        let head = head.get(..read).unwrap_or_default();
        let ring = read_file_head(head, file.length()?)
            .map_err(|what| io::Error::new(io::ErrorKind::InvalidData, what))?;
        let Some(ring) = ring else {
            return Ok(Self::default());
        };
        let [first, second] = ring.starts();
        let runs = [run(file, ring, first)?, run(file, ring, second)?];
        let mut survey = Self::arrange(ring, runs);
        if !survey.is_marked(file)? {
            survey = Self::thoroughly(file, ring)?;
            survey.settle(file)?;
        }
        Ok(survey)
    }

    /// Puts the records of both halves in order: those of the half with the newest, and what leads to them.
    fn arrange(ring: Ring, [first, second]: [Vec<Record>; 2]) -> Self {
        let last = |run: &[Record]| run.last().map(|(_, head)| head.sequence);
        let (earlier, later) = if last(&first) > last(&second) {
            (second, first)
        } else {
            (first, second)
        };
        let start = later.first().map(|(_, head)| head.sequence);
        let leads = last(&earlier) < start;
        let records = earlier.into_iter().filter(|_| leads).chain(later);
        let mut survey = Self {
            ring: Some(ring),
            ..Self::default()
        };
        for (at, head) in records {
            survey.places.insert(head.sequence, place(at, head));
            survey.last = Some((at, head));
        }
        survey
    }

    /// Looks at every slot: for the newest record that is whole, and for marks that tell of one that no longer is.
    fn thoroughly(file: &dyn BlockFile, ring: Ring) -> io::Result<Self> {
        let size = usize::try_from(ring.end()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut bytes = vec![0; size];
        file.read_at(0, &mut bytes)?;
        let (mut whole, mut durable) = (BTreeMap::new(), None);
        for at in (SLOT..ring.end()).step_by(SLOT as usize) {
            let from = bytes.get(at as usize..).unwrap_or_default();
            let Some(head) = Head::decode(from) else {
                continue;
            };
            if head.kind == Kind::Erased {
                continue;
            }
            if !head.is_record() {
                // A copy that was made while the file was written may hold a mark without its record.
                let holds = head.file == file.identity().number || !is_torn(&bytes, ring, at, &head);
                durable = durable.max(Some(head.sequence).filter(|_| holds));
            } else if ring.holds(at, &head)
                && head.fits(from.get(HEAD..HEAD + head.length as usize).unwrap_or_default())
            {
                whole.insert(head.sequence, (at, head));
            }
        }
        let mut survey = Self {
            ring: Some(ring),
            ..Self::default()
        };
        survey.last = whole.last_key_value().map(|(_, record)| *record);
        let mut sequence = whole.last_key_value().map(|(sequence, _)| *sequence);
        while let Some((known, (at, head))) = sequence.and_then(|sequence| whole.get_key_value(&sequence)) {
            survey.places.insert(*known, place(*at, *head));
            sequence = known.checked_sub(1);
        }
        if let Some(durable) = durable.filter(|durable| survey.newest() < Some(*durable)) {
            survey.places.insert(durable, Place::Damaged);
        }
        Ok(survey)
    }

    /// The newest sequence that was ever put.
    pub(super) fn newest(&self) -> Option<u64> {
        self.places.last_key_value().map(|(sequence, _)| *sequence)
    }

    pub(super) fn place(&self, sequence: u64) -> Option<Place> {
        self.places.get(&sequence).copied()
    }

    /// All manifests, ascending.
    pub(super) fn places(&self) -> impl Iterator<Item = (u64, Place)> + '_ {
        self.places.iter().map(|(sequence, place)| (*sequence, *place))
    }

    /// Where the records from a sequence on lie, and the newest with the mark behind it.
    pub(super) fn standing(&self, sequence: u64) -> Vec<std::ops::Range<u64>> {
        let records = self.places.iter().filter_map(|(own, place)| match place {
            Place::Record(at, head) if *own >= sequence => Some(*at..at + head.span()),
            _ => None,
        });
        let newest = self.last.map(|(at, head)| at..at + head.span() + SLOT);
        records.chain(newest).collect()
    }

    pub(super) fn is_damaged(&self) -> bool {
        self.places
            .last_key_value()
            .is_some_and(|(_, place)| *place == Place::Damaged)
    }

    /// Where the next record goes, if there is room.
    pub(super) fn tail(&self, ring: Ring) -> u64 {
        let [first, _] = ring.starts();
        self.last.map_or(first, |(at, head)| at + head.span())
    }

    /// Whether nothing has happened since. One look into the file, or two after a writer died.
    pub(super) fn is_current(&self, file: &dyn BlockFile) -> io::Result<bool> {
        if self.ring.is_none() {
            let mut head = [0; FILE_HEAD];
            file.read_at(0, &mut head)?;
            return Ok(head == file_head(None));
        }
        Ok(self.is_marked(file)? || self.quiet.is_some() && self.quiet == Some(self.stirs(file)?))
    }

    /// Whether the mark behind the newest record is there.
    fn is_marked(&self, file: &dyn BlockFile) -> io::Result<bool> {
        let (Some(ring), Some((_, last))) = (self.ring, self.last) else {
            return Ok(false);
        };
        Ok(bytes_at(file, self.tail(ring))? == last.mark(Kind::End).encode())
    }

    /// What stands at the two places where the next record can come.
    fn stirs(&self, file: &dyn BlockFile) -> io::Result<[[u8; HEAD]; 2]> {
        let Some(ring) = self.ring else {
            return Ok([[0; HEAD]; 2]);
        };
        let tail = self.tail(ring);
        Ok([bytes_at(file, tail)?, bytes_at(file, ring.halves(tail).1)?])
    }

    /// Remembers what stands where the next record can come, unless it looks like one that is being written.
    fn settle(&mut self, file: &dyn BlockFile) -> io::Result<()> {
        let stirs = self.stirs(file)?;
        let next = |bytes: &[u8; HEAD]| {
            Head::decode(bytes).is_some_and(|head| head.is_record() && Some(head.sequence) > self.newest())
        };
        self.quiet = Some(stirs).filter(|stirs| !stirs.iter().any(next));
        Ok(())
    }

    /// Takes in the records that others have appended. Returns whether there were any.
    pub(super) fn follow(&mut self, file: &dyn BlockFile) -> io::Result<bool> {
        let mut any = false;
        while let Some((at, head)) = self.next_record(file)? {
            self.append(at, head);
            any = true;
        }
        if any {
            self.settle(file)?;
        }
        Ok(any)
    }

    fn next_record(&self, file: &dyn BlockFile) -> io::Result<Option<Record>> {
        let (Some(ring), Some((_, last))) = (self.ring, self.last) else {
            return Ok(None);
        };
        let tail = self.tail(ring);
        for at in [tail, ring.halves(tail).1] {
            let Some(head) = Head::decode(&bytes_at(file, at)?) else {
                continue;
            };
            let next = head.is_record() && head.sequence == last.sequence + 1 && ring.holds(at, &head);
            if next && self.newest() == Some(last.sequence) && head.fits(&payload(file, at, &head)?) {
                return Ok(Some((at, head)));
            }
        }
        Ok(None)
    }

    /// Takes in a record that is whole. What its half held before is gone where it is the first in it.
    pub(super) fn append(&mut self, at: u64, head: Head) {
        let Some(ring) = self.ring else { return };
        if ring.starts().contains(&at) {
            let end = ring.half_end(at);
            self.places
                .retain(|_, place| !matches!(place, Place::Record(other, _) if (at..end).contains(other)));
        }
        self.places.insert(head.sequence, place(at, head));
        self.last = Some((at, head));
        self.quiet = None;
    }
}

/// Whether a mark was copied and its record was not: where it starts stands what was there before.
fn is_torn(bytes: &[u8], ring: Ring, at: u64, mark: &Head) -> bool {
    let Some(start) = at.checked_sub(mark.span()).filter(|start| *start >= SLOT) else {
        return true;
    };
    let there = bytes.get(start as usize..).unwrap_or_default();
    let is_earlier = Head::decode(there).is_some_and(|head| head.sequence < mark.sequence);
    let is_blank = || there.first_chunk::<HEAD>() == Some(&[0; HEAD]);
    is_earlier || ring.starts().contains(&start) && is_blank()
}

fn place(at: u64, head: Head) -> Place {
    match head.kind {
        Kind::Manifest => Place::Record(at, head),
        _ => Place::File,
    }
}

/// The records that follow each other from the start of a half.
fn run(file: &dyn BlockFile, ring: Ring, start: u64) -> io::Result<Vec<Record>> {
    let (mut records, mut at): (Vec<Record>, u64) = (Vec::new(), start);
    while let Some(head) = Head::decode(&bytes_at(file, at)?) {
        let follows = records
            .last()
            .is_none_or(|(_, last)| last.sequence < head.sequence);
        if !head.is_record() || !ring.holds(at, &head) || !follows {
            break;
        }
        records.push((at, head));
        at += head.span();
    }
    Ok(records)
}

fn bytes_at(file: &dyn BlockFile, at: u64) -> io::Result<[u8; HEAD]> {
    let mut bytes = [0; HEAD];
    file.read_at(at, &mut bytes)?;
    Ok(bytes)
}

/// What follows a head. The ring holds the record, so that its length is bounded.
pub(super) fn payload(file: &dyn BlockFile, at: u64, head: &Head) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(head.length).map_err(|_| io::ErrorKind::OutOfMemory)?];
    let read = file.read_at(at + HEAD as u64, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}
