use super::body::Body;
use super::checked::CheckedWriter;
use super::stats::column_stats;
use super::{KeyIndex, Shadow, arrow};
use crate::column::Column;
use crate::environment::Uuid;
use crate::error::Result;
use crate::format::{ColumnPlace, Fragment, GroupFile, Rows, Span};
use crate::schema::{DataType, Field};
use crate::store::{FileName, Sink, Store};

/// Writes the files of one fragment.
#[derive(Debug)]
pub(crate) struct FragmentWriter<'a> {
    /// Where to.
    pub store: &'a dyn Store,
    /// The directory of the table's data files.
    pub directory: &'a str,
    /// The name that its files share.
    pub uuid: Uuid,
    /// The id of the key column.
    pub key: Option<u32>,
    /// The number of elements from which a column has a shadow.
    pub shadow_from: usize,
}

/// A column of bytes with rows this large on average lies in a file of its own.
const BLOB_FROM: usize = 4 * 1024;

/// A field with its column, in pieces that stand one behind the other.
pub(crate) type Pieces<'a> = (&'a Field, Vec<&'a Column>);

/// Columns that share a file, under its name.
type Group<'c, 'f> = (String, Vec<&'c Pieces<'f>>);

impl FragmentWriter<'_> {
    /// Writes the columns; the files are durable before a manifest is that names them.
    ///
    /// # Errors
    /// What the store says, and [`crate::error::Code::Corrupt`] where a column lies in a damaged file. No file is left then.
    pub(crate) fn write(&self, rows: usize, columns: &[Pieces<'_>]) -> Result<Fragment> {
        let groups = self.groups(rows, columns);
        let written = self.write_groups(rows, &groups);
        if written.is_err() {
            for (name, _) in &groups {
                // What stays is removed by optimize().
                let _ = self.store.remove(&self.path(&self.file(name)));
            }
        }
        written
    }

    fn file(&self, group: &str) -> FileName {
        FileName::unique(self.uuid, &format!("{group}.arrow"))
    }

    fn path(&self, file: &FileName) -> String {
        format!("{}/{}", self.directory, file.as_str())
    }

    fn write_groups(&self, rows: usize, members: &[Group<'_, '_>]) -> Result<Fragment> {
        let mut groups = Vec::new();
        let mut sinks = Vec::new();
        for (name, members) in members {
            let (group, sink) = self.write_group(name, rows, members)?;
            groups.push(group);
            sinks.push(sink);
        }
        sinks.into_iter().try_for_each(Sink::finish)?;
        Ok(Fragment {
            rows: Rows::default(),
            groups,
        })
    }

    /// Each vector column alone, large blobs alone, the rest together.
    fn groups<'c, 'f>(&self, rows: usize, columns: &'c [Pieces<'f>]) -> Vec<Group<'c, 'f>> {
        let mut rest = Vec::new();
        let mut groups = Vec::new();
        for column in columns {
            let (field, pieces) = column;
            let bytes: usize = pieces.iter().map(|piece| piece.byte_size()).sum();
            match field.data_type {
                DataType::Vector { .. } => groups.push((format!("v{}", field.id), vec![column])),
                DataType::Bytes if bytes / rows.max(1) >= BLOB_FROM => {
                    groups.push((format!("b{}", field.id), vec![column]));
                }
                _ => rest.push(column),
            }
        }
        if !rest.is_empty() {
            groups.insert(0, ("rows".to_owned(), rest));
        }
        groups
    }

    fn write_group(
        &self,
        name: &str,
        rows: usize,
        members: &[&Pieces<'_>],
    ) -> Result<(GroupFile, Box<dyn Sink>)> {
        let file = self.file(name);
        let path = self.path(&file);
        let mut body = Body::default();
        let mut places = Vec::new();
        let mut keys = None;
        for (field, pieces) in members {
            let mut place = ColumnPlace {
                field: field.id,
                buffers: Vec::new(),
                items: Vec::new(),
                shadow: None,
                stats: column_stats(&field.data_type, pieces)?,
            };
            body.column(&field.data_type, pieces, &mut place)?;
            places.push(place);
            if self.key == Some(field.id) {
                keys = Some(KeyIndex::build(&field.data_type, pieces)?);
            }
        }

        let schema = arrow::schema(&members.iter().map(|(field, _)| *field).collect::<Vec<_>>());
        let mut writer = CheckedWriter::new(self.store.create(&path)?);
        writer.write(arrow::MAGIC)?;
        writer.write(&arrow::framed(&arrow::schema_message(&schema), writer.position()))?;
        let start = writer.position();
        let message = arrow::batch_message(rows as i64, &body.nodes, &body.spans, body.length as i64);
        let message = arrow::framed(&message, start);
        let block = arrow_ipc::Block::new(start as i64, message.len() as i32, body.length as i64);
        writer.write(&message)?;
        let body_start = writer.position();
        for parts in body.parts() {
            parts.iter().try_for_each(|part| writer.write(part))?;
            writer.pad()?;
        }
        writer.write(arrow::END_OF_STREAM)?;
        writer.pad()?;
        let keys = match keys {
            None => None,
            Some(bytes) => {
                let span = Span(writer.position(), bytes.len() as u64);
                writer.write(&bytes)?;
                writer.pad()?;
                Some(span)
            }
        };
        for span in places.iter_mut().flat_map(|place| &mut place.buffers) {
            span.0 += body_start;
        }
        self.write_shadows(&mut writer, rows, members, &mut places)?;
        let (sink, checksums, length, seal) = writer.seal(&arrow::footer(&schema, block))?;
        for (_, pieces) in members {
            pieces.iter().for_each(|piece| piece.let_go());
        }
        let group = GroupFile {
            file: file.as_str().to_owned(),
            length,
            checksums,
            seal,
            keys,
            columns: places,
        };
        Ok((group, sink))
    }

    /// Writes the shadows of the columns that are worth one, and notes where they lie.
    fn write_shadows(
        &self,
        writer: &mut CheckedWriter,
        rows: usize,
        members: &[&Pieces<'_>],
        places: &mut [ColumnPlace],
    ) -> Result<()> {
        for (place, (field, pieces)) in places.iter_mut().zip(members) {
            if Shadow::worth(&field.data_type, rows, self.shadow_from).is_some() {
                let start = writer.position();
                Shadow::encode(&field.data_type, pieces, |bytes| writer.write(bytes))?;
                place.shadow = Some(Span(start, writer.position() - start));
                writer.pad()?;
            }
        }
        Ok(())
    }
}
