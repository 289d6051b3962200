//! A column group is a file that any reader of Arrow opens: `arrow-ipc` finds in it what the engine wrote.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::values::{every_type, value};
use crate::support::whole::all_rows;
use crate::support::world::World;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float16Type, Float32Type, Float64Type, Int64Type, TimestampMillisecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_ipc::reader::FileReader;
use serde_json::json;
use varve_engine::{
    CommitOptions, DataType, Database, Element, Filter, MemoryStore, OnKey, Schema, Store, Table, Value,
};

struct Bench {
    store: MemoryStore,
    world: Arc<World>,
    table: Arc<Table>,
    random: Random,
}

impl Bench {
    fn new() -> Self {
        let store = MemoryStore::new();
        let world = World::at(1);
        let database = Database::with(Arc::new(store.clone()), Arc::clone(&world) as _);
        let schema = schema(json!({"fields": every_type()}));
        let table = database.create_table("docs", schema).unwrap();
        Self {
            store,
            world,
            table,
            random: Random::new(3),
        }
    }

    fn schema(&self) -> Schema {
        (**self.table.snapshot().unwrap().schema()).clone()
    }

    /// Writes rows, a fragment for every call.
    fn write(&mut self, rows: usize) {
        let schema = self.schema();
        let row = |random: &mut Random| {
            let fields = schema.fields.iter();
            fields
                .map(|field| value(random, &field.data_type, field.nullable))
                .collect()
        };
        let rows: Vec<Vec<Value>> = (0..rows).map(|_| row(&mut self.random)).collect();
        let batch = batch(&schema, &rows);
        let options = CommitOptions::default();
        self.table
            .insert(batch, &schema, OnKey::Refuse, &options)
            .unwrap();
    }

    /// What Arrow reads in all files: for each field its columns, one a file.
    fn columns(&self) -> HashMap<u32, Vec<ArrayRef>> {
        let mut columns: HashMap<u32, Vec<ArrayRef>> = HashMap::new();
        for entry in self.store.list("docs.varve/data").unwrap() {
            let path = format!("docs.varve/data/{}", entry.name);
            let bytes = self.store.open(&path).unwrap().unwrap().map().unwrap();
            let mut reader = FileReader::try_new(Cursor::new(bytes.to_vec()), None).unwrap();
            let schema = reader.schema();
            assert_eq!(reader.num_batches(), 1);
            let batch = reader.next().unwrap().unwrap();
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                column.to_data().validate_full().unwrap();
                let id = field.metadata()["varve.field"].parse().unwrap();
                columns.entry(id).or_default().push(Arc::clone(column));
            }
        }
        columns
    }

    /// The one fragment holds what the table shows.
    fn check(&self) {
        let (rows, schema) = (all_rows(&self.table.snapshot().unwrap()), self.schema());
        let columns = self.columns();
        for (at, field) in schema.fields.iter().enumerate() {
            let [column] = columns[&field.id].as_slice() else {
                panic!("{}", field.name)
            };
            assert_eq!(column.len(), rows.len());
            for (row, (_, values)) in rows.iter().enumerate() {
                assert_eq!(
                    read(column, &field.data_type, row),
                    values[at],
                    "{} {row}",
                    field.name
                );
            }
            let nulls = rows.iter().filter(|(_, values)| values[at].is_null()).count();
            assert_eq!(column.null_count(), nulls, "{}", field.name);
        }
    }
}

fn read(array: &dyn Array, data_type: &DataType, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match data_type {
        DataType::Text | DataType::Enum { .. } | DataType::Json => {
            Value::Text(array.as_string::<i32>().value(row).to_owned())
        }
        DataType::Int => Value::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::Timestamp => Value::Int(array.as_primitive::<TimestampMillisecondType>().value(row)),
        DataType::Date => Value::Int(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Float { bits: 32 } => Value::Float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float { .. } => Value::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        DataType::Bytes => Value::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        DataType::Vector { element, .. } => {
            let vector = array.as_fixed_size_list().value(row);
            assert_eq!(vector.null_count(), 0);
            Value::Bytes(match element {
                Element::F32 => {
                    let elements = vector.as_primitive::<Float32Type>().values();
                    elements.iter().flat_map(|x| x.to_le_bytes()).collect()
                }
                Element::F16 => {
                    let elements = vector.as_primitive::<Float16Type>().values();
                    elements.iter().flat_map(|x| x.to_le_bytes()).collect()
                }
            })
        }
        DataType::List { item } => {
            let items = array.as_list::<i32>().value(row);
            Value::List(
                (0..items.len())
                    .map(|i| read(&items, &item.data_type, i))
                    .collect(),
            )
        }
        DataType::Struct { fields } => {
            let parts = array.as_struct().columns().iter().zip(fields);
            Value::Struct(
                parts
                    .map(|(part, field)| read(part, &field.data_type, row))
                    .collect(),
            )
        }
    }
}

#[test]
fn rows_of_every_type() {
    for rows in [1, 2, 7, 64, 65, 1_000] {
        let mut bench = Bench::new();
        bench.write(rows);
        bench.table.optimize().unwrap();
        bench.check();
    }
}

#[test]
fn fragments_that_were_merged() {
    let mut bench = Bench::new();
    for rows in [3, 700, 1, 1_300, 130] {
        bench.write(rows);
        bench.table.optimize().unwrap();
        bench.check();
    }
}

#[test]
fn columns_that_came_later_and_rows_that_went() {
    let mut bench = Bench::new();
    let options = CommitOptions::default();
    bench.write(40);
    let more = json!([
        {"name": "small", "type": {"kind": "float", "bits": 32}, "default": 0.1},
        {"name": "vector", "type": {"kind": "vector", "dimensions": 2, "element": "f16"}, "nullable": true},
        {"name": "list", "type": {"kind": "list", "item": {"type": {"kind": "date"}}}, "default": [1, 2]},
    ]);
    bench
        .table
        .add_columns(&serde_json::from_value::<Vec<_>>(more).unwrap(), &options)
        .unwrap();
    bench.write(40);
    bench.table.optimize().unwrap();
    bench.check();
    let open = json!({"op": "eq", "column": ["open"], "value": true});
    let filter = Filter::parse(&open, &bench.schema()).unwrap();
    bench.table.delete(Some(&filter), &options).unwrap();
    bench.table.set_retention(Some(0)).unwrap();
    bench.world.now.store(1_000, Ordering::Relaxed);
    assert!(bench.table.optimize().unwrap().dropped_rows > 10);
    bench.check();
    bench.write(1);
    bench.table.optimize().unwrap();
    bench.check();
}
