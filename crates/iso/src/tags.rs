//! The tags of a message, looked at before it is read: what it costs to read is told by them, and so is its kind. What
//! people write in texts and what banks write in remarks tells neither.

/// The tags of a text, in their order, each from behind its `<` to before its `>`. What is no element is passed over:
/// remarks, instructions, sections of plain text; a document type is given as it stands, up to its first `>`.
pub(crate) struct Tags<'a> {
    rest: &'a str,
}

/// Parts that hold no tags, with what they end with.
const PASSED_OVER: [(&str, &str); 3] = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")];

impl<'a> Tags<'a> {
    pub(crate) const fn of(text: &'a str) -> Tags<'a> {
        Tags { rest: text }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let (_, behind) = self.rest.split_once('<')?;
            let passed = PASSED_OVER.iter().find(|(begin, _)| behind.starts_with(begin));
            if let Some((begin, end)) = passed {
                let inside = behind.get(begin.len()..)?;
                self.rest = inside.split_once(end).map_or("", |(_, rest)| rest);
                continue;
            }
            let end = end_of(behind);
            self.rest = behind.get(end..).unwrap_or_default();
            return behind.get(..end);
        }
    }
}

/// Where a tag ends: at the first `>` that stands in no value.
fn end_of(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<&str> {
        Tags::of(text).collect()
    }

    #[test]
    fn only_tags_are_given() {
        let text =
            "<?xml version='1.0'?><!-- <b c=\"d\"> --><a x=\"1>2\" y='\"'>xmlns=\"n\"<![CDATA[<c>]]></a>";
        assert_eq!(tags(text), ["a x=\"1>2\" y='\"'", "/a"]);
    }

    #[test]
    fn what_is_cut_off_ends_them() {
        for text in ["<!-- <a>", "<![CDATA[<a>", "<?xml <a>", "no tag"] {
            assert_eq!(tags(text), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(tags("<a b=\"<c>"), ["a b=\"<c>"]);
        assert_eq!(tags("<"), [""]);
    }
}
