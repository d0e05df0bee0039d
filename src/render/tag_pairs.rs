//! Tags of HTML in Markdown that have no partner.
//!
//! `What is <div>?` is about a tag, but shows none: it opens an element that never ends. Whoever
//! learns HTML writes that in every second note, so it is told.

use std::ops::Range;

use super::html::tag_name;
use super::sink::Sink;
use crate::diag::{Code, Diagnostic, Text};

/// Elements that have no end, or whose end may be left out.
const ALONE: [&str; 27] = [
    "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li",
    "link", "meta", "option", "p", "param", "rb", "rp", "rt", "source", "tbody", "td", "th", "tr",
    "track", "wbr",
];

/// The tags of a field that are open.
#[derive(Debug, Default)]
pub(super) struct TagPairs {
    open: Vec<(String, Range<usize>)>,
    stray: Vec<(String, Range<usize>)>,
}

impl TagPairs {
    /// Takes a tag that stands at `place` in the field's text.
    pub(super) fn take(&mut self, tag: &str, place: &Range<usize>) {
        let name = tag_name(tag, 0).to_ascii_lowercase();
        if ALONE.binary_search(&name.as_str()).is_ok() || tag.ends_with("/>") {
            return;
        }
        if !tag.starts_with("</") {
            self.open.push((name, place.clone()));
            return;
        }
        match self.open.iter().rposition(|(open, _)| *open == name) {
            Some(at) => {
                self.open.remove(at);
            }
            None => self.stray.push((name, place.clone())),
        }
    }

    /// Whether an element of this name is open.
    pub(super) fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|(open, _)| open == name)
    }

    /// Tells each tag that stayed alone.
    pub(super) fn tell(&self, text: &Text, sink: &mut Sink<'_>) {
        for (name, place) in self.open.iter().chain(&self.stray) {
            let span = text.span(place.clone());
            let written = text.as_str().get(place.clone()).unwrap_or_default();
            let title = format!("the tag `{written}` has no partner");
            sink.push(
                Diagnostic::new(Code::UnpairedTag, title)
                    .at(
                        span,
                        format!("read as HTML of a `{name}` element, so it shows nothing"),
                    )
                    .fix(
                        "a tag that is to be seen is code",
                        span,
                        format!("`{written}`"),
                    ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_without_a_partner_stay() {
        let check = |tags: &[&str], open: &[&str], stray: &[&str]| {
            let mut pairs = TagPairs::default();
            for tag in tags {
                pairs.take(tag, &(0..tag.len()));
            }
            let names = |list: &[(String, Range<usize>)]| -> Vec<String> {
                list.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(names(&pairs.open), open, "{tags:?}");
            assert_eq!(names(&pairs.stray), stray, "{tags:?}");
        };
        check(&["<b>", "</b>", "<br>", "<img src=x>", "<li>"], &[], &[]);
        check(&["<div>", "<SPAN class=x>", "</span>"], &["div"], &[]);
        check(&["</b>", "<i/>"], &[], &["b"]);
        check(&["<b>", "<i>", "</b>", "</i>"], &[], &[]);
        assert!(ALONE.is_sorted());
    }
}
