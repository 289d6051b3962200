//! Rows as the binding hands them over.

use varve_engine::{DataType, Element, Field, Schema, Value};

/// The bytes that `Batch::decode` reads: rows of all columns, each in the order of the schema.
pub(crate) fn encode(schema: &Schema, rows: &[Vec<Value>]) -> Vec<u8> {
    let cells: Vec<Vec<Option<Value>>> = rows
        .iter()
        .map(|row| row.iter().cloned().map(Some).collect())
        .collect();
    let columns: Vec<usize> = (0..schema.fields.len()).collect();
    encode_cells(schema, &columns, &cells)
}

/// Encodes some of the columns, of which rows may lack cells.
pub(crate) fn encode_cells(schema: &Schema, columns: &[usize], rows: &[Vec<Option<Value>>]) -> Vec<u8> {
    let mut out = Vec::new();
    words(
        &mut out,
        [0x4252_5631, rows.len() as u32, columns.len() as u32, 0],
    );
    for &at in columns {
        let Field { id, data_type, .. } = &schema.fields[at];
        let value = |row: &Vec<Option<Value>>| row[at].clone().unwrap_or(Value::Null);
        let values: Vec<Value> = rows.iter().map(value).collect();
        let start = out.len();
        column(&mut out, *id, data_type, &values.iter().collect::<Vec<_>>());
        // Nulls that are no values of the row are marked as kept, in the bytes behind the head.
        for (row, cells) in rows.iter().enumerate() {
            if cells[at].is_none() {
                out[start + 16 + row] = 2;
            }
        }
    }
    out
}

fn words<const N: usize>(out: &mut Vec<u8>, words: [u32; N]) {
    padded(out, &words.map(u32::to_le_bytes).concat());
}

fn padded(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
    out.resize(out.len().next_multiple_of(8), 0);
}

fn column(out: &mut Vec<u8>, id: u32, data_type: &DataType, values: &[&Value]) {
    let (encoding, extra) = match data_type {
        DataType::Int | DataType::Timestamp => (2, 0),
        DataType::Date | DataType::Float { .. } => (1, 0),
        DataType::Boolean => (3, 0),
        DataType::Text | DataType::Enum { .. } | DataType::Json | DataType::Bytes => (4, 0),
        DataType::Vector { dimensions, .. } => (5, *dimensions),
        DataType::List { .. } => (6, 0),
        DataType::Struct { fields } => (7, fields.len() as u32),
    };
    let has_nulls = values.iter().any(|value| value.is_null());
    words(out, [id, encoding, u32::from(has_nulls), extra]);
    if has_nulls {
        padded(
            out,
            &values
                .iter()
                .map(|value| u8::from(!value.is_null()))
                .collect::<Vec<_>>(),
        );
    }
    match data_type {
        DataType::Boolean => {
            let bytes = values
                .iter()
                .map(|value| u8::from(**value == Value::Boolean(true)));
            padded(out, &bytes.collect::<Vec<_>>());
        }
        DataType::Text | DataType::Enum { .. } | DataType::Json | DataType::Bytes => variable(out, values),
        DataType::List { item } => {
            let lists = values.iter().map(|value| match value {
                Value::List(items) => items.as_slice(),
                _ => &[],
            });
            offsets(out, lists.clone().map(<[Value]>::len));
            column(out, 0, &item.data_type, &lists.flatten().collect::<Vec<_>>());
        }
        DataType::Struct { fields } => {
            for (at, field) in fields.iter().enumerate() {
                let part = values.iter().map(|value| match value {
                    Value::Struct(parts) => &parts[at],
                    _ => &Value::Null,
                });
                column(out, 0, &field.data_type, &part.collect::<Vec<_>>());
            }
        }
        _ => padded(
            out,
            &values
                .iter()
                .flat_map(|value| fixed(data_type, value))
                .collect::<Vec<u8>>(),
        ),
    }
}

fn fixed(data_type: &DataType, value: &Value) -> Vec<u8> {
    match (data_type, value) {
        (DataType::Date, Value::Int(days)) => (*days as f64).to_le_bytes().to_vec(),
        (_, Value::Int(int)) => int.to_le_bytes().to_vec(),
        (_, Value::Float(x)) => x.to_le_bytes().to_vec(),
        (DataType::Vector { element, .. }, Value::Bytes(bytes)) if *element == Element::F16 => {
            let halves = bytes
                .chunks_exact(2)
                .map(|half| u16::from_le_bytes([half[0], half[1]]));
            halves
                .flat_map(|half| varve_kernels::f16_to_f32(half).to_le_bytes())
                .collect()
        }
        (_, Value::Bytes(bytes)) => bytes.clone(),
        (DataType::Vector { dimensions, .. }, _) => vec![0; *dimensions as usize * 4],
        _ => vec![0; 8],
    }
}

fn variable(out: &mut Vec<u8>, values: &[&Value]) {
    let bytes = values.iter().map(|value| match value {
        Value::Text(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        _ => &[],
    });
    offsets(out, bytes.clone().map(<[u8]>::len));
    padded(out, &bytes.flatten().copied().collect::<Vec<_>>());
}

fn offsets(out: &mut Vec<u8>, lens: impl Iterator<Item = usize>) {
    let mut bytes = vec![0; 4];
    let mut end = 0;
    for len in lens {
        end += len as u32;
        bytes.extend_from_slice(&end.to_le_bytes());
    }
    padded(out, &bytes);
}
