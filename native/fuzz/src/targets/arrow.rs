//! Streams and files in Arrow's IPC format, as callers hand them in.

use varve_engine::{ArrowStream, Batch, Beside, DataType, Find, Snapshot};

use super::requests::every;

/// Rows that are taken are read to the last cell.
pub(super) fn run(input: &[u8]) -> bool {
    let (_, snapshot) = every();
    let Ok(batches) = Batch::from_arrow(input, snapshot.schema()) else {
        return false;
    };
    for batch in &batches {
        for (id, column) in batch.columns() {
            assert_eq!(column.len(), batch.rows());
            let field = snapshot.schema().fields.iter().find(|field| field.id == *id);
            let field = field.unwrap();
            for row in 0..column.len() {
                let value = column.value(&field.data_type, row).unwrap();
                assert!(field.nullable || value != varve_engine::Value::Null);
            }
        }
    }
    true
}

fn stream(snapshot: &Snapshot, kept: impl Fn(&DataType) -> bool) -> Vec<u8> {
    let fields = snapshot
        .schema()
        .fields
        .iter()
        .filter(|field| kept(&field.data_type));
    let picked = snapshot
        .find(&Find::default(), fields.cloned().collect())
        .unwrap();
    let mut bytes = picked.arrow_stream(Beside::default()).unwrap();
    bytes.extend_from_slice(ArrowStream::END);
    bytes
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let (_, snapshot) = every();
    let finite = |data_type: &DataType| !matches!(data_type, DataType::Float { .. });
    let plain =
        |data_type: &DataType| matches!(data_type, DataType::Text | DataType::Int | DataType::Boolean);
    let nested = |data_type: &DataType| matches!(data_type, DataType::List { .. } | DataType::Struct { .. });
    let vectors = |data_type: &DataType| matches!(data_type, DataType::Vector { .. });
    vec![
        stream(snapshot, finite),
        stream(snapshot, plain),
        stream(snapshot, nested),
        stream(snapshot, vectors),
    ]
}
