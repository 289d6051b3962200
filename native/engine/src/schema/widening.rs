//! Which types take all values of another one.

use super::{DataType, NamedField, Nested};

/// What it takes for a column to get a wider type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Widening {
    /// The values lie as they did.
    InPlace,
    /// The values are written anew, in another form.
    Cast,
}

impl DataType {
    /// What it takes for values of this type to be of another one; `None` where some of them could not be.
    pub(crate) fn widening(&self, to: &Self) -> Option<Widening> {
        match (self, to) {
            (from, to) if from == to => Some(Widening::InPlace),
            (Self::Enum { values }, Self::Enum { values: more }) => values
                .iter()
                .all(|value| more.contains(value))
                .then_some(Widening::InPlace),
            (Self::Enum { .. }, Self::Text) => Some(Widening::InPlace),
            (Self::Int, Self::Float { .. }) | (Self::Float { bits: 32 }, Self::Float { bits: 64 }) => {
                Some(Widening::Cast)
            }
            (Self::List { item }, Self::List { item: to }) => item_in_place(item, to),
            (Self::Struct { fields }, Self::Struct { fields: to }) => (fields.len() == to.len()
                && fields.iter().zip(to).all(|(from, to)| part_in_place(from, to)))
            .then_some(Widening::InPlace),
            _ => None,
        }
    }

    /// Whether that is done without writing the values anew.
    fn widens_in_place(&self, to: &Self) -> bool {
        self.widening(to) == Some(Widening::InPlace)
    }
}

fn item_in_place(from: &Nested, to: &Nested) -> Option<Widening> {
    let fits = (to.nullable || !from.nullable) && from.data_type.widens_in_place(&to.data_type);
    fits.then_some(Widening::InPlace)
}

fn part_in_place(from: &NamedField, to: &NamedField) -> bool {
    from.name == to.name && (to.nullable || !from.nullable) && from.data_type.widens_in_place(&to.data_type)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{DataType, Widening};

    fn widening(from: Json, to: Json) -> Option<Widening> {
        let read = |json| serde_json::from_value::<DataType>(json).unwrap();
        read(from).widening(&read(to))
    }

    #[test]
    fn a_wider_type_takes_every_value() {
        let values = |values: &[&str]| json!({"kind": "enum", "values": values});
        let list = |item: Json, nullable: bool| json!({"kind": "list", "item": {"type": item, "nullable": nullable}});
        let (text, int) = (json!({"kind": "text"}), json!({"kind": "int"}));
        let float = |bits: u8| json!({"kind": "float", "bits": bits});
        let place = Some(Widening::InPlace);
        let cases = [
            (values(&["a"]), values(&["b", "a"]), place),
            (values(&["a", "b"]), values(&["a"]), None),
            (values(&["a"]), text.clone(), place),
            (text.clone(), values(&["a"]), None),
            (int.clone(), float(64), Some(Widening::Cast)),
            (float(32), float(64), Some(Widening::Cast)),
            (float(64), float(32), None),
            (float(64), int.clone(), None),
            (
                list(values(&["a"]), false),
                list(values(&["a", "b"]), true),
                place,
            ),
            (list(int.clone(), true), list(int.clone(), false), None),
            (list(int.clone(), false), list(float(64), false), None),
            (text, int, None),
        ];
        for (from, to, expected) in cases {
            assert_eq!(widening(from.clone(), to.clone()), expected, "{from} to {to}");
        }
    }
}
