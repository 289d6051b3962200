use std::cmp::Ordering;

use super::super::distinct::{Distinct, turned};
use super::asked::{AggregateFunction, Measure, Measured};
use crate::schema::DataType;

/// A number that is computed value by value. Nulls do not count.
#[derive(Clone, Copy, Debug)]
pub(super) enum Accumulator<'a> {
    /// Of integers.
    Whole { sum: i128, count: u64 },
    /// Of floating-point numbers.
    Real { sum: Compensated, count: u64 },
    /// The smallest or the greatest value.
    Extreme { value: Distinct<'a>, greatest: bool },
}

impl<'a> Accumulator<'a> {
    /// One that no value was given to.
    pub(super) fn of(measure: &Measure) -> Self {
        match (measure.function, &measure.field.data_type) {
            (AggregateFunction::Least | AggregateFunction::Greatest, _) => Self::Extreme {
                value: Distinct::Null,
                greatest: measure.function == AggregateFunction::Greatest,
            },
            (AggregateFunction::Sum | AggregateFunction::Average, DataType::Float { .. }) => Self::Real {
                sum: Compensated::default(),
                count: 0,
            },
            (AggregateFunction::Sum | AggregateFunction::Average, _) => Self::Whole { sum: 0, count: 0 },
        }
    }

    pub(super) fn take(&mut self, given: Distinct<'a>) {
        match (self, given) {
            (_, Distinct::Null) => {}
            (Self::Whole { sum, count }, Distinct::Int(int)) => {
                *sum += i128::from(int);
                *count += 1;
            }
            (Self::Real { sum, count }, given) => {
                if let Some(float) = given.number() {
                    sum.add(float);
                    *count += 1;
                }
            }
            (Self::Extreme { value, greatest }, given) => {
                if given.placed(*value, *greatest).is_lt() {
                    *value = given;
                }
            }
            (Self::Whole { .. }, _) => {}
        }
    }

    /// What was computed.
    pub(super) fn told(&self, function: AggregateFunction) -> Measured {
        match *self {
            Self::Whole { count: 0, .. } | Self::Real { count: 0, .. } => Measured::Null,
            Self::Extreme {
                value: Distinct::Null,
                ..
            } => Measured::Null,
            Self::Extreme { value, .. } => Measured::Value(value.value()),
            Self::Whole { sum, .. } if function == AggregateFunction::Sum => Measured::Whole(sum),
            Self::Whole { sum, count } => Measured::Real(sum as f64 / count as f64),
            Self::Real { sum, .. } if function == AggregateFunction::Sum => Measured::Real(sum.total()),
            Self::Real { sum, count } => Measured::Real(sum.total() / count as f64),
        }
    }

    /// The order of what one function computed of two groups; where nothing was computed comes last.
    pub(super) fn placed(&self, other: &Self, function: AggregateFunction, descending: bool) -> Ordering {
        if let (Self::Extreme { value: a, .. }, Self::Extreme { value: b, .. }) = (self, other) {
            return a.placed(*b, descending);
        }
        match (self.told(function), other.told(function)) {
            (Measured::Whole(a), Measured::Whole(b)) => turned(a.cmp(&b), descending),
            (Measured::Real(a), Measured::Real(b)) => turned(a.total_cmp(&b), descending),
            (Measured::Null, Measured::Null) => Ordering::Equal,
            (Measured::Null, _) => Ordering::Greater,
            (_, Measured::Null) => Ordering::Less,
            _ => Ordering::Equal,
        }
    }
}

/// A sum with what its additions lost (A. Neumaier, 1974).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    fn add(&mut self, next: f64) {
        let sum = self.sum + next;
        self.lost += if self.sum.abs() >= next.abs() {
            (self.sum - sum) + next
        } else {
            (next - sum) + self.sum
        };
        self.sum = sum;
    }

    fn total(&self) -> f64 {
        match self.sum {
            // What is no number is one value, whatever processor made it.
            sum if sum.is_nan() => f64::NAN,
            // Beyond all numbers nothing can be told of what was lost.
            sum if sum.is_infinite() => sum,
            sum => sum + self.lost,
        }
    }
}
