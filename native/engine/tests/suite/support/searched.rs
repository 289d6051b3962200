//! Columns that cannot be searched as they say.

use serde_json::json;
use varve_engine::{Alteration, CommitOptions, Database, Field, Table};

use super::report::Report;
use super::rows::schema;

/// What cannot be said of the search by words.
pub(crate) fn words_searched(report: &mut Report, database: &Database, table: &Table) {
    let text = json!({"kind": "text"});
    let part = json!({"kind": "struct", "fields": [{"name": "a", "type": text}, {"name": "b", "type": {"kind": "json"}}]});
    let cases = [
        (json!({"kind": "int"}), json!({"search": true})),
        (json!({"kind": "json"}), json!({"search": false})),
        (json!({"kind": "enum", "values": ["a"]}), json!({"search": true})),
        (part, json!({"search": true, "parts": [["b"]]})),
        (
            text.clone(),
            json!({"search": true, "analysis": {"analyzer": {"ngrams": {"min": 3, "max": 2}}}}),
        ),
        (text, json!({"search": true, "analysis": {"language": "tlh"}})),
    ];
    for (data_type, said) in cases {
        let fields = json!([{"name": "x", "type": data_type, "text": said}]);
        report.add(database.create_table("docs", schema(json!({"fields": fields}))));
    }
    let column = |name: &str| -> Field {
        serde_json::from_value(
            json!({"name": name, "type": {"kind": "int"}, "nullable": true, "text": {"search": true}}),
        )
        .unwrap()
    };
    report.add(table.add_columns(&[column("x")], &CommitOptions::default()));
    report.add(table.alter(&[Alteration::Alter(column("n"))], None, &CommitOptions::default()));
    let snapshot = table.snapshot().unwrap();
    report.add(snapshot.all_texts());
    report.add(snapshot.text(snapshot.schema().field("n").unwrap(), 1.0));
    for data_type in [json!({"kind": "json"}), json!({"kind": "bytes"})] {
        let fields = json!([{"name": "x", "type": data_type, "indexed": true}]);
        report.add(database.create_table("docs", schema(json!({"fields": fields}))));
    }
}
