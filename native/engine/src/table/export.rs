use super::Picked;
use crate::column::{Column, Data};
use crate::error::Result;
use crate::format::default_of;
use crate::fragment::ArrowStream;
use crate::schema::{DataType, Field};

impl Picked {
    /// The rows as an Arrow IPC stream; `scored` adds the columns `_distance` and `_score` of a search.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; [`crate::error::Code::InvalidRow`] where a column holds more than 2 GiB.
    pub fn arrow_stream(&self, scored: bool) -> Result<Vec<u8>> {
        let mut fields = self.fields().to_vec();
        if scored {
            fields.extend(score_fields());
        }
        let mut bytes = ArrowStream::schema(&fields)?;
        self.arrow_batch(&mut bytes, scored)?;
        bytes.extend_from_slice(ArrowStream::END);
        Ok(bytes)
    }

    /// Writes the rows as one batch of such a stream behind what is there.
    ///
    /// # Errors
    /// As [`Picked::arrow_stream`].
    pub fn arrow_batch(&self, bytes: &mut Vec<u8>, scored: bool) -> Result<()> {
        let mut columns = Vec::new();
        for field in self.fields() {
            columns.push((field, self.pieces(field)?));
        }
        let scores = score_fields();
        if let ([distance, score], true) = (&scores, scored) {
            let floats = |get: fn(&(f32, f32)) -> f32| {
                let bytes = self.scores.iter().flat_map(|pair| get(pair).to_le_bytes());
                vec![fixed(4, bytes.collect())]
            };
            columns.push((distance, floats(|pair| pair.0)));
            columns.push((score, floats(|pair| pair.1)));
        }
        ArrowStream::batch(bytes, self.len(), &columns)
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

fn score_fields() -> [Field; 2] {
    ["_distance", "_score"].map(|name| Field {
        id: 0,
        name: name.to_owned(),
        data_type: DataType::Float { bits: 32 },
        nullable: false,
        default: None,
        embed: None,
    })
}
