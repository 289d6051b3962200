use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::indexed::Served;
use super::open_index::OpenIndex;
use super::spread::{Spread, Spreads};
use super::words::{Searched, Tails, WordsSeen};
use crate::column::{Batch, Bits};
use crate::error::{Error, Result};
use crate::format::Manifest;
use crate::fragment::Segment;
use crate::history::{Deaths, Visibility, visible};
use crate::home::TableHome;
use crate::schema::{Field, Schema};

/// A table as one manifest describes it, with its files open. Immutable.
#[derive(Debug)]
pub(crate) struct TableState {
    pub(crate) manifest: Manifest,
    /// Ascending by row id: fragments, then the rows in the manifest.
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) deaths: Deaths,
    /// The index segments, in the order of the manifest.
    pub(crate) indexes: Vec<Arc<OpenIndex>>,
    /// Every field that the table ever had.
    pub(crate) fields: Vec<Field>,
    /// Those that are searched by their words, once somebody asked.
    searched: Arc<OnceLock<Vec<Searched>>>,
    /// The words of rows that no segment covers.
    pub(crate) tails: Arc<Tails>,
    /// The index segments of values that serve.
    pub(super) served: Served,
    latest: Arc<View>,
    /// Views of earlier versions, the last used at the end.
    past: Mutex<Vec<Arc<View>>>,
    /// The path of the manifest, as errors name it.
    pub(crate) own_path: String,
}

/// Which rows a version sees, or a span of versions.
#[derive(Debug)]
struct View {
    sees: Visibility,
    schema: Arc<Schema>,
    /// One for each segment, made when first asked for; `None` inside where all rows are visible.
    masks: Vec<OnceLock<Option<Arc<Bits>>>>,
    /// How often it was looked whether a single row is visible, where there was no mask.
    asked: AtomicUsize,
    words: WordsSeen,
    spreads: Spreads,
}

/// How many earlier versions keep their masks.
const VIEWS: usize = 8;
/// Deaths that a mask is made of in the time that looking for one takes.
const DEATHS_PER_QUESTION: usize = 64;

/// The parts of the next state that a commit knows already.
pub(crate) struct Known {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) deaths: Deaths,
    pub(crate) indexes: Vec<Arc<OpenIndex>>,
    /// The rows that ended since the state before.
    pub(crate) ended: Vec<u64>,
    pub(crate) tails: Arc<Tails>,
}

impl TableState {
    /// Whether a row is stored and yet was never in this line: a branch that began in the past shares files with rows that came later. Such a row
    /// counts as dead at version 0.
    pub(super) fn is_foreign(&self, id: u64) -> bool {
        !self.manifest.origins.is_empty() && self.deaths.died(id) == Some(0)
    }

    /// Puts a state together; the masks of `before` are carried over where `known.ended` says what changed.
    pub(crate) fn assemble(
        home: &TableHome,
        manifest: Manifest,
        known: Known,
        before: Option<&Self>,
    ) -> Result<Self> {
        let schema = Arc::new(manifest.current_schema()?.clone());
        let masks: Vec<OnceLock<Option<Arc<Bits>>>> =
            known.segments.iter().map(|_| OnceLock::new()).collect();
        if let Some(before) = before {
            for (at, (segment, mask)) in known.segments.iter().zip(&masks).enumerate() {
                if let Some(carried) = before.carried_mask(at, segment, &known.ended) {
                    // The cell is new, so this sets it.
                    let _ = mask.set(carried);
                }
            }
        }
        let sees = Visibility {
            born_below: manifest.watermark,
            died_after: manifest.version,
        };
        // Another layout of one version changes nothing of it.
        let spreads = before
            .filter(|before| before.manifest.version == manifest.version)
            .map_or_else(Spreads::default, |before| before.latest.spreads.clone());
        let view = View {
            sees,
            schema,
            masks,
            asked: AtomicUsize::new(0),
            words: WordsSeen::default(),
            spreads,
        };
        Ok(Self {
            own_path: home.manifest_path(manifest.sequence),
            fields: manifest.all_fields(),
            searched: before
                .filter(|before| have_the_same_schemas(&before.manifest, &manifest))
                .map_or_else(Arc::default, |before| Arc::clone(&before.searched)),
            tails: known.tails,
            segments: known.segments,
            deaths: known.deaths,
            indexes: known.indexes,
            served: Served::default(),
            latest: Arc::new(view),
            past: Mutex::new(Vec::new()),
            manifest,
        })
    }

    /// The columns that are searched by their words.
    pub(crate) fn searched(&self) -> &[Searched] {
        self.searched
            .get_or_init(|| Searched::all(&self.manifest, &self.fields))
    }

    /// The mask that a segment has after some rows ended, if the mask before is known. Most segments stay where they are.
    fn carried_mask(&self, at: usize, segment: &Arc<Segment>, ended: &[u64]) -> Option<Option<Arc<Bits>>> {
        let is_it = |known: &Arc<Segment>| Arc::ptr_eq(known, segment);
        let index = match self.segments.get(at).is_some_and(is_it) {
            true => at,
            false => self.segments.iter().position(is_it)?,
        };
        let mask = self.latest.masks.get(index)?.get()?.clone();
        let rows = segment.rows();
        let mut gone = ended.iter().filter_map(|id| rows.position(*id)).peekable();
        if gone.peek().is_none() {
            return Some(mask);
        }
        let mut bits = mask.map_or_else(|| Bits::filled(segment.len(), true), |mask| (*mask).clone());
        gone.for_each(|position| bits.clear(position));
        Some(Some(Arc::new(bits)))
    }

    /// The view with a schema.
    fn view(&self, sees: Visibility, schema: u32) -> Result<Arc<View>> {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |view: &Arc<View>| (view.sees, view.schema.id) == (sees, schema);
        if let Some(at) = past.iter().position(same) {
            let view = past.remove(at);
            past.push(Arc::clone(&view));
            return Ok(view);
        }
        let schema = self.manifest.schema_of(schema).map_err(|_| {
            let version = sees.died_after;
            let what = format!("it has no schema {schema}, which was that of version {version}");
            Error::corrupt(&self.own_path, what)
        })?;
        let schema = Arc::new(schema.clone());
        let masks = self.segments.iter().map(|_| OnceLock::new()).collect();
        let view = Arc::new(View {
            sees,
            schema,
            masks,
            asked: AtomicUsize::new(0),
            words: WordsSeen::default(),
            spreads: Spreads::default(),
        });
        if past.len() >= VIEWS {
            past.remove(0);
        }
        past.push(Arc::clone(&view));
        Ok(view)
    }
}

/// Whether two manifests surely have the same schemas.
fn have_the_same_schemas(one: &Manifest, other: &Manifest) -> bool {
    let mut pairs = one.schemas.iter().zip(&other.schemas);
    one.schemas.len() == other.schemas.len() && pairs.all(|(one, other)| one.is(other))
}

/// A read-only view of a table at a version, or over a span of versions. Cheap to clone; it never changes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) state: Arc<TableState>,
    view: Arc<View>,
    version: u64,
    /// Of a span the first version.
    from: Option<u64>,
}

/// A segment as a version sees it.
#[derive(Clone, Debug)]
pub(crate) struct Visible<'a> {
    pub(crate) index: u32,
    pub(crate) segment: &'a Segment,
    /// The visible rows; `None` where all are.
    pub(crate) mask: Option<Arc<Bits>>,
}

impl Snapshot {
    pub(crate) fn latest(state: Arc<TableState>) -> Self {
        let (view, version) = (Arc::clone(&state.latest), state.manifest.version);
        Self {
            state,
            view,
            version,
            from: None,
        }
    }

    pub(crate) fn at(state: Arc<TableState>, version: u64, watermark: u64, schema: u32) -> Result<Self> {
        if version == state.manifest.version {
            return Ok(Self::latest(state));
        }
        let sees = Visibility {
            born_below: watermark,
            died_after: version,
        };
        let view = state.view(sees, schema)?;
        Ok(Self {
            state,
            view,
            version,
            from: None,
        })
    }

    /// What was visible at any moment from version `from` to this one: what was born by then and had not died at `from`.
    pub(crate) fn since(&self, from: u64) -> Result<Self> {
        let sees = Visibility {
            died_after: from,
            ..self.view.sees
        };
        Ok(Self {
            state: Arc::clone(&self.state),
            view: self.state.view(sees, self.schema().id)?,
            version: self.version,
            from: Some(from),
        })
    }

    /// The version; of a span the last.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The oldest version that the table could be read at when this was opened.
    #[must_use]
    pub fn oldest_version(&self) -> u64 {
        self.state.manifest.oldest
    }

    /// Of a span of versions the first; none where it is no span.
    #[must_use]
    pub fn from(&self) -> Option<u64> {
        self.from
    }

    /// The first row id that the version had not handed out.
    #[must_use]
    pub fn watermark(&self) -> u64 {
        self.view.sees.born_below
    }

    /// The schema of the version.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.view.schema
    }

    /// Reads a batch of rows against the schema of the version.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidRow`], naming row and column; [`crate::error::Code::Conflict`] where the version does not have one of
    /// the columns.
    pub fn batch(&self, bytes: &[u8]) -> Result<(Batch, Arc<Schema>)> {
        let schema = Arc::clone(self.schema());
        Ok((Batch::decode_known(bytes, &schema, &self.state.fields)?, schema))
    }

    /// The segments that the version sees any row of, ascending by row id.
    pub(crate) fn segments(&self) -> impl DoubleEndedIterator<Item = Visible<'_>> + '_ {
        let born = self
            .state
            .segments
            .partition_point(|segment| segment.rows().first() < self.watermark());
        (0..born).filter_map(|index| self.segment(index))
    }

    pub(crate) fn segment(&self, index: usize) -> Option<Visible<'_>> {
        let segment = self
            .state
            .segments
            .get(index)
            .filter(|segment| segment.rows().first() < self.watermark())?;
        let make = || {
            let rows = segment.rows();
            visible(rows, segment.len(), self.view.sees, &self.state.deaths).map(Arc::new)
        };
        let mask = self.view.masks.get(index)?.get_or_init(make).clone();
        Some(Visible {
            index: u32::try_from(index).ok()?,
            segment,
            mask,
        })
    }

    /// Whether the version sees a row of a segment, by its id and position: from the mask, once masks are worth their making.
    pub(super) fn sees_at(&self, segment: usize, row: usize, id: u64) -> bool {
        let Some(mask) = self.view.masks.get(segment) else {
            return false;
        };
        if let Some(mask) = mask.get() {
            return mask.as_ref().is_none_or(|bits| bits.get(row));
        }
        let asked = self.view.asked.fetch_add(1, Ordering::Relaxed);
        if asked.saturating_mul(DEATHS_PER_QUESTION) >= self.state.deaths.len() {
            // Made for the rows that will be asked about.
            self.segment(segment);
        }
        self.sees(id)
    }

    /// Whether it is known how far apart the vectors of a column lie, without measuring.
    pub(crate) fn knows_spread(&self, field: u32) -> bool {
        self.view.spreads.is_known(field)
    }

    /// How far apart the vectors of a column lie, measured once and kept with the version; none where nothing can be told.
    ///
    /// # Errors
    /// Those of `measure`.
    pub(crate) fn spread_of(
        &self,
        field: u32,
        measure: impl FnOnce() -> Result<Option<Spread>>,
    ) -> Result<Option<Spread>> {
        self.view.spreads.get(field, measure)
    }

    /// What is known of the words that the version sees.
    pub(super) fn words_seen(&self) -> &WordsSeen {
        &self.view.words
    }

    /// Whether the version sees a row, by its id. Cheaper than a mask for one row.
    pub(super) fn sees(&self, id: u64) -> bool {
        self.view.sees.sees(id, &self.state.deaths)
    }
}
