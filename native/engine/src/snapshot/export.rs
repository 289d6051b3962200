use super::lifetime::{Lifetime, Moment};
use super::picked::Picked;
use super::score::{Part, Score};
use crate::column::{Column, ColumnBuilder, Data};
use crate::error::Result;
use crate::format::default_of;
use crate::fragment::ArrowStream;
use crate::schema::{DataType, Field, NamedField};
use crate::value::Value;

/// What stands in a stream behind the columns of the rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The columns `_distance` and `_score` of a search.
    pub scored: bool,
    /// The columns `_textScore`, `_textRank` and `_vectorRank` of a search for words and vectors.
    pub fused: bool,
    /// The column `_count` of a search by groups.
    pub counted: bool,
    /// The columns `_from` and `_to` of a search across time: a version and its date each.
    pub lifetimes: Option<&'a [Lifetime]>,
}

impl Picked {
    /// The rows as an Arrow IPC stream.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; [`crate::error::Code::InvalidRow`] where a column holds more than 2 GiB.
    pub fn arrow_stream(&self, beside: Beside<'_>) -> Result<Vec<u8>> {
        let mut columns = Vec::new();
        if beside.scored {
            columns.extend(self.score_columns(beside.fused)?);
        }
        if beside.fused {
            columns.extend(self.part_columns()?);
        }
        if beside.counted {
            columns.push(self.count_column());
        }
        if let Some(lifetimes) = beside.lifetimes {
            columns.extend(lifetime_columns(lifetimes)?);
        }
        let fields = self.fields().iter().chain(columns.iter().map(|(field, _)| field));
        let mut bytes = ArrowStream::schema(&fields.cloned().collect::<Vec<_>>())?;
        self.batch(&mut bytes, columns)?;
        bytes.extend_from_slice(ArrowStream::END);
        Ok(bytes)
    }

    /// Writes the rows as one batch of a stream behind what is there.
    ///
    /// # Errors
    /// As [`Picked::arrow_stream`].
    pub fn arrow_batch(&self, bytes: &mut Vec<u8>) -> Result<()> {
        self.batch(bytes, Vec::new())
    }

    fn batch(&self, bytes: &mut Vec<u8>, beside: Vec<(Field, Column)>) -> Result<()> {
        let mut columns = Vec::new();
        for field in self.fields() {
            columns.push((field, self.pieces(field)?));
        }
        let beside: Vec<(Field, Vec<Column>)> = beside
            .into_iter()
            .map(|(field, column)| (field, vec![column]))
            .collect();
        columns.extend(beside.iter().map(|(field, pieces)| (field, pieces.clone())));
        ArrowStream::batch(bytes, self.len(), &columns)
    }

    fn score_columns(&self, may_lack_vectors: bool) -> Result<[(Field, Column); 2]> {
        let distance = |score: &Score| {
            let is_known = !may_lack_vectors || score.parts.vector.is_some();
            is_known.then(|| score.distance())
        };
        Ok([
            self.floats("_distance", may_lack_vectors, distance)?,
            self.floats("_score", false, |score| Some(score.score))?,
        ])
    }

    fn part_columns(&self) -> Result<[(Field, Column); 3]> {
        let rank = |part: Option<Part>| part.map(|part| part.rank).filter(|rank| *rank > 0);
        let ranks = |name, of: &dyn Fn(&Score) -> Option<u32>| -> Result<(Field, Column)> {
            let mut builder = ColumnBuilder::new(&DataType::Int);
            for score in &self.scores {
                builder.push(&of(score).map_or(Value::Null, |rank| Value::Int(rank.into())))?;
            }
            Ok((made(name, DataType::Int, true), builder.finish()))
        };
        let value = |score: &Score| Some(score.parts.text.map_or(0.0, |part| part.value));
        Ok([
            self.floats("_textScore", false, value)?,
            ranks("_textRank", &|score| rank(score.parts.text))?,
            ranks("_vectorRank", &|score| rank(score.parts.vector))?,
        ])
    }

    fn floats(
        &self,
        name: &str,
        nullable: bool,
        get: impl Fn(&Score) -> Option<f64>,
    ) -> Result<(Field, Column)> {
        let data_type = DataType::Float { bits: 32 };
        // What is beyond 32 bits becomes the greatest number, not infinity.
        let narrow = |x: f64| Value::Float(f64::from((x as f32).clamp(f32::MIN, f32::MAX)));
        let mut builder = ColumnBuilder::new(&data_type);
        for score in &self.scores {
            builder.push(&get(score).map_or(Value::Null, narrow))?;
        }
        Ok((made(name, data_type, nullable), builder.finish()))
    }

    fn count_column(&self) -> (Field, Column) {
        let bytes = self.scores.iter().flat_map(|score| score.count.to_le_bytes());
        (made("_count", DataType::Int, false), fixed(8, bytes.collect()))
    }

    /// The rows of a column in order: one piece for each run of rows that lie in one segment.
    fn pieces(&self, field: &Field) -> Result<Vec<Column>> {
        if field.id == 0 {
            return Ok(vec![fixed(8, self.ids().flat_map(u64::to_le_bytes).collect())]);
        }
        let mut pieces = Vec::new();
        for run in self.places().chunk_by(|a, b| a.0 == b.0) {
            let Some((segment, _)) = run.first() else { continue };
            pieces.push(match self.stored(*segment, field) {
                Some(column) => column.take(&run.iter().map(|place| place.1).collect::<Vec<_>>())?,
                None => Column::constant(&field.data_type, &default_of(field)?, run.len())?,
            });
        }
        if pieces.is_empty() {
            pieces.push(Column::constant(&field.data_type, &default_of(field)?, 0)?);
        }
        Ok(pieces)
    }
}

fn fixed(width: usize, bytes: Vec<u8>) -> Column {
    let rows = bytes.len() / width;
    let values = bytes.into();
    Column::new(rows, None, Data::Fixed { width, values })
}

/// A field that no table has.
fn made(name: &str, data_type: DataType, nullable: bool) -> Field {
    Field {
        id: 0,
        name: name.to_owned(),
        data_type,
        nullable,
        default: None,
        embed: None,
        text: None,
        indexed: None,
    }
}

fn lifetime_columns(lifetimes: &[Lifetime]) -> Result<[(Field, Column); 2]> {
    let part = |name: &str, data_type| NamedField {
        name: name.to_owned(),
        data_type,
        nullable: false,
    };
    let fields = vec![part("version", DataType::Int), part("date", DataType::Timestamp)];
    let data_type = DataType::Struct { fields };
    let value = |moment: Moment| {
        let version = i64::try_from(moment.version).unwrap_or(i64::MAX);
        Value::Struct(vec![Value::Int(version), Value::Int(moment.committed_at)])
    };
    let column = |name, of: &dyn Fn(&Lifetime) -> Value, nullable| -> Result<(Field, Column)> {
        let mut builder = ColumnBuilder::new(&data_type);
        lifetimes
            .iter()
            .try_for_each(|lifetime| builder.push(&of(lifetime)))?;
        Ok((made(name, data_type.clone(), nullable), builder.finish()))
    };
    Ok([
        column("_from", &|lifetime| value(lifetime.from), false)?,
        column("_to", &|lifetime| lifetime.to.map_or(Value::Null, value), true)?,
    ])
}
