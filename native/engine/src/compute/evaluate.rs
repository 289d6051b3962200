use super::{Computed, Node, Operator, Rows};
use crate::column::{Column, ColumnBuilder};
use crate::error::{Code, Error, Result};
use crate::schema::DataType;
use crate::value::Value;

/// The greatest whole number of which a JavaScript number knows all neighbours.
const SAFE: u64 = 9_007_199_254_740_991;

/// The values of some rows.
pub(super) fn column(computed: &Computed, rows: &dyn Rows) -> Result<Column> {
    let mut builder = ColumnBuilder::new(&computed.target.data_type);
    for row in 0..rows.len() {
        let evaluation = Evaluation { computed, rows, row };
        builder.push(&evaluation.fitted(evaluation.value(&computed.root)?)?)?;
    }
    Ok(builder.finish())
}

struct Evaluation<'a> {
    computed: &'a Computed,
    rows: &'a dyn Rows,
    row: usize,
}

impl Evaluation<'_> {
    fn refused(&self, what: &str, hint: &str) -> Error {
        let column = &self.computed.target.name;
        let message = format!(
            "{}: the new value of \"{column}\" {what}.",
            self.rows.name(self.row)
        );
        Error::new(Code::InvalidRow, message)
            .hint(hint)
            .column(column.clone())
    }

    fn value(&self, node: &Node) -> Result<Value> {
        match node {
            Node::Column(field) => {
                let (column, row) = self.rows.cell(field, self.row)?;
                column.value(&field.data_type, row)
            }
            Node::Constant(value) => Ok(value.clone()),
            Node::Arithmetic(operator, whole, sides) => {
                let (left, right) = (self.value(&sides.0)?, self.value(&sides.1)?);
                match (left, right) {
                    (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
                    (Value::Int(left), Value::Int(right)) if *whole => {
                        self.whole(*operator, left, right).map(Value::Int)
                    }
                    (left, right) => self
                        .float(*operator, float_of(&left)?, float_of(&right)?)
                        .map(Value::Float),
                }
            }
            Node::Concat(parts) => {
                let mut text = String::new();
                for part in parts {
                    match self.value(part)? {
                        Value::Text(part) => text.push_str(&part),
                        Value::Null => return Ok(Value::Null),
                        _ => return Err(Error::internal("a text that is none")),
                    }
                }
                Ok(Value::Text(text))
            }
        }
    }

    fn whole(&self, operator: Operator, left: i64, right: i64) -> Result<i64> {
        let result = match operator {
            Operator::Plus => left.checked_add(right),
            Operator::Minus => left.checked_sub(right),
            Operator::Times => left.checked_mul(right),
            Operator::DividedBy if right == 0 => return Err(self.divided_by_zero()),
            Operator::DividedBy => left.checked_div(right),
        };
        result.ok_or_else(|| {
            let what = "does not fit into a whole number of 64 bits";
            self.refused(
                what,
                "Leave the row out by the filter, or use a column of floats; nothing was written.",
            )
        })
    }

    fn float(&self, operator: Operator, left: f64, right: f64) -> Result<f64> {
        Ok(match operator {
            Operator::Plus => left + right,
            Operator::Minus => left - right,
            Operator::Times => left * right,
            Operator::DividedBy if right == 0.0 => return Err(self.divided_by_zero()),
            Operator::DividedBy => left / right,
        })
    }

    fn divided_by_zero(&self) -> Error {
        self.refused(
            "needs a division by zero",
            "Leave such rows out by the filter; nothing was written.",
        )
    }

    /// The value as the column takes it.
    fn fitted(&self, value: Value) -> Result<Value> {
        let target = &self.computed.target;
        match (&target.data_type, value) {
            (_, Value::Null) if !target.nullable => Err(self.refused(
                "would be null, because a value that it is computed from is null",
                "Leave such rows out by the filter; nothing was written.",
            )),
            (_, Value::Null) => Ok(Value::Null),
            (DataType::Float { bits }, value) => self.fitted_float(float_of(&value)?, *bits),
            (DataType::Int, Value::Int(int)) if self.computed.safe && int.unsigned_abs() > SAFE => Err(self
                .refused(
                    "is beyond the whole numbers that a JavaScript number can hold",
                    "Read the column as integers of 64 bits; nothing was written.",
                )),
            (DataType::Enum { values }, Value::Text(text)) if !values.contains(&text) => Err(self.refused(
                &format!("would be \"{text}\", which is none of {}", values.join(", ")),
                "Leave such rows out by the filter; nothing was written.",
            )),
            (_, value) => Ok(value),
        }
    }

    fn fitted_float(&self, value: f64, bits: u8) -> Result<Value> {
        #[expect(clippy::cast_possible_truncation, reason = "asks whether 32 bits can hold it")]
        let fits = value.is_finite() && (bits == 64 || (value as f32).is_finite());
        if fits {
            return Ok(Value::Float(value));
        }
        let what = format!("does not fit into a float of {bits} bits");
        Err(self.refused(&what, "Leave the row out by the filter; nothing was written."))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a whole number among floats is the nearest float"
)]
fn float_of(value: &Value) -> Result<f64> {
    match value {
        Value::Int(int) => Ok(*int as f64),
        Value::Float(float) => Ok(*float),
        _ => Err(Error::internal("a number that is none")),
    }
}
