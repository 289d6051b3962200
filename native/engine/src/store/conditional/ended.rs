use xxhash_rust::xxh3::xxh3_64;

/// Nothing longer is looked at: the first manifest of the smallest table has more bytes.
const LONGEST: usize = 256;
const CONTENT: &str =
    "{\"format\":1,\"readerFeatures\":[\"dropped\"],\"writerFeatures\":[\"dropped\"],\"sequence\":";

/// The last manifest of a table that was dropped. It puts the drop in order with commits: whoever was about to put the sequence finds it taken.
pub(super) fn ended(sequence: u64) -> Vec<u8> {
    let content = format!("{CONTENT}{sequence}}}");
    let hash = xxh3_64(content.as_bytes());
    format!("{{\"xxh3\":\"{hash:016x}\",\"content\":{content}}}\n").into_bytes()
}

/// Whether these are the bytes of a manifest that ends a table.
pub(super) fn is_ended(bytes: &[u8], sequence: u64) -> bool {
    bytes.len() <= LONGEST && bytes == ended(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_table_is_known_by_all_of_its_bytes() {
        let end = ended(7);
        assert!(end.len() < LONGEST && ended(u64::MAX).len() < LONGEST);
        assert!(is_ended(&end, 7));
        assert!(!is_ended(&end, 8));
        for at in 0..end.len() {
            let mut other = end.clone();
            other[at] ^= 1;
            assert!(!is_ended(&other, 7), "byte {at}");
        }
    }
}
