//! Reads filters: JSON in, nodes bound to the columns of a schema out.

use serde_json::{Map, Value as Json};

use super::Node;
use super::constant::{self, Kind, cut, expected, kind, shown};
use super::json_path::{Check, JsonTest, Scalars};
use super::leaf::{Leaf, Test};
use super::like::Like;
use super::path::Target;
use super::set::{Booleans, Numbers, Sides, Texts, Wanted};
use crate::column::Column;
use crate::error::{Code, Error, Result};
use crate::format::value_of;
use crate::schema::{DEPTH_MAX, DataType, NODES_MAX, Schema};
use crate::value::Value;

/// Reads a filter.
pub(super) fn filter(json: &Json, schema: &Schema) -> Result<Node> {
    Binder { schema, nodes: 0 }.node(json, 1)
}

struct Binder<'a> {
    schema: &'a Schema,
    nodes: usize,
}

/// A condition being read.
struct Condition<'a> {
    op: &'a str,
    json: &'a Map<String, Json>,
    target: Target<'a>,
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidFilter, message)
}

impl Binder<'_> {
    fn node(&mut self, json: &Json, depth: usize) -> Result<Node> {
        self.nodes += 1;
        if depth > DEPTH_MAX {
            return Err(
                invalid(format!("The filter is nested more than {DEPTH_MAX} deep."))
                    .hint("\"and\" and \"or\" take any number of arguments: put conditions side by side."),
            );
        }
        if self.nodes > NODES_MAX {
            return Err(invalid(format!("The filter has more than {NODES_MAX} nodes."))
                .hint("Many values of one column go into one \"in\"."));
        }
        let Json::Object(object) = json else {
            return Err(invalid(format!(
                "A filter is an object with an \"op\"; it was given {}.",
                shown(json)
            )));
        };
        let op = object.get("op").and_then(Json::as_str);
        match op.ok_or_else(|| invalid("A filter is an object with an \"op\", and there is none."))? {
            "and" => Ok(Node::And(self.args("and", object, depth)?)),
            "or" => Ok(Node::Or(self.args("or", object, depth)?)),
            "not" => Ok(Node::Not(self.arg("not", object, depth)?)),
            "isNotTrue" => Ok(Node::NotTrue(self.arg("isNotTrue", object, depth)?)),
            op @ ("eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "in" | "between" | "like" | "isNull" | "contains"
            | "containsAny" | "containsAll") => {
                let target = Target::resolve(object.get("column"), object.get("field"), self.schema)?;
                Condition { op, json: object, target }.node()
            }
            other => Err(invalid(format!("There is no filter operator \"{}\".", cut(other))).hint(
                "The operators are and, or, not, isNotTrue, eq, ne, lt, lte, gt, gte, in, between, like, isNull, contains, \
                 containsAny and containsAll.",
            )),
        }
    }

    fn arg(&mut self, op: &str, object: &Map<String, Json>, depth: usize) -> Result<Box<Node>> {
        let arg = object
            .get("arg")
            .ok_or_else(|| invalid(format!("\"{op}\" needs one filter, as \"arg\".")))?;
        Ok(Box::new(self.node(arg, depth + 1)?))
    }

    fn args(&mut self, op: &str, object: &Map<String, Json>, depth: usize) -> Result<Vec<Node>> {
        let Some(Json::Array(args)) = object.get("args") else {
            return Err(invalid(format!("\"{op}\" needs a list of filters, as \"args\".")));
        };
        let mut nodes: Vec<Node> = args
            .iter()
            .map(|arg| self.node(arg, depth + 1))
            .collect::<Result<_>>()?;
        nodes.sort_by_key(Node::cost);
        Ok(nodes)
    }
}

impl Condition<'_> {
    fn node(&self) -> Result<Node> {
        let mut leaf = Leaf {
            field: self.target.field.id,
            parts: self.target.parts.clone(),
            test: self.test()?,
            absent: Sides {
                yes: false,
                no: false,
            },
        };
        leaf.absent = leaf.of_absent(&self.absent()?)?;
        let leaf = Node::Leaf(Box::new(leaf));
        // In JSON `ne` is more than the opposite of `eq`: a value of another type is not equal either.
        let opposite = self.op == "ne" && *self.target.data_type != DataType::Json;
        Ok(if opposite { Node::Not(Box::new(leaf)) } else { leaf })
    }

    /// The column that rows older than the field show, of one row.
    fn absent(&self) -> Result<Column> {
        let field = self.target.field;
        let value = field
            .default
            .as_ref()
            .map_or(Some(Value::Null), |json| value_of(&field.data_type, json));
        let value = value.ok_or_else(|| {
            Error::internal(format_args!(
                "the default of the column \"{}\" is not of its type",
                field.name
            ))
        })?;
        Column::constant(&field.data_type, &value, 1)
    }

    fn test(&self) -> Result<Test> {
        let target = &self.target;
        if !target.rules().allow(self.op) {
            return Err(target.unsupported(self.op));
        }
        if *target.data_type == DataType::Json {
            return Ok(Test::Json(JsonTest {
                keys: target.keys.clone(),
                check: self.check()?,
                any_item: self.flag("anyItem")?,
            }));
        }
        match self.op {
            "isNull" => Ok(Test::Null),
            "like" => {
                let like = self.like()?;
                let only = like.only().map(|text| Texts::Equal(text.as_bytes().to_vec()));
                Ok(only.map_or(Test::Like(like), Test::Texts))
            }
            "contains" | "containsAny" | "containsAll" => match target.data_type {
                DataType::List { item } => {
                    let tests = self
                        .items()?
                        .into_iter()
                        .map(|wanted| self.accepted(&item.data_type, wanted));
                    Ok(Test::Items(tests.collect::<Result<_>>()?))
                }
                _ => self.part().map(Test::Like),
            },
            _ => self.accepted(target.data_type, self.wanted()?),
        }
    }

    /// What is asked of the value in a JSON column.
    fn check(&self) -> Result<Check> {
        match self.op {
            "isNull" => Ok(Check::Null),
            "contains" | "containsAny" | "containsAll" => {
                let sets = self.items()?.into_iter().map(|wanted| self.scalars(&wanted));
                let sets = sets.collect::<Result<_>>()?;
                // Of a text, `contains` asks for a part.
                let part = self.json.get("value").and_then(Json::as_str).map(str::to_owned);
                Ok(Check::Items { sets, part })
            }
            "like" => self.like().map(Check::Like),
            "ne" => self.scalars(&self.wanted()?).map(Check::NotIn),
            _ => self.scalars(&self.wanted()?).map(Check::In),
        }
    }

    fn constant(&self, key: &str) -> Result<&Json> {
        let missing = || invalid(format!("\"{}\" needs \"{key}\".", self.op)).column(&self.target.name);
        self.json.get(key).ok_or_else(missing)
    }

    fn flag(&self, key: &str) -> Result<bool> {
        match self.json.get(key) {
            None => Ok(false),
            Some(Json::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self
                .target
                .misfit(self.op, &format!("a boolean as \"{key}\""), other)),
        }
    }

    fn constants(&self) -> Result<Vec<&Json>> {
        let values = self.constant("values")?;
        let list = values
            .as_array()
            .ok_or_else(|| self.target.misfit(self.op, "a list as \"values\"", values))?;
        Ok(list.iter().collect())
    }

    /// What a comparison asks for.
    fn wanted(&self) -> Result<Wanted<&Json>> {
        let end = |key, inclusive| Ok(Some((self.constant(key)?, inclusive)));
        Ok(match self.op {
            "lt" => Wanted::Range {
                low: None,
                high: end("value", false)?,
            },
            "lte" => Wanted::Range {
                low: None,
                high: end("value", true)?,
            },
            "gt" => Wanted::Range {
                low: end("value", false)?,
                high: None,
            },
            "gte" => Wanted::Range {
                low: end("value", true)?,
                high: None,
            },
            "between" => Wanted::Range {
                low: end("low", true)?,
                high: end("high", true)?,
            },
            "in" => Wanted::Among(self.constants()?),
            _ => Wanted::Among(vec![self.constant("value")?]),
        })
    }

    /// What is asked of the items of a list: one of them for each.
    fn items(&self) -> Result<Vec<Wanted<&Json>>> {
        Ok(match self.op {
            "contains" => vec![Wanted::Among(vec![self.constant("value")?])],
            "containsAny" => vec![Wanted::Among(self.constants()?)],
            _ => self
                .constants()?
                .into_iter()
                .map(|value| Wanted::Among(vec![value]))
                .collect(),
        })
    }

    /// Of a text, `contains` asks for a part.
    fn part(&self) -> Result<Like> {
        let value = self.constant("value")?;
        let text = value
            .as_str()
            .ok_or_else(|| self.target.misfit(self.op, "a text", value))?;
        Ok(Like::part(text))
    }

    fn like(&self) -> Result<Like> {
        let pattern = self.constant("pattern")?;
        let text = pattern
            .as_str()
            .ok_or_else(|| self.target.misfit(self.op, "a text as \"pattern\"", pattern))?;
        let fold = self.flag("caseInsensitive")?;
        Like::parse(text, fold).ok_or_else(|| {
            let message = format!(
                "The pattern \"{}\" ends in a backslash that takes nothing.",
                cut(text)
            );
            invalid(message)
                .hint("A backslash in a text is written as two in a pattern.")
                .column(&self.target.name)
        })
    }

    /// The values of a type that the comparison accepts.
    fn accepted(&self, data_type: &DataType, wanted: Wanted<&Json>) -> Result<Test> {
        Ok(match data_type {
            DataType::Int | DataType::Timestamp | DataType::Date => Test::Ints(Numbers::new(
                &self.converted(data_type, wanted, constant::number)?,
            )),
            DataType::Float { .. } => Test::Floats(Numbers::new(&self.converted(
                data_type,
                wanted,
                constant::number,
            )?)),
            DataType::Boolean => Test::Booleans(Booleans::new(&self.converted(
                data_type,
                wanted,
                Json::as_bool,
            )?)),
            DataType::Text => Test::Texts(Texts::new(self.converted(data_type, wanted, constant::text)?)),
            DataType::Enum { values } => {
                // An order may be asked against any text; a text that no row can equal is a slip of the pen.
                let any = matches!(wanted, Wanted::Range { .. });
                let known = |text: &[u8]| any || values.iter().any(|value| value.as_bytes() == text);
                let convert = |json: &Json| constant::text(json).filter(|text| known(text));
                Test::Texts(Texts::new(self.converted(data_type, wanted, convert)?))
            }
            DataType::Bytes if matches!(wanted, Wanted::Among(_)) => {
                Test::Texts(Texts::new(self.converted(data_type, wanted, constant::bytes)?))
            }
            _ => return Err(self.target.unsupported(self.op)),
        })
    }

    fn converted<V>(
        &self,
        data_type: &DataType,
        wanted: Wanted<&Json>,
        convert: impl Fn(&Json) -> Option<V>,
    ) -> Result<Wanted<V>> {
        let misfit = |json| self.target.misfit(self.op, &expected(data_type), json);
        wanted.try_map(|json| convert(json).ok_or_else(|| misfit(json)))
    }

    /// The values of any type that the comparison accepts.
    fn scalars(&self, wanted: &Wanted<&Json>) -> Result<Scalars> {
        let mut kinds = Vec::new();
        for json in wanted.values() {
            let misfit = || self.target.misfit(self.op, "a text, a number or a boolean", json);
            kinds.push(kind(json).ok_or_else(misfit)?);
        }
        if let (
            Wanted::Range {
                high: Some((high, _)),
                ..
            },
            [first, second],
        ) = (wanted, kinds.as_slice())
            && first != second
        {
            return Err(self.target.misfit(self.op, "two values of one type", high));
        }
        let has = |kind| kinds.contains(&kind);
        Ok(Scalars {
            numbers: has(Kind::Number).then(|| Numbers::new(&only(wanted, constant::number))),
            texts: has(Kind::Text).then(|| Texts::new(only(wanted, constant::text))),
            booleans: has(Kind::Boolean).then(|| Booleans::new(&only(wanted, Json::as_bool))),
        })
    }
}

/// What is wanted, as far as it is of one type; the ends of a range are.
fn only<V>(wanted: &Wanted<&Json>, convert: impl Fn(&Json) -> Option<V>) -> Wanted<V> {
    let end =
        |end: &Option<(&Json, bool)>| end.and_then(|(json, inclusive)| Some((convert(json)?, inclusive)));
    match wanted {
        Wanted::Range { low, high } => Wanted::Range {
            low: end(low),
            high: end(high),
        },
        Wanted::Among(values) => Wanted::Among(values.iter().filter_map(|json| convert(json)).collect()),
    }
}
