//! What is said of a filter that does not fit.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::schema;
use crate::filter::Filter;
use crate::schema::{DEPTH_MAX, NODES_MAX};

fn error(json: &Json) -> String {
    let error = Filter::parse(json, &schema()).unwrap_err();
    let column = error.place().column.as_ref();
    format!(
        "{error}{}",
        column.map(|column| format!(" [{column}]")).unwrap_or_default()
    )
}

fn all(filters: &[Json]) -> String {
    filters.iter().map(error).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_filter_is_of_a_form() {
    assert_snapshot!(all(&[
        json!("year > 3"),
        json!({"column": ["year"]}),
        json!({"op": "equals", "column": ["year"], "value": 1}),
        json!({"op": "and", "args": {}}),
        json!({"op": "not", "args": []}),
        json!({"op": "eq", "column": "year", "value": 1}),
        json!({"op": "eq", "value": 1}),
        json!({"op": "eq", "column": [], "value": 1}),
        json!({"op": "eq", "column": ["year"]}),
        json!({"op": "between", "column": ["year"], "low": 1}),
        json!({"op": "in", "column": ["year"], "values": 1}),
    ]), @r#"
    INVALID_FILTER: A filter is an object with an "op"; it was given the text "year > 3".
    INVALID_FILTER: A filter is an object with an "op", and there is none.
    INVALID_FILTER: There is no filter operator "equals". The operators are and, or, not, isNotTrue, eq, ne, lt, lte, gt, gte, in, between, like, isNull, contains, containsAny and containsAll.
    INVALID_FILTER: "and" needs a list of filters, as "args".
    INVALID_FILTER: "not" needs one filter, as "arg".
    INVALID_FILTER: A condition needs "column": a list of 1 to 64 names. It was given the text "year".
    INVALID_FILTER: A condition needs "column": a list of 1 to 64 names. It was given nothing.
    INVALID_FILTER: A condition needs "column": a list of 1 to 64 names. It was given an empty list.
    INVALID_FILTER: "eq" needs "value". [year]
    INVALID_FILTER: "between" needs "high". [year]
    INVALID_FILTER: "in" on the column "year" (int) needs a list as "values", and was given the number 1. [year]
    "#);
}

#[test]
fn a_column_has_to_exist() {
    assert_snapshot!(all(&[
        json!({"op": "eq", "column": ["yaer"], "value": 1}),
        json!({"op": "isNull", "column": ["meta", "writer"]}),
        json!({"op": "isNull", "column": ["year", "month"]}),
        json!({"op": "isNull", "column": ["tags", "0"]}),
    ]), @r#"
    COLUMN_NOT_FOUND: The table has no column "yaer". Its columns are title, lang, year, score, weight, open, at, day, raw, tags, counts, flags, data, meta, vector, added, note, late. [yaer]
    COLUMN_NOT_FOUND: The column "meta" has no part "writer". Its parts are author, pages, extra, inner. [meta.writer]
    INVALID_FILTER: The column "year" (int) has no part "month". Only struct and json columns have parts. [year.month]
    INVALID_FILTER: The column "tags" (list of text) has no part "0". Only struct and json columns have parts. [tags.0]
    "#);
}

#[test]
fn a_constant_is_of_the_type_of_its_column() {
    assert_snapshot!(all(&[
        json!({"op": "eq", "column": ["title"], "value": 3.5}),
        json!({"op": "eq", "column": ["title"], "value": null}),
        json!({"op": "eq", "column": ["lang"], "value": "es"}),
        json!({"op": "in", "column": ["lang"], "values": ["de", "es"]}),
        json!({"op": "gte", "column": ["year"], "value": "1999"}),
        json!({"op": "eq", "column": ["year"], "value": {"$int": "9223372036854775808"}}),
        json!({"op": "lt", "column": ["score"], "value": true}),
        json!({"op": "eq", "column": ["open"], "value": 1}),
        json!({"op": "lt", "column": ["at"], "value": "2024-01-01"}),
        json!({"op": "between", "column": ["day"], "low": 1, "high": [2]}),
        json!({"op": "eq", "column": ["raw"], "value": "AQ=="}),
        json!({"op": "eq", "column": ["raw"], "value": {"$base64": "?"}}),
        json!({"op": "contains", "column": ["tags"], "value": 1}),
        json!({"op": "eq", "column": ["data", "a"], "value": {"$base64": "AQ=="}}),
        json!({"op": "between", "column": ["data", "a"], "low": 1, "high": "2"}),
        json!({"op": "eq", "column": ["meta", "pages"], "value": {"a": 1}}),
        json!({"op": "like", "column": ["title"], "pattern": 1}),
        json!({"op": "contains", "column": ["title"], "value": 1}),
        json!({"op": "like", "column": ["title"], "pattern": "50\\"}),
        json!({"op": "like", "column": ["title"], "pattern": "a", "caseInsensitive": "yes"}),
    ]), @r#"
    INVALID_FILTER: "eq" on the column "title" (text) needs a text, and was given the number 3.5. [title]
    INVALID_FILTER: "eq" on the column "title" (text) needs a text, and was given null. Rows without a value are found with isNull. [title]
    INVALID_FILTER: "eq" on the column "lang" (enum) needs one of de, en, fr, and was given the text "es". [lang]
    INVALID_FILTER: "in" on the column "lang" (enum) needs one of de, en, fr, and was given the text "es". [lang]
    INVALID_FILTER: "gte" on the column "year" (int) needs a number or a 64-bit integer, and was given the text "1999". [year]
    INVALID_FILTER: "eq" on the column "year" (int) needs a number or a 64-bit integer, and was given the integer 9223372036854775808. [year]
    INVALID_FILTER: "lt" on the column "score" (float) needs a number, and was given the boolean true. [score]
    INVALID_FILTER: "eq" on the column "open" (boolean) needs true or false, and was given the number 1. [open]
    INVALID_FILTER: "lt" on the column "at" (timestamp) needs a number of milliseconds, and was given the text "2024-01-01". [at]
    INVALID_FILTER: "between" on the column "day" (date) needs a number of days, and was given a list. [day]
    INVALID_FILTER: "eq" on the column "raw" (bytes) needs bytes, and was given the text "AQ==". [raw]
    INVALID_FILTER: "eq" on the column "raw" (bytes) needs bytes, and was given bytes that are not in base64. [raw]
    INVALID_FILTER: "contains" on the column "tags" (list of text) needs a text, and was given the number 1. [tags]
    INVALID_FILTER: "eq" on the column "data.a" (json) needs a text, a number or a boolean, and was given bytes. [data.a]
    INVALID_FILTER: "between" on the column "data.a" (json) needs two values of one type, and was given the text "2". [data.a]
    INVALID_FILTER: "eq" on the column "meta.pages" (int) needs a number or a 64-bit integer, and was given an object. [meta.pages]
    INVALID_FILTER: "like" on the column "title" (text) needs a text as "pattern", and was given the number 1. [title]
    INVALID_FILTER: "contains" on the column "title" (text) needs a text, and was given the number 1. [title]
    INVALID_FILTER: The pattern "50\" ends in a backslash that takes nothing. A backslash in a text is written as two in a pattern. [title]
    INVALID_FILTER: "like" on the column "title" (text) needs a boolean as "caseInsensitive", and was given the text "yes". [title]
    "#);
}

#[test]
fn an_operator_is_one_that_the_type_knows() {
    assert_snapshot!(all(&[
        json!({"op": "lt", "column": ["raw"], "value": {"$base64": "AQ=="}}),
        json!({"op": "like", "column": ["year"], "pattern": "19%"}),
        json!({"op": "containsAny", "column": ["title"], "values": ["a"]}),
        json!({"op": "lt", "column": ["open"], "value": true}),
        json!({"op": "eq", "column": ["tags"], "value": "a"}),
        json!({"op": "eq", "column": ["meta"], "value": "a"}),
        json!({"op": "eq", "column": ["vector"], "value": "a"}),
        json!({"op": "eq", "column": ["data"], "value": "a"}),
    ]), @r#"
    INVALID_FILTER: "lt" does not apply to the column "raw" (bytes). Bytes have no order: use eq, ne, in or isNull. [raw]
    INVALID_FILTER: "like" does not apply to the column "year" (int). Use eq, ne, in, lt, lte, gt, gte, between or isNull. [year]
    INVALID_FILTER: "containsAny" does not apply to the column "title" (text). Use eq, ne, in, lt, lte, gt, gte, between, like, contains or isNull. [title]
    INVALID_FILTER: "lt" does not apply to the column "open" (boolean). Use eq, ne, in or isNull. [open]
    INVALID_FILTER: "eq" does not apply to the column "tags" (list of text). Use contains, containsAny, containsAll or isNull; all but isNull need items of a plain type. [tags]
    INVALID_FILTER: "eq" does not apply to the column "meta" (struct). Name a part of it, such as ["meta", "part"], or use isNull. [meta]
    INVALID_FILTER: "eq" does not apply to the column "vector" (vector). Of a vector only isNull can be asked. [vector]
    INVALID_FILTER: "eq" does not apply to the column "data" (json). Give a path inside it, such as ["data", "key"], or use contains, containsAny, containsAll or isNull. [data]
    "#);
}

#[test]
fn a_filter_is_of_a_size() {
    let leaf = || json!({"op": "isNull", "column": ["year"]});
    let nested = |depth: usize| (1..depth).fold(leaf(), |arg, _| json!({"op": "not", "arg": arg}));
    let wide = |nodes: usize| json!({"op": "or", "args": (1..nodes).map(|_| leaf()).collect::<Vec<_>>()});
    assert!(Filter::parse(&nested(DEPTH_MAX), &schema()).is_ok());
    assert!(Filter::parse(&wide(NODES_MAX), &schema()).is_ok());
    assert_snapshot!(all(&[nested(DEPTH_MAX + 1), wide(NODES_MAX + 1)]), @r#"
    INVALID_FILTER: The filter is nested more than 64 deep. "and" and "or" take any number of arguments: put conditions side by side.
    INVALID_FILTER: The filter has more than 16384 nodes. Many values of one column go into one "in".
    "#);
}
