use serde::Deserialize;
use varve_engine::{DataType, Field, Result, Snapshot};

/// A field that stands for the ids of rows.
pub(crate) const ROW_ID: &str = "_rowid";

/// Columns by name, with the ids that the caller knows them by.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Select {
    #[serde(default)]
    select: Vec<String>,
    #[serde(default)]
    fields: Vec<u32>,
}

impl Select {
    /// The fields, in that order. A column that was dropped and made anew under its old name is another column.
    pub(crate) fn fields(&self, snapshot: &Snapshot) -> Result<Vec<Field>> {
        let field = |(at, name): (usize, &String)| {
            let found = if name == ROW_ID {
                row_id()
            } else {
                snapshot.schema().field(name)?.clone()
            };
            match self.fields.get(at) {
                Some(id) if *id != found.id => Err(found.is_another()),
                _ => Ok(found),
            }
        };
        self.select.iter().enumerate().map(field).collect()
    }

    /// The fields, of either of two versions: those of the later one go before those of the earlier.
    pub(crate) fn fields_of_either(&self, later: &Snapshot, earlier: &Snapshot) -> Result<Vec<Field>> {
        let of = |snapshot: &Snapshot, name: &String, id: Option<&u32>| {
            let found = match name.as_str() {
                ROW_ID => Some(row_id()),
                name => snapshot.schema().field(name).ok().cloned(),
            };
            found.filter(|field| id.is_none_or(|id| *id == field.id))
        };
        let field = |(at, name): (usize, &String)| {
            let id = self.fields.get(at);
            let found = of(later, name, id).or_else(|| of(earlier, name, id));
            found.map_or_else(|| Err(later.schema().field(name)?.is_another()), Ok)
        };
        self.select.iter().enumerate().map(field).collect()
    }
}

fn row_id() -> Field {
    Field {
        id: 0,
        name: ROW_ID.to_owned(),
        data_type: DataType::Int,
        nullable: false,
        default: None,
        embed: None,
        text: None,
        indexed: None,
    }
}
