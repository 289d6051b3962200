//! Filters as plain objects, in the manner of Mongo, with the rules of `src/sdk/query/mongo.ts`: every negation holds wherever its
//! opposite does not, also where there is no value; and an array inside JSON passes where one of its items does.

use serde_json::{Map, Value as Json, json};
use varve_engine::{Code, DataType, Error, Result, Schema};

use super::found::found;
use super::instant::{days, milliseconds};

/// How deep a filter may nest, as in the engine.
const DEPTH_MAX: usize = 64;
const KNOWN: &str = "Columns take $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $like, $ilike, $exists, $contains, $all, $match and $not; $and, $or, $nor and $not join filters.";

/// The tree of a filter; a list of filters must all hold. Columns and values are checked when it is bound.
///
/// # Errors
/// [`Code::InvalidFilter`].
pub(super) fn filter(filter: &Json, schema: &Schema) -> Result<Json> {
    let reader = Reader { schema };
    match filter {
        Json::Array(filters) if !filters.is_empty() => {
            let filters = filters.iter().map(|one| reader.filter(one, &[], 1));
            Ok(join("and", filters.collect::<Result<_>>()?))
        }
        Json::Object(_) => reader.filter(filter, &[], 1),
        other => {
            let message = format!("A filter was expected and {} was found.", found(other));
            Err(invalid(message).hint("Write where: { lang: \"en\" }, or where: { views: { $gt: 100 } }."))
        }
    }
}

struct Reader<'a> {
    schema: &'a Schema,
}

/// What lies at a path, as far as equality depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    List,
    Json,
    Timestamp,
    Date,
    Other,
}

/// One key of a filter, which may be read as several paths.
struct Leaf {
    key: String,
    paths: Vec<Vec<String>>,
    shape: Shape,
    /// The shape of what it is compared with: of a list that of its items.
    item: Shape,
}

impl Reader<'_> {
    /// The tree of a filter whose keys start at a path; the columns themselves for an empty one.
    fn filter(&self, filter: &Json, base: &[String], depth: usize) -> Result<Json> {
        if depth > DEPTH_MAX {
            return Err(invalid(format!("The filter has more than {DEPTH_MAX} levels."))
                .hint("Use $in for many values of one column."));
        }
        let Json::Object(parts) = filter else {
            return Err(wrong_operand("A filter", "an object", filter));
        };
        let nodes = parts.iter().map(|(key, value)| {
            if key.starts_with('$') {
                self.joined(key, value, base, depth)
            } else {
                self.column(key, value, base, depth)
            }
        });
        Ok(join("and", nodes.collect::<Result<_>>()?))
    }

    fn joined(&self, operator: &str, value: &Json, base: &[String], depth: usize) -> Result<Json> {
        let filters = || -> Result<Vec<Json>> {
            let Json::Array(filters) = value else {
                return Err(wrong_operand(operator, "a list of filters", value));
            };
            let filters = filters.iter().map(|one| self.filter(one, base, depth + 1));
            filters.collect()
        };
        match operator {
            "$and" => Ok(join("and", filters()?)),
            "$or" => Ok(join("or", filters()?)),
            "$nor" => Ok(negate(join("or", filters()?))),
            "$not" => Ok(negate(self.filter(value, base, depth + 1)?)),
            other => Err(unknown_operator(other)),
        }
    }

    fn column(&self, key: &str, value: &Json, base: &[String], depth: usize) -> Result<Json> {
        let is_column = base.is_empty() && self.schema.field(key).is_ok();
        let mut path = base.to_vec();
        if is_column {
            path.push(key.to_owned());
        } else {
            path.extend(key.split('.').map(str::to_owned));
        }
        let (shape, item, inside) = self.look_up(&path);
        // Inside JSON a key may itself hold dots: both readings are meant.
        let from = inside.max(base.len());
        let (before, behind) = path.split_at(from.min(path.len()));
        let paths = if behind.len() > 1 {
            let literal = before.iter().cloned().chain([behind.join(".")]).collect();
            vec![path.clone(), literal]
        } else {
            vec![path.clone()]
        };
        let leaf = Leaf {
            key: key.to_owned(),
            paths,
            shape,
            item,
        };
        match value {
            Json::Object(operators) if !is_wire(operators) => self.operators(&leaf, operators, depth),
            value => Ok(leaf.equal(value)),
        }
    }

    fn operators(&self, leaf: &Leaf, operators: &Map<String, Json>, depth: usize) -> Result<Json> {
        if !operators.keys().any(|key| key.starts_with('$')) {
            let key = &leaf.key;
            let message = format!("\"{key}\" is compared with an object that has no operator.");
            let hint = format!(
                "Use an operator such as {{ \"{key}\": {{ $eq: value }} }}, or the path of a part: {{ \"{key}.part\": value }}."
            );
            return Err(invalid(message).hint(hint));
        }
        let nodes = operators.iter().map(|(operator, value)| match operator.as_str() {
            "$match" => {
                let nodes = leaf.paths.iter().map(|path| self.filter(value, path, depth + 1));
                Ok(join("or", nodes.collect::<Result<_>>()?))
            }
            "$not" => match value {
                Json::Object(inner) if depth < DEPTH_MAX => {
                    Ok(negate(self.operators(leaf, inner, depth + 1)?))
                }
                other => Err(wrong_operand(operator, "an object of operators", other)),
            },
            operator => leaf.operator(operator, value),
        });
        Ok(join("and", nodes.collect::<Result<_>>()?))
    }

    /// What lies at a path, what it is compared with, and where on the path JSON begins: at its end where there is none.
    fn look_up(&self, path: &[String]) -> (Shape, Shape, usize) {
        let first = path.first().and_then(|name| self.schema.field(name).ok());
        let mut data_type = first.map(|field| &field.data_type);
        for (index, part) in path.iter().enumerate().skip(1) {
            data_type = match data_type {
                Some(DataType::Json) => return (Shape::Json, Shape::Other, index),
                Some(DataType::Struct { fields }) => fields
                    .iter()
                    .find(|field| field.name == *part)
                    .map(|field| &field.data_type),
                _ => None,
            };
        }
        let shape = |data_type: Option<&DataType>| match data_type {
            Some(DataType::List { .. }) => Shape::List,
            Some(DataType::Timestamp) => Shape::Timestamp,
            Some(DataType::Date) => Shape::Date,
            _ => Shape::Other,
        };
        let item = match data_type {
            Some(DataType::List { item }) => Some(&item.data_type),
            other => other,
        };
        (shape(data_type), shape(item), path.len())
    }
}

impl Leaf {
    fn any(&self, node: impl Fn(&[String]) -> Json) -> Json {
        join("or", self.paths.iter().map(|path| node(path)).collect())
    }

    /// A condition that an array inside JSON passes where one of its items does.
    fn items(&self, node: impl Fn(&[String]) -> Json) -> Json {
        self.any(|path| {
            let mut node = node(path);
            if let (Shape::Json, Some(node)) = (self.shape, node.as_object_mut()) {
                node.insert("anyItem".to_owned(), json!(true));
            }
            node
        })
    }

    fn equal(&self, value: &Json) -> Json {
        if value.is_null() {
            return self.missing();
        }
        let op = if self.shape == Shape::List {
            "contains"
        } else {
            "eq"
        };
        self.compare(op, value)
    }

    fn compare(&self, op: &str, value: &Json) -> Json {
        self.items(|path| json!({ "op": op, "column": path, "value": self.wire(value) }))
    }

    fn operator(&self, operator: &str, value: &Json) -> Result<Json> {
        match operator {
            "$eq" => Ok(self.equal(value)),
            "$ne" => Ok(negate(self.equal(value))),
            "$gt" | "$gte" | "$lt" | "$lte" => Ok(self.compare(operator.trim_start_matches('$'), value)),
            "$in" => self.one_of(operator, value),
            "$nin" => Ok(negate(self.one_of(operator, value)?)),
            "$like" | "$ilike" => Ok(self.items(|path| {
                json!({ "op": "like", "column": path, "pattern": value, "caseInsensitive": operator == "$ilike" })
            })),
            "$exists" => match value {
                Json::Bool(true) => Ok(negate(self.missing())),
                Json::Bool(false) => Ok(self.missing()),
                other => Err(wrong_operand("$exists", "true or false", other)),
            },
            "$contains" => {
                Ok(self.any(|path| json!({ "op": "contains", "column": path, "value": self.wire(value) })))
            }
            "$all" => {
                let values = self.values(operator, value)?;
                // As in Mongo, where nothing holds all of no values.
                Ok(self.any(|path| among(if values.is_empty() { "containsAny" } else { "containsAll" }, path, &values)))
            }
            other => Err(unknown_operator(other)),
        }
    }

    fn one_of(&self, operator: &str, value: &Json) -> Result<Json> {
        let values = self.values(operator, value)?;
        let present: Vec<Json> = values.iter().filter(|one| !one.is_null()).cloned().collect();
        let op = if self.shape == Shape::List {
            "containsAny"
        } else {
            "in"
        };
        let node = self.items(|path| among(op, path, &present));
        if present.len() == values.len() {
            return Ok(node);
        }
        Ok(join("or", vec![node, self.missing()]))
    }

    fn values(&self, operator: &str, value: &Json) -> Result<Vec<Json>> {
        match value {
            Json::Array(values) => Ok(values.iter().map(|one| self.wire(one)).collect()),
            other => Err(wrong_operand(operator, "a list", other)),
        }
    }

    fn missing(&self) -> Json {
        let nodes = self
            .paths
            .iter()
            .map(|path| json!({ "op": "isNull", "column": path }));
        join("and", nodes.collect())
    }

    /// A date that was written as a text, as the engine compares it.
    fn wire(&self, value: &Json) -> Json {
        let number = match (self.item, value) {
            (Shape::Timestamp, Json::String(text)) => milliseconds(text),
            (Shape::Date, Json::String(text)) => days(text),
            _ => None,
        };
        number.map_or_else(|| value.clone(), |number| json!(number))
    }
}

/// A value that JSON does not have by itself, and no operators.
fn is_wire(object: &Map<String, Json>) -> bool {
    object.len() == 1 && (object.contains_key("$int") || object.contains_key("$base64"))
}

fn among(op: &str, path: &[String], values: &[Json]) -> Json {
    // None of no values, also where there is nothing: so that its opposite holds for every row, as in SQL.
    if values.is_empty() && op != "containsAll" {
        return json!({ "op": "or", "args": [] });
    }
    json!({ "op": op, "column": path, "values": values })
}

/// The opposite as Mongo means it: true wherever the filter is not true.
fn negate(mut node: Json) -> Json {
    match node.get("op").and_then(Json::as_str) {
        Some("isNull") => json!({ "op": "not", "arg": node }),
        Some("not" | "isNotTrue") => node.get_mut("arg").map(Json::take).unwrap_or_default(),
        _ => json!({ "op": "isNotTrue", "arg": node }),
    }
}

/// All, or one, of several; a single one stays itself.
fn join(op: &str, mut nodes: Vec<Json>) -> Json {
    match (nodes.pop(), nodes.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            nodes.push(last);
            json!({ "op": op, "args": nodes })
        }
        (None, _) => json!({ "op": op, "args": [] }),
    }
}

fn invalid(message: String) -> Error {
    Error::new(Code::InvalidFilter, message)
}

fn unknown_operator(operator: &str) -> Error {
    invalid(format!("The operator \"{operator}\" is not known here.")).hint(KNOWN)
}

fn wrong_operand(operator: &str, expected: &str, value: &Json) -> Error {
    invalid(format!(
        "{operator} takes {expected}; {} was found.",
        found(value)
    ))
}
