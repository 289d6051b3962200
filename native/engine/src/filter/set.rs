//! Sets of values: what a comparison accepts. All comparisons with constants come down to three kinds of sets, decided
//! once, so that the loops over rows are plain and pruning is the intersection of a set with a range.

use super::constant::Number;

/// What a comparison asks for: a range whose ends may be missing and are inclusive or not, or some values.
#[derive(Clone, Debug)]
pub(super) enum Wanted<V> {
    Range {
        low: Option<(V, bool)>,
        high: Option<(V, bool)>,
    },
    Among(Vec<V>),
}

impl<V> Wanted<V> {
    pub(super) fn try_map<U, E>(self, convert: impl Fn(V) -> Result<U, E>) -> Result<Wanted<U>, E> {
        let end = |end: Option<(V, bool)>| end.map(|(value, open)| Ok((convert(value)?, open))).transpose();
        Ok(match self {
            Self::Range { low, high } => Wanted::Range {
                low: end(low)?,
                high: end(high)?,
            },
            Self::Among(values) => Wanted::Among(values.into_iter().map(convert).collect::<Result<_, E>>()?),
        })
    }

    pub(super) fn values(&self) -> Vec<&V> {
        match self {
            Self::Range { low, high } => low.iter().chain(high).map(|(value, _)| value).collect(),
            Self::Among(values) => values.iter().collect(),
        }
    }
}

/// What is possible for a condition, or true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sides {
    pub(super) yes: bool,
    pub(super) no: bool,
}

impl Sides {
    pub(super) const BOTH: Self = Self { yes: true, no: true };
}

/// A set of numbers of a column's type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Numbers<T> {
    /// From the first to the second, both included; a NaN is in no range.
    Range(T, T),
    /// These, ascending.
    Among(Vec<T>),
}

impl<T: Scale> Numbers<T> {
    pub(super) fn new(wanted: &Wanted<Number>) -> Self {
        match wanted {
            Wanted::Range { low, high } => {
                let low = low.as_ref().map_or(Some(T::LEAST), |(number, inclusive)| {
                    T::at_least(*number, *inclusive)
                });
                let high = high.as_ref().map_or(Some(T::GREATEST), |(number, inclusive)| {
                    T::at_most(*number, *inclusive)
                });
                low.zip(high)
                    .map_or(Self::Among(Vec::new()), |(low, high)| Self::Range(low, high))
            }
            Wanted::Among(numbers) => {
                let mut values: Vec<T> = numbers.iter().filter_map(|number| T::exactly(*number)).collect();
                values.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
                values.dedup();
                match values.as_slice() {
                    [only] => Self::Range(*only, *only),
                    _ => Self::Among(values),
                }
            }
        }
    }

    pub(super) fn holds(&self, value: T) -> bool {
        match self {
            Self::Range(low, high) => *low <= value && value <= *high,
            Self::Among(values) => among(values, value),
        }
    }

    /// What is possible for values from `min` to `max`.
    pub(super) fn possible(&self, min: T, max: T) -> Sides {
        match self {
            Self::Range(low, high) => Sides {
                yes: *low <= max && min <= *high && low <= high,
                no: !(*low <= min && max <= *high),
            },
            Self::Among(values) => {
                let yes = values.iter().any(|value| min <= *value && *value <= max);
                Sides {
                    yes,
                    no: !(min == max && yes),
                }
            }
        }
    }
}

/// Whether a value is among ascending values; a NaN never is.
#[inline]
pub(super) fn among<T: PartialOrd>(values: &[T], value: T) -> bool {
    values
        .binary_search_by(|v| v.partial_cmp(&value).unwrap_or(std::cmp::Ordering::Less))
        .is_ok()
}

/// A type of numbers, into which constants of any size are rounded in the direction that keeps comparisons exact.
pub(super) trait Scale: Copy + PartialOrd {
    const LEAST: Self;
    const GREATEST: Self;
    /// The least value that is `>=` the constant, or `>` where it is not inclusive.
    fn at_least(number: Number, inclusive: bool) -> Option<Self>;
    /// The greatest value that is `<=` the constant, or `<`.
    fn at_most(number: Number, inclusive: bool) -> Option<Self>;
    /// The value that equals the constant.
    fn exactly(number: Number) -> Option<Self>;
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

#[expect(
    clippy::cast_possible_truncation,
    reason = "the floats are whole numbers in range, checked before"
)]
impl Scale for i64 {
    const LEAST: Self = Self::MIN;
    const GREATEST: Self = Self::MAX;

    fn at_least(number: Number, inclusive: bool) -> Option<Self> {
        match number {
            Number::Int(i) if inclusive => Some(i),
            Number::Int(i) => i.checked_add(1),
            Number::Float(x) if x >= TWO_TO_63 => None,
            Number::Float(x) => Some(x.ceil().max(-TWO_TO_63) as Self),
        }
    }

    fn at_most(number: Number, inclusive: bool) -> Option<Self> {
        match number {
            Number::Int(i) if inclusive => Some(i),
            Number::Int(i) => i.checked_sub(1),
            Number::Float(x) if x < -TWO_TO_63 => None,
            Number::Float(x) if x >= TWO_TO_63 => Some(Self::MAX),
            Number::Float(x) => Some(x.floor() as Self),
        }
    }

    fn exactly(number: Number) -> Option<Self> {
        match number {
            Number::Int(i) => Some(i),
            Number::Float(_) => None,
        }
    }
}

impl Scale for f64 {
    const LEAST: Self = Self::NEG_INFINITY;
    const GREATEST: Self = Self::INFINITY;

    fn at_least(number: Number, inclusive: bool) -> Option<Self> {
        let (nearest, order) = nearest(number);
        Some(if order.is_gt() || (order.is_eq() && inclusive) {
            nearest
        } else {
            nearest.next_up()
        })
    }

    fn at_most(number: Number, inclusive: bool) -> Option<Self> {
        let (nearest, order) = nearest(number);
        Some(if order.is_lt() || (order.is_eq() && inclusive) {
            nearest
        } else {
            nearest.next_down()
        })
    }

    fn exactly(number: Number) -> Option<Self> {
        let (nearest, order) = nearest(number);
        order.is_eq().then_some(nearest)
    }
}

/// The float nearest to a constant, and how it compares with it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "what is lost is compared exactly"
)]
fn nearest(number: Number) -> (f64, std::cmp::Ordering) {
    match number {
        Number::Float(x) => (x, std::cmp::Ordering::Equal),
        Number::Int(i) => {
            let nearest = i as f64;
            (nearest, (nearest as i128).cmp(&i128::from(i)))
        }
    }
}

/// A set of texts, or of byte strings, in byte order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Texts {
    Equal(Vec<u8>),
    /// These, ascending.
    Among(Vec<Vec<u8>>),
    Range {
        low: Option<(Vec<u8>, bool)>,
        high: Option<(Vec<u8>, bool)>,
    },
}

impl Texts {
    pub(super) fn new(wanted: Wanted<Vec<u8>>) -> Self {
        match wanted {
            Wanted::Range { low, high } => Self::Range { low, high },
            Wanted::Among(mut texts) => {
                texts.sort_unstable();
                texts.dedup();
                match <[Vec<u8>; 1]>::try_from(texts) {
                    Ok([only]) => Self::Equal(only),
                    Err(texts) => Self::Among(texts),
                }
            }
        }
    }

    pub(super) fn holds(&self, text: &[u8]) -> bool {
        match self {
            Self::Equal(wanted) => text == wanted,
            Self::Among(texts) => texts.binary_search_by(|t| t.as_slice().cmp(text)).is_ok(),
            Self::Range { low, high } => above(text, low) && below(text, high),
        }
    }

    /// What is possible for texts from `min` to `max`.
    pub(super) fn possible(&self, min: &[u8], max: &[u8]) -> Sides {
        let between = |text: &[u8]| min <= text && text <= max;
        match self {
            Self::Equal(wanted) => Sides {
                yes: between(wanted),
                no: !(min == max && min == wanted),
            },
            Self::Among(texts) => {
                let yes = texts.iter().any(|text| between(text));
                Sides {
                    yes,
                    no: !(min == max && yes),
                }
            }
            Self::Range { low, high } => Sides {
                yes: above(max, low) && below(min, high),
                no: !(above(min, low) && below(max, high)),
            },
        }
    }
}

fn above(text: &[u8], low: &Option<(Vec<u8>, bool)>) -> bool {
    low.as_ref().is_none_or(|(low, inclusive)| {
        if *inclusive {
            low.as_slice() <= text
        } else {
            low.as_slice() < text
        }
    })
}

fn below(text: &[u8], high: &Option<(Vec<u8>, bool)>) -> bool {
    high.as_ref().is_none_or(|(high, inclusive)| {
        if *inclusive {
            text <= high.as_slice()
        } else {
            text < high.as_slice()
        }
    })
}

/// A set of truth values; false comes before true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Booleans {
    pub(super) with_false: bool,
    pub(super) with_true: bool,
}

impl Booleans {
    pub(super) fn new(wanted: &Wanted<bool>) -> Self {
        let holds = |value: bool| match wanted {
            Wanted::Range { low, high } => {
                low.is_none_or(|(low, inclusive)| if inclusive { low <= value } else { !low & value })
                    && high
                        .is_none_or(|(high, inclusive)| if inclusive { value <= high } else { !value & high })
            }
            Wanted::Among(values) => values.contains(&value),
        };
        Self {
            with_false: holds(false),
            with_true: holds(true),
        }
    }

    pub(super) fn holds(self, value: bool) -> bool {
        if value { self.with_true } else { self.with_false }
    }
}
