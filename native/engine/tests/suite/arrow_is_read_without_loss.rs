//! Arrow of any origin becomes rows: what a table shows comes back as it was, other widths are cast without loss, and what does not fit
//! is refused with its column and its row.

use std::sync::Arc;

use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::values::{every_type, value};
use crate::support::whole::all_rows;
use crate::support::world::World;
use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::{Float64Type, Int8Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date64Array, FixedSizeListArray, Float32Array, Float64Array,
    Int8Array, Int32Array, Int64Array, LargeStringArray, ListArray, NullArray, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampSecondArray, UInt64Array,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use insta::assert_snapshot;
use serde_json::json;
use varve_engine::{
    ArrowStream, Batch, Beside, CommitOptions, Database, Find, MemoryStore, OnKey, Schema, Table, Value,
};

fn table(schema: Schema) -> Arc<Table> {
    let database = Database::with(Arc::new(MemoryStore::new()), World::at(1));
    database.create_table("docs", schema).unwrap()
}

fn insert(table: &Table, batch: Batch) {
    let schema = Arc::clone(table.snapshot().unwrap().schema());
    let options = CommitOptions::default();
    table.insert(batch, &schema, OnKey::Refuse, &options).unwrap();
}

#[test]
fn every_type_comes_back_as_it_was() {
    let mut random = Random::new(7);
    for rows in [0, 1, 9, 200] {
        let schema = schema(json!({"fields": every_type()}));
        let (from, to) = (table(schema.clone()), table(schema));
        // With the ids that the table gave.
        let schema = from.snapshot().unwrap().schema().clone();
        let row = |random: &mut Random| -> Vec<Value> {
            let fields = schema.fields.iter();
            fields
                .map(|field| value(random, &field.data_type, field.nullable))
                .collect()
        };
        let mut given: Vec<_> = (0..rows).map(|_| row(&mut random)).collect();
        // A table may hold floats that are not finite; from Arrow none are taken.
        for value in given.iter_mut().flatten() {
            if matches!(value, Value::Float(x) if !x.is_finite()) {
                *value = Value::Float(0.5);
            }
        }
        insert(&from, batch(&schema, &given));
        let snapshot = from.snapshot().unwrap();
        let picked = snapshot.find(&Find::default(), schema.fields.clone()).unwrap();
        let mut bytes = picked.arrow_stream(Beside::default()).unwrap();
        bytes.extend_from_slice(ArrowStream::END);
        let read = Batch::from_arrow(&bytes, &schema);
        read.unwrap().into_iter().for_each(|batch| insert(&to, batch));
        assert_eq!(all_rows(&to.snapshot().unwrap()), all_rows(&snapshot));
    }
}

fn stream(columns: &[(&str, ArrayRef)]) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns.iter().cloned()).unwrap();
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    // In two parts: their rows are counted on.
    writer.write(&batch.slice(0, batch.num_rows() / 2)).unwrap();
    writer.into_inner().unwrap()
}

fn wanted() -> Arc<Schema> {
    let wanted = schema(json!({"fields": [
        {"name": "int", "type": {"kind": "int"}, "nullable": true},
        {"name": "float", "type": {"kind": "float", "bits": 64}, "nullable": true},
        {"name": "small", "type": {"kind": "float", "bits": 32}, "nullable": true},
        {"name": "open", "type": {"kind": "boolean"}, "nullable": true},
        {"name": "title", "type": {"kind": "text"}, "nullable": true},
        {"name": "lang", "type": {"kind": "enum", "values": ["de", "en"]}, "nullable": true},
        {"name": "data", "type": {"kind": "json"}, "nullable": true},
        {"name": "at", "type": {"kind": "timestamp"}, "nullable": true},
        {"name": "day", "type": {"kind": "date"}, "nullable": true},
        {"name": "raw", "type": {"kind": "bytes"}, "nullable": true},
        {"name": "near", "type": {"kind": "vector", "dimensions": 2}, "nullable": true},
        {"name": "half", "type": {"kind": "vector", "dimensions": 2, "element": "f16"}, "nullable": true},
        {"name": "needed", "type": {"kind": "int"}},
        {"name": "tags", "type": {"kind": "list", "item": {"type": {"kind": "text"}}}, "nullable": true}
    ]}));
    Arc::clone(table(wanted).snapshot().unwrap().schema())
}

/// The values of a column of the first batch, as a table would keep them.
fn read(name: &str, array: ArrayRef) -> Result<Vec<Value>, String> {
    let batches =
        Batch::from_arrow(&stream(&[(name, array)]), &wanted()).map_err(|error| error.to_string())?;
    let schema = wanted();
    let field = schema.field(name).unwrap();
    let column = batches[0].column(field.id).unwrap();
    Ok((0..column.len())
        .map(|row| column.value(&field.data_type, row).unwrap())
        .collect())
}

fn vectors(items: ArrayRef, size: i32) -> ArrayRef {
    let item = arrow_schema::Field::new("item", items.data_type().clone(), true);
    Arc::new(FixedSizeListArray::new(Arc::new(item), size, items, None))
}

#[test]
fn other_widths_and_forms_are_cast_without_loss() {
    let text = |text: &str| Value::Text(text.to_owned());
    let mut words = StringDictionaryBuilder::<Int8Type>::new();
    words.append_value("de");
    words.append_null();
    words.append_value("de");
    let floats = |x: [f32; 2]| Value::Bytes(x.iter().flat_map(|x| x.to_le_bytes()).collect());
    let cases: Vec<(&str, ArrayRef, Vec<Value>)> = vec![
        (
            "int",
            Arc::new(Int8Array::from(vec![Some(-3), None])),
            vec![Value::Int(-3), Value::Null],
        ),
        ("int", Arc::new(UInt64Array::from(vec![7])), vec![Value::Int(7)]),
        (
            "int",
            Arc::new(Float64Array::from(vec![4.0])),
            vec![Value::Int(4)],
        ),
        ("int", Arc::new(NullArray::new(2)), vec![Value::Null, Value::Null]),
        (
            "float",
            Arc::new(Int32Array::from(vec![-5])),
            vec![Value::Float(-5.0)],
        ),
        (
            "float",
            Arc::new(Float32Array::from(vec![0.5])),
            vec![Value::Float(0.5)],
        ),
        (
            "small",
            Arc::new(Float64Array::from(vec![0.1])),
            vec![Value::Float(f64::from(0.1_f32))],
        ),
        (
            "open",
            Arc::new(BooleanArray::from(vec![Some(true), None])),
            vec![Value::Boolean(true), Value::Null],
        ),
        (
            "title",
            Arc::new(LargeStringArray::from(vec!["é", ""])),
            vec![text("é"), text("")],
        ),
        (
            "lang",
            Arc::new(words.finish()),
            vec![text("de"), Value::Null, text("de")],
        ),
        (
            "data",
            Arc::new(StringArray::from(vec!["[1"])),
            vec![text("\"[1\"")],
        ),
        (
            "at",
            Arc::new(TimestampSecondArray::from(vec![-2])),
            vec![Value::Int(-2000)],
        ),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![-1, 1999])),
            vec![Value::Int(-1), Value::Int(1)],
        ),
        (
            "day",
            Arc::new(Date64Array::from(vec![-86_400_000])),
            vec![Value::Int(-1)],
        ),
        (
            "raw",
            Arc::new(BinaryArray::from(vec![b"ab".as_slice()])),
            vec![Value::Bytes(b"ab".to_vec())],
        ),
        (
            "near",
            vectors(Arc::new(Float32Array::from(vec![1.0, 2.0])), 2),
            vec![floats([1.0, 2.0])],
        ),
        (
            "near",
            vectors(Arc::new(Float64Array::from(vec![0.1, 2.0])), 2),
            vec![floats([0.1, 2.0])],
        ),
        (
            "near",
            Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>([
                Some([Some(1.0), Some(3.0)]),
                None,
            ])),
            vec![floats([1.0, 3.0]), Value::Null],
        ),
    ];
    for (name, array, values) in cases {
        assert_eq!(read(name, array), Ok(values), "{name}");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_column_and_row() {
    let doubles = |x: Vec<f64>| Arc::new(Float64Array::from(x)) as ArrayRef;
    let cases: Vec<(&str, ArrayRef)> = vec![
        ("int", Arc::new(UInt64Array::from(vec![0, u64::MAX]))),
        ("int", doubles(vec![1.0, 0.5])),
        ("int", Arc::new(StringArray::from(vec!["1"]))),
        ("float", Arc::new(Int64Array::from(vec![(1 << 53) + 1]))),
        ("float", doubles(vec![f64::NAN])),
        ("small", doubles(vec![1e300])),
        ("lang", Arc::new(StringArray::from(vec!["de", "fr"]))),
        ("at", Arc::new(TimestampSecondArray::from(vec![i64::MAX]))),
        ("at", Arc::new(Int64Array::from(vec![1]))),
        ("needed", Arc::new(Int8Array::from(vec![Some(1), None]))),
        ("near", vectors(doubles(vec![1.0, 2.0, 3.0]), 3)),
        (
            "near",
            vectors(Arc::new(Float32Array::from(vec![1.0, f32::NAN])), 2),
        ),
        (
            "near",
            vectors(Arc::new(Float32Array::from(vec![Some(1.0), None])), 2),
        ),
        ("half", vectors(doubles(vec![1.0, 70_000.0]), 2)),
        (
            "tags",
            Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>([Some([
                Some(1.0),
            ])])),
        ),
        ("strange", Arc::new(Int8Array::from(vec![1]))),
        ("title", Arc::new(arrow_array::Decimal128Array::from(vec![1]))),
    ];
    let said: Vec<String> = cases
        .into_iter()
        .map(|(name, array)| read_error(name, array))
        .collect();
    assert_snapshot!(said.join("\n"), @r#"
    INVALID_ROW: Row 1, column "int": the number does not fit into 64 bits with a sign.
    INVALID_ROW: Row 1, column "int": expected a whole number, got 0.5.
    INVALID_ROW: Row 0, column "int": it takes no text of Arrow.
    INVALID_ROW: Row 0, column "float": a float does not hold the number exactly.
    INVALID_ROW: Row 0, column "float": expected a finite number of 64 bits, got NaN.
    INVALID_ROW: Row 0, column "small": expected a finite number of 32 bits, got 1e300.
    INVALID_ROW: Row 1, column "lang": expected one of de, en, got "fr".
    INVALID_ROW: Row 0, column "at": its milliseconds do not fit into 64 bits.
    INVALID_ROW: Row 0, column "at": it takes no integers of Arrow.
    INVALID_ROW: Row 1, column "needed": it has no value, and the column is not nullable.
    INVALID_ROW: Row 0, column "near": expected 2 dimensions, got 3.
    INVALID_ROW: Row 0, column "near": element 1 of the vector is not a finite number.
    INVALID_ROW: Row 0, column "near": element 1 of the vector is missing.
    INVALID_ROW: Row 0, column "half": element 1 of the vector is not a finite number of its width.
    INVALID_ROW: Row 0, column "tags": it takes no floats of Arrow.
    COLUMN_NOT_FOUND: The table has no column "strange". Its columns are int, float, small, open, title, lang, data, at, day, raw, near, half, needed, tags.
    INVALID_ARGUMENT: The column "title" is of an Arrow type that no table holds: Decimal. Cast it to an integer, a float, a text, a timestamp or a list of these first, or leave it out.
    "#);
}

fn read_error(name: &str, array: ArrayRef) -> String {
    Batch::from_arrow(&stream(&[(name, array)]), &wanted())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_file_is_a_stream_in_a_cover_and_what_a_search_adds_is_left_out() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let score: ArrayRef = Arc::new(Float32Array::from(vec![0.5, 0.25]));
    let batch = RecordBatch::try_from_iter([("needed", ids), ("_score", score)]).unwrap();
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    let read = Batch::from_arrow(&writer.into_inner().unwrap(), &wanted()).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].columns().len(), 1);
    assert_eq!(read[0].rows(), 2);
}

#[test]
fn bytes_that_are_cut_or_changed_are_an_error_and_no_panic() {
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("bcd")]));
    let near = vectors(Arc::new(Float32Array::from(vec![1.0; 6])), 2);
    let bytes = stream(&[("title", names), ("near", near)]);
    for end in 1..bytes.len() {
        let _ = Batch::from_arrow(&bytes[..end], &wanted());
    }
    assert!(Batch::from_arrow(&bytes[..40], &wanted()).is_err());
    assert!(Batch::from_arrow(&[], &wanted()).is_err());
    let mut random = Random::new(3);
    for _ in 0..3000 {
        let mut bad = bytes.clone();
        for _ in 0..random.below(3) + 1 {
            let at = random.below(bad.len());
            bad[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff]);
        }
        let _ = Batch::from_arrow(&bad, &wanted());
    }
}

#[test]
fn few_bytes_do_not_stand_for_much_memory() {
    let mut words = StringDictionaryBuilder::<Int8Type>::new();
    let long = "x".repeat(1 << 20);
    for _ in 0..200 {
        words.append_value(&long);
    }
    let said = [
        read_error("title", Arc::new(words.finish())),
        read_error("int", Arc::new(NullArray::new(100_000))),
    ];
    assert_snapshot!(said.join("\n"), @r"
    INVALID_ARGUMENT: The bytes are not what Arrow's IPC format allows: the values of its dictionaries stand for more than 256 MiB. Give a whole stream or file in Arrow's IPC format; Feather files of version 1 and Parquet files are others.
    INVALID_ARGUMENT: The bytes are not what Arrow's IPC format allows: it says that it has more rows than there are bits. Give a whole stream or file in Arrow's IPC format; Feather files of version 1 and Parquet files are others.
    ");
}
