//! What may be done with a column, by its type, and how large a filter may be. The engine asks here; TypeScript has both as `src/sdk/schema/rules.ts`, which the
//! test below writes, so that a rule is written once (decision 0073).

use super::DataType;

/// What holds for the columns of a type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// The type, as a schema spells it.
    kind: &'static str,
    /// The operators that a filter may have on it, in the order in which errors name them. `isNull` goes with every type.
    pub(crate) asked: &'static [&'static str],
    /// Whether rows can be ordered by it.
    pub(crate) ordered: bool,
    /// Whether it can be the primary key.
    pub(crate) key: bool,
}

/// How deep the nodes of a filter may nest.
pub(crate) const DEPTH_MAX: usize = 64;
/// The most nodes of a filter.
pub(crate) const NODES_MAX: usize = 16_384;

const EQUAL: &[&str] = &["eq", "ne", "in"];
const ORDER: &[&str] = &["eq", "ne", "in", "lt", "lte", "gt", "gte", "between"];
const TEXT: &[&str] = &[
    "eq", "ne", "in", "lt", "lte", "gt", "gte", "between", "like", "contains",
];
const LIST: &[&str] = &["contains", "containsAny", "containsAll"];
const INSIDE_JSON: &[&str] = &[
    "eq",
    "ne",
    "in",
    "lt",
    "lte",
    "gt",
    "gte",
    "between",
    "like",
    "contains",
    "containsAny",
    "containsAll",
];

#[rustfmt::skip]
const TABLE: [Rules; 13] = [
    Rules { kind: "text", asked: TEXT, ordered: true, key: true },
    Rules { kind: "enum", asked: TEXT, ordered: true, key: false },
    Rules { kind: "json", asked: LIST, ordered: false, key: false },
    Rules { kind: "int", asked: ORDER, ordered: true, key: true },
    Rules { kind: "float", asked: ORDER, ordered: true, key: false },
    Rules { kind: "boolean", asked: EQUAL, ordered: true, key: false },
    Rules { kind: "timestamp", asked: ORDER, ordered: true, key: false },
    Rules { kind: "date", asked: ORDER, ordered: true, key: false },
    Rules { kind: "bytes", asked: EQUAL, ordered: false, key: false },
    Rules { kind: "vector", asked: &[], ordered: false, key: false },
    Rules { kind: "list", asked: LIST, ordered: false, key: false },
    Rules { kind: "struct", asked: &[], ordered: false, key: false },
    // What lies at a path inside JSON: what it is, each row says for itself.
    Rules { kind: "insideJson", asked: INSIDE_JSON, ordered: false, key: false },
];

impl Rules {
    /// The rules for a column of the type.
    pub(crate) fn of(data_type: &DataType) -> &'static Self {
        let [
            text,
            choice,
            json,
            int,
            float,
            boolean,
            timestamp,
            date,
            bytes,
            vector,
            list,
            parts,
            _,
        ] = &TABLE;
        match data_type {
            DataType::Text => text,
            DataType::Enum { .. } => choice,
            DataType::Json => json,
            DataType::Int => int,
            DataType::Float { .. } => float,
            DataType::Boolean => boolean,
            DataType::Timestamp => timestamp,
            DataType::Date => date,
            DataType::Bytes => bytes,
            DataType::Vector { .. } => vector,
            DataType::List { .. } => list,
            DataType::Struct { .. } => parts,
        }
    }

    /// The rules for what lies inside JSON.
    pub(crate) fn inside_json() -> &'static Self {
        let [.., inside] = &TABLE;
        inside
    }

    /// Whether a filter may have this operator on it.
    pub(crate) fn allow(&self, operator: &str) -> bool {
        operator == "isNull" || self.asked.contains(&operator)
    }

    /// Why a column of another type is no key.
    pub(crate) fn of_keys() -> String {
        format!("a primary key is a column of {}", Self::kinds(|rules| rules.key))
    }

    /// The types by which rows can be ordered, in one text.
    pub(crate) fn with_order() -> String {
        Self::kinds(|rules| rules.ordered)
    }

    fn kinds(holds: impl Fn(&Self) -> bool) -> String {
        let kinds: Vec<&str> = TABLE
            .iter()
            .filter(|rules| holds(rules))
            .map(|rules| rules.kind)
            .collect();
        match kinds.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/sdk/schema/rules.ts");
    const COLUMNS_MAX: usize = 110;

    /// The table as TypeScript has it, in the form that biome gives it.
    fn typescript() -> String {
        let mut text = String::from(
            "// Generated from native/engine/src/schema/rules.rs by `UPDATE_RULES=1 cargo test -p varve-engine rules`: do not edit.\n\n\
             /**\n * What may be done with a column, by its kind: the operators of filters, of which `isNull` goes with all; whether rows can be ordered\n \
             * by it; whether it can be the primary key.\n */\nexport const RULES = {\n",
        );
        for rules in &TABLE {
            let names: Vec<String> = rules.asked.iter().map(|name| format!("\"{name}\"")).collect();
            let mut asked = format!("    asked: [{}],", names.join(", "));
            if asked.len() > COLUMNS_MAX {
                let lines: String = names.iter().map(|name| format!("      {name},\n")).collect();
                asked = format!("    asked: [\n{lines}    ],");
            }
            let Rules {
                kind, ordered, key, ..
            } = rules;
            text += &format!("  {kind}: {{\n{asked}\n    ordered: {ordered},\n    key: {key},\n  }},\n");
        }
        let (thousands, rest) = (NODES_MAX / 1000, NODES_MAX % 1000);
        text + "} as const;\n"
            + &format!("\n/** The most levels of a filter. */\nexport const DEPTH_MAX = {DEPTH_MAX};\n")
            + &format!(
                "\n/** The most nodes of a filter. */\nexport const NODES_MAX = {thousands}_{rest:03};\n"
            )
    }

    #[test]
    fn the_rules_of_typescript_are_these() {
        let text = typescript();
        if std::env::var_os("UPDATE_RULES").is_some() {
            std::fs::write(Path::new(FILE), &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(FILE).unwrap(), text);
    }

    #[test]
    fn a_type_has_the_rules_of_its_name() {
        let item = json!({"type": {"kind": "text"}});
        let types = [
            json!({"kind": "text"}),
            json!({"kind": "enum", "values": ["a"]}),
            json!({"kind": "json"}),
            json!({"kind": "int"}),
            json!({"kind": "float", "bits": 64}),
            json!({"kind": "boolean"}),
            json!({"kind": "timestamp"}),
            json!({"kind": "date"}),
            json!({"kind": "bytes"}),
            json!({"kind": "vector", "dimensions": 2}),
            json!({"kind": "list", "item": item}),
            json!({"kind": "struct", "fields": []}),
        ];
        assert_eq!(types.len() + 1, TABLE.len());
        for json in types {
            let data_type: DataType = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(json["kind"], Rules::of(&data_type).kind);
        }
    }
}
