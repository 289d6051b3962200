use serde::Deserialize;
use serde_json::Value as Json;
use varve_engine::{
    AggregateFunction, Aggregation, AsOf, GroupKey, GroupOrder, Measure, Result, Snapshot, Table,
};

use super::parse::filter;
use super::search::Column;

/// Numbers about rows, group by group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Aggregate {
    #[serde(default)]
    version: Option<u64>,
    #[serde(default, rename = "where")]
    filter: Option<Json>,
    #[serde(default)]
    group_by: Vec<Column>,
    #[serde(default)]
    measures: Vec<Wanted>,
    #[serde(default)]
    order_by: Vec<OrderBy>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
}

#[derive(Debug, Deserialize)]
struct Wanted {
    function: Named,
    #[serde(flatten)]
    column: Column,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Named {
    Sum,
    Avg,
    Min,
    Max,
}

#[derive(Debug, Deserialize)]
struct OrderBy {
    by: Key,
    #[serde(default)]
    descending: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Key {
    Count,
    Value(usize),
    Measure(usize),
}

impl Aggregate {
    pub(crate) fn snapshot(&self, table: &Table) -> Result<Snapshot> {
        match self.version {
            None => table.snapshot(),
            Some(version) => table.as_of(&AsOf::Version(version)),
        }
    }

    /// What is asked, bound to the columns of a version.
    pub(crate) fn bind(&self, snapshot: &Snapshot) -> Result<Aggregation> {
        let by = self.group_by.iter().map(|column| column.bind(snapshot).cloned());
        let measures = self.measures.iter().map(|wanted| {
            Ok(Measure {
                function: wanted.function.into(),
                field: wanted.column.bind(snapshot)?.clone(),
            })
        });
        let order = self.order_by.iter().map(|order| GroupOrder {
            by: match order.by {
                Key::Count => GroupKey::Count,
                Key::Value(at) => GroupKey::Value(at),
                Key::Measure(at) => GroupKey::Measure(at),
            },
            descending: order.descending,
        });
        Ok(Aggregation {
            filter: filter(self.filter.as_ref(), snapshot.schema())?,
            by: by.collect::<Result<_>>()?,
            measures: measures.collect::<Result<_>>()?,
            order: order.collect(),
            limit: self.limit,
            offset: self.offset,
        })
    }
}

impl From<Named> for AggregateFunction {
    fn from(named: Named) -> Self {
        match named {
            Named::Sum => Self::Sum,
            Named::Avg => Self::Average,
            Named::Min => Self::Least,
            Named::Max => Self::Greatest,
        }
    }
}
