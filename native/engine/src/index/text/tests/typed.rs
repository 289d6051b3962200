use std::time::Instant;

use super::rows::{Rows, asked};
use super::search::{Filter, fields, searched};
use crate::index::text::{Compiled, Query, TextQuery};

fn resolve(name: &str) -> Option<u32> {
    match name {
        "title" => Some(7),
        "body" => Some(3),
        _ => None,
    }
}

fn read(typed: &str) -> String {
    let query = Query::typed(typed, &resolve);
    let parts = query.clauses.iter().map(|clause| {
        let field = clause.field.map(|field| format!("{field}:")).unwrap_or_default();
        format!("{:?} {field}{:?} {:?}", clause.occur, clause.form, clause.text)
    });
    parts.collect::<Vec<_>>().join("; ")
}

#[test]
fn what_is_typed_is_read() {
    let table = [
        ("refund policy", r#"Should Words "refund"; Should Words "policy""#),
        ("refund refund", r#"Should Words "refund""#),
        (
            r#""refund policy" now"#,
            r#"Should Phrase "refund policy"; Should Words "now""#,
        ),
        ("+a -b", r#"Must Words "a"; Not Words "b""#),
        (r#"+"a b" -"c d""#, r#"Must Phrase "a b"; Not Phrase "c d""#),
        (
            "conf* refnud~ refnud~2",
            r#"Should Prefix "conf"; Should Fuzzy(1) "refnud"; Should Fuzzy(2) "refnud""#,
        ),
        (
            "title:mud body:\"two words\" +title:x*",
            r#"Should 7:Words "mud"; Should 3:Phrase "two words"; Must 7:Prefix "x""#,
        ),
        (
            "other:mud title: x",
            r#"Should Words "other:mud"; Should Words "title:"; Should Words "x""#,
        ),
        (
            "https://example.com/?q=1",
            r#"Should Words "https://example.com/?q=1""#,
        ),
        (
            "AB-1234-K? +x-1 wi-fi",
            r#"Should Phrase "AB-1234-K?"; Should Words "AB-1234-K?"; Must Words "x-1"; Should Words "wi-fi""#,
        ),
        (r#""left open"#, r#"Should Phrase "left open""#),
        (
            r#"„so“ “or” «and»"#,
            r#"Should Phrase "so"; Should Phrase "or"; Should Phrase "and""#,
        ),
        (
            "+ - * ~ ~1 -- ++ \"\" \"",
            r#"Should Words "+"; Should Words "-"; Should Words "*"; Should Words "~"; Should Words "~1"; Should Words "--"; Should Words "++""#,
        ),
        (
            "c++ a~3 *a -1",
            r#"Should Words "c++"; Should Words "a~3"; Should Words "*a"; Not Words "1""#,
        ),
        ("", ""),
        (" \u{0}\t\n", ""),
    ];
    for (typed, wanted) in table {
        assert_eq!(read(typed), wanted, "{typed}");
    }
}

#[test]
fn what_programs_say_is_read() {
    let json = r#"{ "match": "refund policy", "phrase": ["thirty days"], "prefix": "conf", "must": ["+paid", "\"in full\""], "not": "title:spam", "fuzzy": 1 }"#;
    let query: TextQuery = serde_json::from_str(json).unwrap();
    let query = query.query(&resolve).unwrap();
    insta::assert_debug_snapshot!(query.clauses.iter().map(|c| (c.occur, c.form, c.text.as_str(), c.field)).collect::<Vec<_>>(), @r#"
    [
        (
            Must,
            Words,
            "paid",
            None,
        ),
        (
            Must,
            Phrase,
            "in full",
            None,
        ),
        (
            Not,
            Words,
            "spam",
            Some(
                7,
            ),
        ),
        (
            Should,
            Fuzzy(
                1,
            ),
            "refund policy",
            None,
        ),
        (
            Should,
            Phrase,
            "thirty days",
            None,
        ),
        (
            Should,
            Prefix,
            "conf",
            None,
        ),
    ]
    "#);
    let far = TextQuery {
        fuzzy: 3,
        ..TextQuery::default()
    };
    insta::assert_snapshot!(far.query(&resolve).unwrap_err(), @"INVALID_ARGUMENT: Words that differ by 3 letters cannot be looked for. Take 0, 1 or 2 for `fuzzy`.");
    assert!(serde_json::from_str::<TextQuery>(r#"{ "words": "a" }"#).is_err());
}

/// Strings as people, cats and copied pages make them.
fn odd(seed: u64) -> String {
    const PIECES: [&str; 36] = [
        "\"",
        "+",
        "-",
        "*",
        "~",
        "~1",
        "~2",
        ":",
        "title:",
        "body:",
        "other:",
        " ",
        "  ",
        "\t",
        "\n",
        "\u{0}",
        "\u{7f}",
        "\u{202e}",
        "\u{feff}",
        "(",
        ")",
        "[",
        "}",
        "AND",
        "OR",
        "refund",
        "refnud",
        "東京",
        "é",
        "👩‍👩‍👧",
        "🇩🇪",
        "ﬁ",
        "İ",
        "\u{300}\u{301}\u{302}",
        "4242",
        "''’",
    ];
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let count = next() % 40;
    (0..count).map(|_| PIECES[(next() % 36) as usize]).collect()
}

#[test]
fn ten_thousand_odd_queries_find_something_or_nothing() {
    let texts = ["refund policy 4242", "東京都 é ﬁ", "İ AND OR", "title body other"];
    let rows = Rows::of_generated(400, |row| texts[row % 4].to_owned());
    let fields = &fields()[..1];
    asked(&rows, fields, |corpus| {
        let mut found = 0;
        for seed in 0..10_000 {
            let query = Query::typed(&odd(seed), &resolve);
            assert!(query.clauses.len() <= Query::CLAUSES_MAX);
            let compiled = Compiled::new(&query, &searched(fields), corpus).unwrap();
            let hits = corpus
                .search(&compiled, 3, &mut Filter::of(rows.ids.clone()))
                .unwrap();
            found += usize::from(!hits.is_empty());
        }
        assert!((1000..10_000).contains(&found), "{found}");
    })
}

#[test]
fn a_megabyte_of_anything_is_cut() {
    let rows = Rows::of(&["refund", "a b c"]);
    let fields = &fields()[..1];
    asked(&rows, fields, |corpus| {
        let many: String = (0..200_000).map(|i| format!("w{i}~2 ")).collect();
        for typed in [
            "refund ".to_owned() + &many,
            "refund ".repeat(150_000),
            "\"".repeat(1 << 20),
            "é".repeat(1 << 19),
            "refund-".repeat(150_000),
            "a*".repeat(1 << 19),
        ] {
            let started = Instant::now();
            let compiled = Compiled::new(&Query::typed(&typed, &resolve), &searched(fields), corpus).unwrap();
            corpus.search(&compiled, 3, &mut Filter::of(vec![0, 1])).unwrap();
            // Without optimisation, on a machine with other things to do.
            assert!(
                started.elapsed().as_secs() < 10,
                "{}",
                typed.get(..20).unwrap_or("")
            );
        }
    })
}

#[test]
fn nothing_and_what_is_only_excluded_find_nothing() {
    let rows = Rows::of(&["refund", "a b c"]);
    let fields = &fields()[..1];
    asked(&rows, fields, |corpus| {
        for typed in ["", "-refund", "-x", "?!", "+?!", "+missing", "body:refund"] {
            let compiled = Compiled::new(&Query::typed(typed, &resolve), &searched(fields), corpus).unwrap();
            assert_eq!(
                corpus.search(&compiled, 3, &mut Filter::of(vec![0, 1])).unwrap(),
                [],
                "{typed}"
            );
        }
    })
}
