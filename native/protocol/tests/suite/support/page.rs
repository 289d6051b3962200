//! The page of the protocol, taken apart.

/// A labelled block in code font.
pub(crate) struct Block<'a> {
    /// The heading above it.
    pub(crate) section: &'a str,
    /// What it is: the second word behind its fence.
    pub(crate) label: &'a str,
    pub(crate) text: &'a str,
    /// Where the text lies in the page.
    pub(crate) from: usize,
    pub(crate) until: usize,
}

/// The labelled blocks of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut found, mut section, mut open) = (Vec::new(), "", None);
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if let Some((label, from)) = open.take_if(|_| line == "```") {
            found.push(Block {
                section,
                label,
                text: &page[from..start],
                from,
                until: start,
            });
        } else if let Some(heading) = line.strip_prefix("### ") {
            section = heading;
        } else if let Some((_, label)) = line.strip_prefix("```").and_then(|head| head.split_once(' ')) {
            open = Some((label, at));
        }
    }
    found
}
