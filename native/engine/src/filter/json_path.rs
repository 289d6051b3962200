//! Values inside JSON texts: found by walking the text along a path, without building the rest.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use super::like::Like;
use super::set::{Booleans, Numbers, Texts};

/// A condition on the value at a path of a JSON column.
#[derive(Clone, Debug)]
pub(super) struct JsonTest {
    pub(super) keys: Vec<Key>,
    pub(super) check: Check,
    /// Whether an array passes where one of its items does.
    pub(super) any_item: bool,
}

/// What is asked of the value.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// It is missing or null.
    Null,
    /// It is in the set.
    In(Scalars),
    /// It is not in the set; a value of another type is not.
    NotIn(Scalars),
    /// It is a text that matches.
    Like(Like),
    /// It is an array, and each of the sets has one of its items; or a text with this part, where one is asked for.
    Items {
        sets: Vec<Scalars>,
        part: Option<String>,
    },
}

/// A step into an object or, if it is a number, into an array.
#[derive(Clone, Debug)]
pub(super) struct Key {
    name: String,
    index: Option<usize>,
}

impl Key {
    pub(super) fn new(name: &str) -> Self {
        let index = name
            .parse()
            .ok()
            .filter(|index: &usize| index.to_string() == name);
        Self {
            name: name.to_owned(),
            index,
        }
    }
}

/// A set of values of several types; a type of which nothing is in it is not comparable with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scalars {
    pub(super) numbers: Option<Numbers<f64>>,
    pub(super) texts: Option<Texts>,
    pub(super) booleans: Option<Booleans>,
}

impl Scalars {
    fn holds(&self, value: &Scalar<'_>) -> Option<bool> {
        match value {
            Scalar::Null => None,
            _ if self.numbers.is_none() && self.texts.is_none() && self.booleans.is_none() => Some(false),
            Scalar::Boolean(value) => self.booleans.map(|set| set.holds(*value)),
            Scalar::Number(value) => self.numbers.as_ref().map(|set| set.holds(*value)),
            Scalar::Text(text) => self.texts.as_ref().map(|set| set.holds(text.as_bytes())),
            Scalar::Nested => None,
        }
    }
}

impl JsonTest {
    /// Whether it asks for a null, and so has an answer for rows without a value.
    pub(super) fn asks_null(&self) -> bool {
        matches!(self.check, Check::Null)
    }

    /// Whether it is so, if that can be said.
    ///
    /// # Errors
    /// The text is not JSON.
    pub(super) fn holds(&self, text: &str, scratch: &mut String) -> Result<Option<bool>, serde_json::Error> {
        if self.asks_null() && self.keys.is_empty() {
            return Ok(Some(text.trim_ascii() == "null"));
        }
        let found = find(text, &self.keys)?;
        let value = found.map_or(Scalar::Null, Scalar::of);
        let items = || found.and_then(items);
        Ok(match (&self.check, &value) {
            (Check::Items { sets, .. }, Scalar::Nested) => items().map(|items| {
                let holds = |set: &Scalars| items.iter().any(|item| set.holds(item) == Some(true));
                sets.iter().all(holds)
            }),
            (check @ (Check::In(_) | Check::Like(_)), Scalar::Nested) if self.any_item => match items() {
                Some(items) => Some(items.iter().any(|item| check.holds(item, scratch) == Some(true))),
                None => check.holds(&value, scratch),
            },
            (check, value) => check.holds(value, scratch),
        })
    }
}

impl Check {
    /// Whether it is so of one value that is no array, if that can be said.
    fn holds(&self, value: &Scalar<'_>, scratch: &mut String) -> Option<bool> {
        match (self, value) {
            (Self::Null, value) => Some(matches!(value, Scalar::Null)),
            (_, Scalar::Null) => None,
            (Self::In(set), value) => set.holds(value),
            (Self::NotIn(set), value) => Some(set.holds(value) != Some(true)),
            (Self::Like(like), Scalar::Text(text)) => Some(like.matches(text, scratch)),
            (Self::Items { part: Some(part), .. }, Scalar::Text(text)) => Some(text.contains(part.as_str())),
            _ => None,
        }
    }
}

/// A value as far as it is compared.
enum Scalar<'a> {
    Null,
    Boolean(bool),
    Number(f64),
    Text(Cow<'a, str>),
    /// An array or an object.
    Nested,
}

impl<'a> Scalar<'a> {
    /// Reads the text of one value, known to be JSON.
    fn of(text: &'a str) -> Self {
        match text.as_bytes() {
            b"null" => Self::Null,
            b"true" => Self::Boolean(true),
            b"false" => Self::Boolean(false),
            [b'"', ..] => Self::Text(
                serde_json::from_str::<Text<'a>>(text)
                    .unwrap_or_default()
                    .into_str(),
            ),
            [b'[' | b'{', ..] => Self::Nested,
            // JSON's numbers are those of JavaScript: floats, of which the largest are infinite.
            _ => text.parse().map_or(Self::Nested, Self::Number),
        }
    }
}

/// The items of an array; `None` for an object.
fn items(text: &str) -> Option<Vec<Scalar<'_>>> {
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(items.into_iter().map(|item| Scalar::of(item.get())).collect())
}

/// The text of the value at the path.
fn find<'a>(text: &'a str, keys: &[Key]) -> Result<Option<&'a str>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let found = Walk { keys }
        .deserialize(&mut reader)
        .and_then(|found| reader.end().map(|()| found));
    match found {
        Ok(found) => Ok(found.map(RawValue::get)),
        // A number beyond the floats, or half of a surrogate pair, where the path wants an object.
        Err(_) if serde_json::from_str::<IgnoredAny>(text).is_ok() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Walks along a path; yields nothing where it leads nowhere. Of equal names in an object the last counts.
#[derive(Clone, Copy)]
struct Walk<'k> {
    keys: &'k [Key],
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        if self.keys.is_empty() {
            <&RawValue>::deserialize(reader).map(Some)
        } else {
            reader.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<Text<'_>>()? {
            match self.keys.split_first() {
                Some((key, keys)) if key.name.as_bytes() == &*name.0 => {
                    found = map.next_value_seed(Walk { keys })?
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        if let Some((
            Key {
                index: Some(index), ..
            },
            keys,
        )) = self.keys.split_first()
        {
            for _ in 0..*index {
                if items.next_element::<IgnoredAny>()?.is_none() {
                    return Ok(None);
                }
            }
            found = items.next_element_seed(Walk { keys })?.flatten();
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A text, with its escapes resolved. Half of a surrogate pair, which JavaScript writes and UTF-8 lacks, is no error.
#[derive(Default)]
struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    fn into_str(self) -> Cow<'a, str> {
        match self.0 {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(bytes)))
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(bytes.to_vec())))
            }
        }
        reader.deserialize_bytes(Read)
    }
}
