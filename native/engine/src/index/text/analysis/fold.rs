//! Characters as they stand in terms: in lower case, in their compatible form, and without diacritics where that is asked for.

/// The base letters of U+00C0 to U+024F; `-` where there is none, or more than one.
const LATIN: &[u8; 400] =
    b"aaaaaa-ceeeeiiii-nooooo-ouuuuy--aaaaaa-ceeeeiiii-nooooo-ouuuuy-yaaaaaaccccccccddddeeeeeeeeeegggg\
gggghhhhiiiiiiiiii--jjkk-llllllllllnnnnnn--noooooo--rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs\
bbbb---cc-ddd----ffg---ikkl--nnooo--pp-----ttttuu-vyyzz--------------d--l--n-aaiioouuuuuuuuuu-aa\
aa--ggggkkoooo--j-d-gg--nnaa--ooaaaaeeeeiiiioooorrrruuuusstt--hhnd--zzaaeeooooooooyylnt---acclts\
z--b--eejj-qrryy";
/// Those of U+1E00 to U+1EFF.
const LATIN_ADDITIONAL: &[u8; 256] =
    b"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr\
ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyas----aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy----yy";
/// Greek: a letter, then those that are it with accents and breathings.
const GREEK: &[&str] = &[
    "αάἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ",
    "εέἐἑἒἓἔἕὲέ",
    "ηήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ",
    "ιΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ",
    "οόὀὁὂὃὄὅὸό",
    "ρῤῥ",
    "σς",
    "υΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ",
    "ωώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ",
];
/// What U+FF66 to U+FF9D, katakana of half width, are in full width.
const KATAKANA: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// Appends a character of a word to a term.
pub(super) fn push(term: &mut String, c: char, fold: bool) {
    if c.is_ascii() {
        return term.push(c.to_ascii_lowercase());
    }
    if let Some(same) = compatible(c) {
        return same.chars().for_each(|c| lower(term, c, fold));
    }
    lower(term, wide(c), fold);
}

/// Appends a character that stands for others than those of ASCII, in the width that letters usually have.
pub(super) fn wide(c: char) -> char {
    let code = u32::from(c);
    match code {
        0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        0xFF66..=0xFF9D => KATAKANA.chars().nth((code - 0xFF66) as usize).unwrap_or(c),
        _ => c,
    }
}

fn lower(term: &mut String, c: char, fold: bool) {
    for c in c.to_lowercase() {
        if fold {
            self::fold(term, c);
        } else {
            term.push(c);
        }
    }
}

/// Appends a letter in lower case without its diacritics.
pub(super) fn fold(term: &mut String, c: char) {
    let code = u32::from(c);
    let latin = match code {
        0..0xC0 => return term.push(c),
        0xC0..0x250 => LATIN.get((code - 0xC0) as usize),
        0x1E00..0x1F00 => LATIN_ADDITIONAL.get((code - 0x1E00) as usize),
        _ => None,
    };
    if let Some(&base) = latin.filter(|base| **base != b'-') {
        return term.push(char::from(base));
    }
    match c {
        'ß' => term.push_str("ss"),
        'æ' | 'ǽ' | 'ǣ' => term.push_str("ae"),
        'œ' => term.push_str("oe"),
        'þ' => term.push_str("th"),
        'ð' => term.push('d'),
        'ĳ' => term.push_str("ij"),
        'ё' | 'ѐ' => term.push('е'),
        'ѝ' => term.push('и'),
        _ if is_diacritic(c) => {}
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => term.push(greek(c)),
        _ => term.push(c),
    }
}

fn greek(c: char) -> char {
    let row = GREEK.iter().find(|row| row.contains(c));
    row.and_then(|row| row.chars().next()).unwrap_or(c)
}

/// Letters and digits that are written in another form for their place or look: the ordinary ones.
fn compatible(c: char) -> Option<&'static str> {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let digit = match c {
        '²' => 2,
        '³' => 3,
        '¹' => 1,
        '⁰' | '⁴'..='⁹' => u32::from(c) - 0x2070,
        '₀'..='₉' => u32::from(c) - 0x2080,
        _ => 10,
    };
    if let Some(digit) = DIGITS.get(digit as usize) {
        return Some(digit);
    }
    Some(match c {
        'ª' => "a",
        'º' => "o",
        'µ' => "μ",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        _ => return None,
    })
}

/// Marks that say how a letter sounds, and without which it is read as well.
fn is_diacritic(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F | 0x483..=0x487 | 0x591..=0x5C7 | 0x610..=0x61A | 0x640 | 0x64B..=0x65F | 0x670
        | 0x6D6..=0x6ED | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// Whether a character that is neither letter nor digit belongs to a word: marks, among them the vowel signs of Indian scripts.
pub(super) fn is_mark(c: char) -> bool {
    let indian =
        matches!(u32::from(c), 0x900..=0xDFF) && !matches!(u32::from(c), 0x964 | 0x965 | 0x970 | 0xDF4);
    indian
        || is_diacritic(c)
        || is_ignored(c)
        || matches!(u32::from(c), 0x711 | 0x730..=0x74A | 0x7A6..=0x7B0 | 0x7EB..=0x7F3 | 0xF18..=0xF19 | 0xF35..=0xF39
            | 0xF71..=0xF84 | 0xF86..=0xF87 | 0xF90..=0xFBC | 0x135D..=0x135F | 0x1B00..=0x1B04 | 0x1B34..=0x1B44
            | 0xA980..=0xA983 | 0xA9B3..=0xA9C0)
}

/// Signs inside words that only say how they are drawn: soft hyphens, joiners, variants.
pub(super) fn is_ignored(c: char) -> bool {
    matches!(u32::from(c), 0xAD | 0x200B..=0x200D | 0x2060 | 0xFE00..=0xFE0F | 0xFEFF)
}

/// Whether a script is written without spaces between words: its runs become pairs of characters.
pub(crate) fn is_spaceless(c: char) -> bool {
    matches!(u32::from(c), 0x0E01..=0x0EFF | 0x1000..=0x109F | 0x1100..=0x11FF | 0x1780..=0x17D3 | 0x3005..=0x3007
        | 0x3041..=0x3096 | 0x3099..=0x309A | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF | 0x3105..=0x312F
        | 0x3131..=0x318E | 0x31A0..=0x31BF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA960..=0xA97F
        | 0xAC00..=0xD7FB | 0xF900..=0xFAFF | 0xFF66..=0xFF9F | 0x20000..=0x3FFFF)
        && c != 'ฯ'
}

/// A kana with the mark of its sound, which may stand behind it as a character of its own.
pub(super) fn voiced(kana: char, mark: char) -> Option<char> {
    let steps = match mark {
        '\u{3099}' | 'ﾞ' => 1,
        '\u{309A}' | 'ﾟ' => 2,
        _ => return None,
    };
    let takes = matches!(u32::from(kana), 0x304B..=0x307B | 0x30AB..=0x30DB);
    takes.then(|| char::from_u32(u32::from(kana) + steps)).flatten()
}
