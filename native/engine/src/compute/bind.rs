use serde_json::{Map, Value as Json};

use super::{DEPTH_MAX, Kind, Node, Operator};
use crate::error::{Code, Error, Result};
use crate::schema::{DataType, Field, Schema};
use crate::value::Value;

/// Reads an expression whose value goes into a column.
pub(super) fn expression(target: &Field, json: &Json, schema: &Schema) -> Result<Node> {
    let (node, kind) = Binder { target, schema }.node(json, 1)?;
    let fits = match (&target.data_type, &kind) {
        (DataType::Int, Kind::Int)
        | (DataType::Float { .. }, Kind::Int | Kind::Float)
        | (DataType::Text | DataType::Enum { .. }, Kind::Text) => true,
        (data_type, Kind::Other(other)) => data_type == other,
        _ => false,
    };
    if fits {
        return Ok(node);
    }
    let message = format!(
        "The column \"{}\" cannot be set to {}: it holds {}.",
        target.name,
        shown(&kind),
        type_of(&target.data_type)
    );
    Err(Error::new(Code::InvalidArgument, message)
        .hint("Compute a value of the column's type.")
        .column(target.name.clone()))
}

struct Binder<'a> {
    target: &'a Field,
    schema: &'a Schema,
}

impl Binder<'_> {
    fn invalid(&self, what: &str) -> Error {
        let message = format!(
            "The value of \"{}\" cannot be computed: {what}.",
            self.target.name
        );
        Error::new(Code::InvalidArgument, message).column(self.target.name.clone())
    }

    fn node(&self, json: &Json, depth: usize) -> Result<(Node, Kind)> {
        if depth > DEPTH_MAX {
            return Err(self.invalid(&format!("it is nested more than {DEPTH_MAX} deep")));
        }
        let object = json
            .as_object()
            .ok_or_else(|| self.invalid("a part of it is no expression"))?;
        if let Some(name) = object.get("column").and_then(Json::as_str) {
            let field = self.schema.field(name)?;
            if object
                .get("field")
                .is_some_and(|id| id.as_u64() != Some(u64::from(field.id)))
            {
                let message = format!("The column \"{name}\" was made anew since the table was opened.");
                return Err(Error::new(Code::Conflict, message)
                    .hint("Open the table again.")
                    .column(name));
            }
            return Ok((Node::Column(field.clone()), kind_of(&field.data_type)));
        }
        if let Some(value) = object.get("value") {
            return self.constant(value);
        }
        match object.get("op").and_then(Json::as_str) {
            Some("plus") => self.arithmetic(Operator::Plus, object, depth),
            Some("minus") => self.arithmetic(Operator::Minus, object, depth),
            Some("times") => self.arithmetic(Operator::Times, object, depth),
            Some("dividedBy") => self.arithmetic(Operator::DividedBy, object, depth),
            Some("concat") => self.concat(object, depth),
            _ => Err(self.invalid("it uses an operation that does not exist")),
        }
    }

    fn constant(&self, json: &Json) -> Result<(Node, Kind)> {
        let int = |json: &Json| json.get("$int")?.as_str()?.parse().ok();
        let (value, kind) = match json {
            Json::String(text) => (Value::Text(text.clone()), Kind::Text),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => (Value::Int(int), Kind::Int),
                (None, Some(float)) => (Value::Float(float), Kind::Float),
                _ => return Err(self.invalid("it uses a number that is none")),
            },
            other => match int(other) {
                Some(int) => (Value::Int(int), Kind::Int),
                None => return Err(self.invalid("it uses a constant that is neither a number nor a text")),
            },
        };
        Ok((Node::Constant(value), kind))
    }

    fn args(&self, object: &Map<String, Json>, depth: usize) -> Result<Vec<(Node, Kind)>> {
        let args = object.get("args").and_then(Json::as_array);
        let args = args.ok_or_else(|| self.invalid("an operation lacks its arguments"))?;
        args.iter().map(|arg| self.node(arg, depth + 1)).collect()
    }

    fn arithmetic(
        &self,
        operator: Operator,
        object: &Map<String, Json>,
        depth: usize,
    ) -> Result<(Node, Kind)> {
        let mut args = self.args(object, depth)?.into_iter();
        let (Some((left, of_left)), Some((right, of_right)), None) = (args.next(), args.next(), args.next())
        else {
            return Err(self.invalid("arithmetic needs two numbers"));
        };
        for kind in [&of_left, &of_right] {
            if !matches!(kind, Kind::Int | Kind::Float) {
                return Err(self.invalid(&format!("arithmetic needs numbers, and there is {}", shown(kind))));
            }
        }
        let whole = of_left == Kind::Int && of_right == Kind::Int;
        let node = Node::Arithmetic(operator, whole, Box::new((left, right)));
        Ok((node, if whole { Kind::Int } else { Kind::Float }))
    }

    fn concat(&self, object: &Map<String, Json>, depth: usize) -> Result<(Node, Kind)> {
        let mut nodes = Vec::new();
        for (node, kind) in self.args(object, depth)? {
            if kind != Kind::Text {
                return Err(self.invalid(&format!("concat needs texts, and there is {}", shown(&kind))));
            }
            nodes.push(node);
        }
        Ok((Node::Concat(nodes), Kind::Text))
    }
}

fn kind_of(data_type: &DataType) -> Kind {
    match data_type {
        DataType::Int => Kind::Int,
        DataType::Float { .. } => Kind::Float,
        DataType::Text | DataType::Enum { .. } => Kind::Text,
        other => Kind::Other(other.clone()),
    }
}

fn shown(kind: &Kind) -> String {
    match kind {
        Kind::Int => "a whole number".to_owned(),
        Kind::Float => "a number that may be a fraction".to_owned(),
        Kind::Text => "a text".to_owned(),
        Kind::Other(data_type) => type_of(data_type).to_owned(),
    }
}

fn type_of(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Text => "texts",
        DataType::Enum { .. } => "texts of a fixed set",
        DataType::Json => "JSON",
        DataType::Int => "whole numbers",
        DataType::Float { .. } => "numbers",
        DataType::Boolean => "booleans",
        DataType::Timestamp => "timestamps",
        DataType::Date => "dates",
        DataType::Bytes => "bytes",
        DataType::Vector { .. } => "vectors",
        DataType::List { .. } => "lists",
        DataType::Struct { .. } => "structs",
    }
}
