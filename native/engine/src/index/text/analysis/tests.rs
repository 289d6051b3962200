use proptest::prelude::*;

use super::*;
use crate::schema::{Analysis, Analyzer, Language};

fn tokens(analysis: &Analysis, text: &str) -> Vec<(String, u32, usize, usize)> {
    let mut found = Vec::new();
    Splitter::new(analysis, 64).split(text, &mut |token| {
        found.push((token.text.to_owned(), token.position, token.start, token.end));
    });
    found
}

fn terms(analysis: &Analysis, text: &str) -> String {
    let terms: Vec<String> = tokens(analysis, text).into_iter().map(|token| token.0).collect();
    terms.join(" ")
}

fn of(language: Language) -> Analysis {
    Analysis {
        language: Some(language),
        ..Analysis::default()
    }
}

fn plain() -> Analysis {
    Analysis {
        stem: false,
        ..Analysis::default()
    }
}

fn code() -> Analysis {
    Analysis {
        analyzer: Analyzer::Code,
        stem: false,
        ..Analysis::default()
    }
}

fn ngrams(min: u8, max: u8) -> Analysis {
    Analysis {
        analyzer: Analyzer::Ngrams { min, max },
        ..Analysis::default()
    }
}

#[test]
fn words_are_letters_digits_and_marks() {
    let table = [
        ("Hello, World!", "hello world"),
        ("don't can’t users' user's", "don't can't users user"),
        ("state-of-the-art snake_case", "state of the art snake case"),
        ("3.14 1,000 v1.2.3 end. 5,", "3.14 1,000 v1.2.3 end 5"),
        (
            "ÄÖÜ Straße Café naïve Łódź Ærø",
            "aou strasse cafe naive lodz aero",
        ),
        ("L'eau qu'il O'Brien", "l eau qu il o brien"),
        ("ＦＵＬＬ ﬁne x² №", "full fine x2"),
        ("cafe\u{301} soft\u{AD}hyphen a\u{200B}b", "cafe softhyphen ab"),
        ("Ёлка Йод", "елка йод"),
        ("Ἀθῆναι ΣΊΣΥΦΟΣ", "αθηναι σισυφοσ"),
        ("हिन्दी में", "हिन्दी में"),
        ("العَرَبِيَّة", "العربية"),
        ("😀 🇩🇪 \u{0} \u{7}", ""),
    ];
    for (text, wanted) in table {
        assert_eq!(terms(&plain(), text), wanted, "{text}");
    }
}

#[test]
fn scripts_without_spaces_become_pairs() {
    let table = [
        ("東京都", "東京 京都"),
        ("東", "東"),
        ("東 京", "東 京"),
        ("iPhone手机15", "iphone 手机 15"),
        ("ﾊﾞﾅﾅ", "バナ ナナ"),
        ("は\u{3099}", "ば"),
        ("한국어", "한국 국어"),
        ("。東京、大阪。", "東京 大阪"),
        ("サーバー", "サー ーバ バー"),
    ];
    for (text, wanted) in table {
        assert_eq!(terms(&plain(), text), wanted, "{text}");
    }
}

#[test]
fn words_are_reduced_to_stems() {
    let table = [
        (
            Analysis::default(),
            "running refunds Résumés Häuser 4242nd",
            "run refund resum hauser 4242nd",
        ),
        (of(Language::English), "policies running", "polici run"),
        (of(Language::German), "Häuser Haus Bäume", "haus haus baum"),
        (of(Language::French), "l'eau mangées chevaux", "l eau mang cheval"),
        (of(Language::Russian), "книгами книга", "книг книг"),
        (of(Language::Spanish), "canciones canción", "cancion cancion"),
        (of(Language::Turkish), "IŞIK İstanbul", "isik istanbul"),
    ];
    for (analysis, text, wanted) in table {
        assert_eq!(terms(&analysis, text), wanted, "{text}");
    }
}

#[test]
fn stop_words_are_left_out_and_leave_their_place() {
    let analysis = Analysis {
        stop_words: true,
        ..Analysis::default()
    };
    let found = tokens(&analysis, "The state of the art");
    assert_eq!(
        found,
        [("state".to_owned(), 1, 4, 9), ("art".to_owned(), 4, 17, 20)]
    );
    let german = Analysis {
        stop_words: true,
        ..of(Language::German)
    };
    assert_eq!(terms(&german, "Das Haus und die Bäume"), "haus baum");
}

#[test]
fn diacritics_stay_where_they_are_asked_for() {
    let analysis = Analysis {
        fold: false,
        ..plain()
    };
    assert_eq!(terms(&analysis, "Café Ёлка"), "café ёлка");
}

#[test]
fn identifiers_are_split_and_kept() {
    let table = [
        ("parseHTTPRequest", "parsehttprequest parse http request"),
        ("max_doc", "max_doc max doc"),
        ("utf8", "utf8 utf 8"),
        ("std::vec::Vec", "std vec vec"),
        ("src/main.rs", "src/main.rs src main rs"),
        ("self.max_doc()", "self.max_doc self max_doc max doc"),
        ("kebab-case.", "kebab-case kebab case"),
        ("__init__", "init"),
        ("a--b", "a b"),
        ("fn größe() {}", "fn grosse"),
        ("// 東京 ok", "東京 ok"),
    ];
    for (text, wanted) in table {
        assert_eq!(terms(&code(), text), wanted, "{text}");
    }
    let found = tokens(&code(), "x parseHTTP y");
    let places: Vec<(u32, usize, usize)> = found.iter().map(|token| (token.1, token.2, token.3)).collect();
    assert_eq!(
        places,
        [(0, 0, 1), (1, 2, 11), (1, 2, 7), (2, 7, 11), (3, 12, 13)]
    );
}

#[test]
fn runs_of_characters() {
    assert_eq!(terms(&ngrams(2, 3), "Über b"), "ub ube be ber er b");
    assert_eq!(terms(&ngrams(1, 1), "東京"), "東 京");
    let found = tokens(&ngrams(2, 2), "ab cd");
    assert_eq!(found, [("ab".to_owned(), 0, 0, 2), ("cd".to_owned(), 3, 3, 5)]);
}

#[test]
fn long_terms_are_cut() {
    let long = "é".repeat(5000);
    assert_eq!(terms(&plain(), &long), "e".repeat(255));
    let long = "я".repeat(5000);
    assert_eq!(terms(&plain(), &long), "я".repeat(127));
    assert_eq!(
        terms(&code(), &"a_".repeat(5000)).split(' ').next().map(str::len),
        Some(255)
    );
}

#[test]
fn what_stems_are_remembered_changes_nothing() {
    let text = "running runs refund refunds policies policy ".repeat(3) + &"abcdefghijklmnops ".repeat(2);
    let (mut none, mut few) = (Vec::new(), Vec::new());
    Splitter::new(&Analysis::default(), 0).split(&text, &mut |token| none.push(token.text.to_owned()));
    Splitter::new(&Analysis::default(), 2).split(&text, &mut |token| few.push(token.text.to_owned()));
    assert_eq!(none, few);
}

fn analysis() -> impl Strategy<Value = Analysis> {
    let analyzer = prop_oneof![
        3 => Just(Analyzer::Words),
        2 => Just(Analyzer::Code),
        1 => (1_u8..4, 0_u8..3).prop_map(|(min, more)| Analyzer::Ngrams { min, max: min + more }),
    ];
    let language = proptest::option::of(prop_oneof![
        Just(Language::English),
        Just(Language::German),
        Just(Language::French),
        Just(Language::Turkish),
        Just(Language::Hungarian),
        Just(Language::Finnish)
    ]);
    (analyzer, language, any::<[bool; 3]>()).prop_map(|(analyzer, language, [stem, stop_words, fold])| {
        Analysis {
            analyzer,
            language,
            stem,
            stop_words,
            fold,
        }
    })
}

proptest! {
    /// Positions ascend, offsets lie on characters, terms are neither empty nor too long; of any text.
    #[test]
    fn any_text_is_split_in_order(analysis in analysis(), text in r"(\PC|[a-zA-Z0-9_.'’ ,/-]|[東京ｶﾞßİıé]|\s){0,80}") {
        let found = tokens(&analysis, &text);
        for pair in found.windows(2) {
            prop_assert!(pair[0].1 <= pair[1].1);
        }
        for (term, _, start, end) in &found {
            prop_assert!(!term.is_empty() && term.len() <= 255);
            prop_assert!(start < end && text.get(*start..*end).is_some());
        }
    }

    /// A word finds itself however it stands in a text: between spaces or at its ends.
    #[test]
    fn a_word_is_the_same_term_wherever_it_stands(analysis in analysis(), word in r"[a-zA-Z0-9äöüßéИйё]{1,20}") {
        let alone: Vec<String> = tokens(&analysis, &word).into_iter().map(|token| token.0).collect();
        let inside: Vec<String> = tokens(&analysis, &format!(" ({word}) ")).into_iter().map(|token| token.0).collect();
        prop_assert_eq!(alone, inside);
    }
}
