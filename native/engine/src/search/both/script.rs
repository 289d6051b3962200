//! Scripts of letters, as far as it matters: an embedding function that reads languages of Latin script knows nothing of others.

/// Languages that are written in Latin script, by their codes.
const LATIN: [&str; 48] = [
    "af", "az", "br", "bs", "ca", "co", "cs", "cy", "da", "de", "en", "eo", "es", "et", "eu", "fi", "fr",
    "fy", "ga", "gd", "gl", "hr", "hu", "id", "is", "it", "la", "lb", "lt", "lv", "ms", "mt", "nb", "nl",
    "nn", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "sw", "tl", "tr", "uz", "vi",
];

/// Whether all of these languages are written in Latin script; not where none are named, or one is not known.
pub(super) fn are_latin(languages: &[String]) -> bool {
    let is_latin = |language: &String| {
        let code = language.split(['-', '_']).next().unwrap_or_default();
        LATIN.contains(&code.to_ascii_lowercase().as_str())
    };
    !languages.is_empty() && languages.iter().all(is_latin)
}

/// Whether more than half of the letters are of another script than the Latin one.
pub(super) fn is_mostly_other<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let (mut latin, mut others) = (0_usize, 0_usize);
    for c in texts.flat_map(str::chars).filter(|c| c.is_alphabetic()) {
        if is_latin(c) {
            latin += 1;
        } else {
            others += 1;
        }
    }
    others > latin
}

fn is_latin(c: char) -> bool {
    matches!(
        c,
        'a'..='z' | 'A'..='Z' | '\u{AA}' | '\u{BA}' | '\u{C0}'..='\u{2B8}' | '\u{1D00}'..='\u{1DBF}' | '\u{1E00}'..='\u{1EFF}'
            | '\u{2C60}'..='\u{2C7F}' | '\u{A722}'..='\u{A7FF}' | '\u{AB30}'..='\u{AB6F}' | '\u{FB00}'..='\u{FB06}'
            | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_letters_decide() {
        let other = |text: &str| is_mostly_other(text.split(' '));
        for text in [
            "refund policy",
            "Größe",
            "naïve café",
            "Việt Nam",
            "4242",
            "",
            "日本 tokyo",
            "ｆｕｌｌ",
        ] {
            assert!(!other(text), "{text}");
        }
        for text in ["返金ポリシー", "возврат", "возврат API", "환불 정책", "日本語 ab"]
        {
            assert!(other(text), "{text}");
        }
    }

    #[test]
    fn languages_that_are_not_known_may_be_of_any_script() {
        let are =
            |codes: &[&str]| are_latin(&codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
        assert!(are(&["en"]) && are(&["en", "de-AT", "PT_br"]));
        assert!(!are(&[]) && !are(&["en", "ja"]) && !are(&["tlh"]));
    }
}
