//! Sets of values as runs of an order, so that an index can look them up.

use crate::column::{float_key, int_key};
use crate::filter::set::{Booleans, Numbers, Scale, Texts};

/// Values of one type: runs that ascend and do not touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spans {
    /// Keys, from the first to the second, both included.
    Numbers(Vec<(u64, u64)>),
    /// Texts between two ends.
    Texts(Vec<Ends>),
}

/// Where a run of texts starts and ends: at a text, which is in it or not; nowhere where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) low: Option<(Vec<u8>, bool)>,
    pub(crate) high: Option<(Vec<u8>, bool)>,
}

impl Ends {
    /// Whether a text may lie between them.
    fn hold_any(&self) -> bool {
        match (&self.low, &self.high) {
            (Some((low, from)), Some((high, to))) => low < high || low == high && *from && *to,
            _ => true,
        }
    }
}

impl Spans {
    /// How many runs they are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numbers(runs) => runs.len(),
            Self::Texts(runs) => runs.len(),
        }
    }

    pub(super) fn of_ints(set: &Numbers<i64>) -> Self {
        Self::of_numbers(set, int_key, int_key)
    }

    /// The two zeros are equal, and have a key each.
    pub(super) fn of_floats(set: &Numbers<f64>) -> Self {
        let low = |float: f64| float_key(if float == 0.0 { -0.0 } else { float });
        let high = |float: f64| float_key(if float == 0.0 { 0.0 } else { float });
        Self::of_numbers(set, low, high)
    }

    fn of_numbers<T: Scale>(set: &Numbers<T>, low: impl Fn(T) -> u64, high: impl Fn(T) -> u64) -> Self {
        let runs = match set {
            Numbers::Range(from, to) => vec![(low(*from), high(*to))],
            Numbers::Among(values) => values.iter().map(|value| (low(*value), high(*value))).collect(),
        };
        Self::Numbers(runs.into_iter().filter(|(low, high)| low <= high).collect())
    }

    pub(super) fn of_booleans(set: Booleans) -> Self {
        let held = [false, true].into_iter().filter(|value| set.holds(*value));
        let key = |value: bool| int_key(i64::from(value));
        Self::Numbers(held.map(|value| (key(value), key(value))).collect())
    }

    pub(super) fn of_texts(set: &Texts) -> Self {
        let only = |text: &Vec<u8>| Ends {
            low: Some((text.clone(), true)),
            high: Some((text.clone(), true)),
        };
        Self::Texts(match set {
            Texts::Equal(text) => vec![only(text)],
            Texts::Among(texts) => texts.iter().map(only).collect(),
            Texts::Range { low, high } => {
                let ends = Ends {
                    low: low.clone(),
                    high: high.clone(),
                };
                if ends.hold_any() { vec![ends] } else { Vec::new() }
            }
        })
    }

    /// The texts that start with a prefix.
    pub(super) fn of_prefix(prefix: &str) -> Self {
        let mut next = prefix.as_bytes().to_vec();
        while next.pop_if(|last| *last == u8::MAX).is_some() {}
        if let Some(last) = next.last_mut() {
            *last += 1;
        }
        Self::Texts(vec![Ends {
            low: Some((prefix.as_bytes().to_vec(), true)),
            high: (!next.is_empty()).then_some((next, false)),
        }])
    }

    /// Every other value of the type.
    pub(super) fn others(&self) -> Self {
        match self {
            Self::Numbers(runs) => {
                let (mut rest, mut from) = (Vec::with_capacity(runs.len() + 1), Some(0));
                for (low, high) in runs {
                    if let Some(from) = from
                        && from < *low
                    {
                        rest.push((from, low - 1));
                    }
                    from = high.checked_add(1);
                }
                rest.extend(from.map(|from| (from, u64::MAX)));
                Self::Numbers(rest)
            }
            Self::Texts(runs) => {
                let (mut rest, mut from) = (Vec::with_capacity(runs.len() + 1), Some(None));
                let turned = |end: &Option<(Vec<u8>, bool)>| {
                    end.as_ref().map(|(text, inclusive)| (text.clone(), !inclusive))
                };
                for run in runs {
                    if let Some(low) = from.take()
                        && run.low.is_some()
                    {
                        rest.push(Ends {
                            low,
                            high: turned(&run.low),
                        });
                    }
                    from = run.high.is_some().then(|| turned(&run.high));
                }
                rest.extend(from.map(|low| Ends { low, high: None }));
                Self::Texts(rest)
            }
        }
    }
}
