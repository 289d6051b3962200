use super::rows::{Rows, asked};
use crate::index::text::{Compiled, Field, Query};
use crate::schema::{Analysis, Analyzer, Language};

/// The rows that a typed query finds, the best first.
fn found(analysis: &Analysis, texts: &[&str], typed: &str) -> Vec<u64> {
    let rows = Rows::of(texts);
    let fields = [(1, analysis.clone())];
    asked(&rows, &fields, |corpus| {
        let field = Field {
            field: 1,
            weight: 1.0,
            analysis,
        };
        let compiled = Compiled::new(&Query::typed(typed, &|_| None), &[field], corpus).unwrap();
        let mut all = super::search::Filter::of(rows.ids.clone());
        let hits = corpus.search(&compiled, 10, &mut all).unwrap();
        hits.iter().map(|hit| hit.id).collect()
    })
}

fn of(language: Language) -> Analysis {
    Analysis {
        language: Some(language),
        ..Analysis::default()
    }
}

fn check(analysis: &Analysis, texts: &[&str], table: &[(&str, &[u64])]) {
    for (typed, wanted) in table {
        assert_eq!(found(analysis, texts, typed), *wanted, "{typed}");
    }
}

const ENGLISH: [&str; 6] = [
    "Refunds are paid within 30 days of the purchase.",
    "Our policies on returning shoes",
    "The reference code of document 4242 is XK-17-B.",
    "The reference code of document 4243 is XK-17-C.",
    "Don't run with scissors; running shoes are fine.",
    "Wi-Fi in the café is free",
];

#[test]
fn english() {
    let table: [(&str, &[u64]); 14] = [
        ("refund", &[0]),
        ("REFUNDING", &[0]),
        ("policy", &[1]),
        ("what is the reference code of document 4242?", &[2, 3]),
        ("is the of", &[2, 3, 5, 0]),
        ("\"within 30 days of the purchase\"", &[0]),
        ("xk-17-b", &[2, 3]),
        ("+\"document 4242\"", &[2]),
        ("shoes -running", &[1]),
        ("polic*", &[1]),
        ("refnud~1", &[0]),
        ("cafe wifi", &[5]),
        ("+wi-fi", &[5]),
        ("\"shoes running\"", &[]),
    ];
    check(&of(Language::English), &ENGLISH, &table);
    check(&Analysis::default(), &ENGLISH, &table);
}

#[test]
fn german() {
    let texts = [
        "Die Häuser am Fluss sind alt.",
        "Das Haus wurde verkauft.",
        "Rückerstattungen innerhalb von 30 Tagen",
        "Straßenbahn und Straße",
    ];
    let table: [(&str, &[u64]); 5] = [
        ("haus", &[1, 0]),
        ("hauser", &[1, 0]),
        ("Rückerstattung", &[2]),
        ("ruckerstattung*", &[2]),
        ("strasse", &[3]),
    ];
    check(&of(Language::German), &texts, &table);
    // Without the language words are found as they are written, but for their diacritics.
    check(
        &Analysis::default(),
        &texts,
        &[("hauser", &[0]), ("STRASSE", &[3])],
    );
}

#[test]
fn french() {
    let texts = [
        "L'eau de la rivière est froide",
        "Les chevaux mangeaient",
        "Le cheval a mangé à l'école",
    ];
    let table: [(&str, &[u64]); 4] = [
        ("eau", &[0]),
        ("cheval", &[1, 2]),
        ("mange", &[1, 2]),
        ("ecole", &[2]),
    ];
    check(&of(Language::French), &texts, &table);
    check(&Analysis::default(), &texts, &[("eau", &[0]), ("riviere", &[0])]);
}

#[test]
fn russian() {
    let texts = [
        "Возврат денег в течение тридцати дней",
        "Книги о реках",
        "Ёлка и книга",
    ];
    let table: [(&str, &[u64]); 4] = [
        ("возвраты", &[0]),
        ("книга", &[1, 2]),
        ("елка", &[2]),
        ("РЕКА", &[1]),
    ];
    check(&of(Language::Russian), &texts, &table);
    check(
        &Analysis::default(),
        &texts,
        &[("елка", &[2]), ("книг*", &[1, 2])],
    );
}

#[test]
fn japanese_and_chinese() {
    let texts = [
        "東京都に住んでいます。",
        "京都は古い都市です。",
        "返金は三十日以内に行われます。",
        "我们在三十天内退款。",
    ];
    let table: [(&str, &[u64]); 7] = [
        ("京都", &[1, 0]),
        ("東京", &[0]),
        ("\"東京都\"", &[0]),
        ("返金", &[2]),
        ("退款", &[3]),
        ("三十", &[3, 2]),
        ("古", &[1]),
    ];
    check(&Analysis::default(), &texts, &table);
}

#[test]
fn source_code() {
    let texts = [
        "fn parse_http_request(bytes: &[u8]) -> Request",
        "let request = parseHttpRequest(buffer);",
        "import { readFile } from 'node:fs/promises';",
        "self.max_doc += 1;",
    ];
    let analysis = Analysis {
        analyzer: Analyzer::Code,
        stem: false,
        ..Analysis::default()
    };
    let table: [(&str, &[u64]); 6] = [
        ("parseHttpRequest", &[1, 0]),
        ("parse_http_request", &[0, 1]),
        ("http", &[1, 0]),
        ("readFile", &[2]),
        ("fs/promises", &[2]),
        ("max_d*", &[3]),
    ];
    check(&analysis, &texts, &table);
}

#[test]
fn parts_of_words() {
    let analysis = Analysis {
        analyzer: Analyzer::Ngrams { min: 3, max: 3 },
        ..Analysis::default()
    };
    let texts = ["Donaudampfschiff", "Schifffahrt", "Dampf"];
    check(&analysis, &texts, &[("+schiff", &[1, 0]), ("+dampf", &[2, 0])]);
}

/// A code is asked for as a whole: its pieces stand in other texts, which are shorter.
#[test]
fn a_code_comes_first() {
    let texts = [
        "1234 ab",
        "ab k k",
        "The code of the first is AB-1234-K, said the man.",
        "k 1234",
    ];
    for analysis in [Analysis::default(), of(Language::English)] {
        let hits = found(&analysis, &texts, "AB-1234-K");
        assert_eq!(hits.first(), Some(&2), "{hits:?}");
    }
}

/// Who writes a word twice means it more.
#[test]
fn a_word_counts_as_often_as_it_is_written() {
    let texts = ["refund shoes shoes", "policy shoes", "policy shoes"];
    let analysis = Analysis::default();
    assert_eq!(found(&analysis, &texts, "refund policy").first(), Some(&0));
    assert_eq!(
        found(&analysis, &texts, "policy refund policy policy policy").first(),
        Some(&1)
    );
}
