//! Places in a page that a measurement fills.

/// Returns the page with the text between two lines replaced; `None` if the page has no such lines.
pub fn replaced(page: &str, begin: &str, end: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n{text}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_all_but_the_place() {
        let page = "# Speed\n\n<!-- a -->\nold\n<!-- b -->\n\nThe end.\n";

        let new = replaced(page, "<!-- a -->\n", "<!-- b -->\n", "new\n").unwrap();

        assert_eq!(
            new,
            "# Speed\n\n<!-- a -->\n\nnew\n\n<!-- b -->\n\nThe end.\n"
        );
        assert_eq!(
            replaced("# Another page\n", "<!-- a -->\n", "<!-- b -->\n", ""),
            None
        );
    }
}
