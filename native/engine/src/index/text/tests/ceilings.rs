use super::rows::{Rows, asked};
use crate::index::text::{Compiled, Field, Query};
use crate::schema::Analysis;

/// Rows with a title and a body.
fn rows() -> Rows {
    let row = |title: &str, body: &str| vec![vec![title.to_owned()], vec![body.to_owned()]];
    let mut rows = Rows {
        ids: (0..40).collect(),
        texts: (0..38)
            .map(|_| row("register", "an entry of the register"))
            .collect(),
    };
    rows.texts.push(row("register", "the refund is number 561"));
    rows.texts.push(row("refund", "the refunds are paid"));
    rows
}

/// The ceiling of a query in some of the columns.
fn ceiling(query: &str, columns: &[u32]) -> f64 {
    let plain = Analysis::default();
    let all = [(1, plain.clone()), (2, plain.clone())];
    let fields: Vec<Field<'_>> = columns
        .iter()
        .map(|field| Field {
            field: *field,
            weight: 1.0,
            analysis: &plain,
        })
        .collect();
    asked(&rows(), &all, |corpus| {
        let query = Query::typed(query, &|_| None);
        Compiled::new(&query, &fields, corpus).unwrap().ceiling()
    })
}

#[test]
fn a_word_counts_in_the_column_where_it_weighs_most() {
    for query in ["refund", "refund*", "refnud~1"] {
        let (title, body) = (ceiling(query, &[1]), ceiling(query, &[2]));
        assert!(title > 0.0 && body > 0.0 && title != body);
        assert_eq!(ceiling(query, &[1, 2]), title.max(body), "{query}");
    }
}

#[test]
fn a_column_that_does_not_hold_a_word_says_nothing_of_it() {
    for query in ["561", "561*"] {
        assert!(
            ceiling(query, &[1]) > ceiling(query, &[2]),
            "it is rarer where it is not"
        );
        assert_eq!(ceiling(query, &[1, 2]), ceiling(query, &[2]), "{query}");
    }
}

#[test]
fn what_no_row_holds_counts_like_a_word_that_is_missing() {
    let missing = ceiling("penguin", &[1, 2]);
    assert!(missing > ceiling("refund", &[1, 2]));
    for query in ["penguin*", "penguin~1", "penguin~2"] {
        assert_eq!(ceiling(query, &[1, 2]), missing, "{query}");
    }
}

#[test]
fn a_word_that_is_asked_twice_counts_twice() {
    assert_eq!(
        ceiling("refund refund", &[1, 2]),
        2.0 * ceiling("refund", &[1, 2])
    );
}
