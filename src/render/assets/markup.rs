//! The files that HTML names: a card template, a field, a page that a card loads.
//!
//! Unlike [`crate::template::media`], which sees what Anki sees, this sees what a browser loads:
//! `srcset`, `poster`, links of style sheets, CSS in attributes and elements, scripts. Fields of
//! templates may stand anywhere.

use std::ops::Range;

use super::found::{Found, How, literal};
use super::script;
use super::style::{self, position, word_at};
use crate::template::strip::decode_entities;

/// What a text of HTML loads.
#[derive(Debug, Default)]
pub(super) struct Markup {
    /// Names of files, in their order.
    pub(super) references: Vec<Found>,
    /// Where scripts put names together.
    pub(super) computed: Vec<Range<usize>>,
    /// What links lead to: nothing is loaded, so none of it comes along.
    pub(super) links: Vec<Found>,
}

/// An attribute of a tag: its name in lower case, and where its value stands.
struct Attribute {
    name: String,
    value: Range<usize>,
    bare: bool,
}

/// Elements whose pages and frames are other sites more often than files.
const FRAMES: [&str; 2] = ["iframe", "frame"];

/// Where the last of each sign stands that ends something: behind it none is looked for, or a text
/// of beginnings alone would be searched to its end from each.
struct Ends {
    field: Option<usize>,
    sound: Option<usize>,
    comment: Option<usize>,
}

impl Ends {
    /// The next end of a field at or behind `at`.
    fn field(&self, html: &str, at: usize) -> Option<usize> {
        let end = self.field.filter(|last| at <= *last);
        end.and_then(|_| position(html, "}}", at))
    }
}

/// Reads HTML.
pub(super) fn read(html: &str) -> Markup {
    let mut markup = Markup::default();
    let bytes = html.as_bytes();
    let ends = Ends {
        field: html.rfind("}}"),
        sound: html.rfind(']'),
        comment: html.rfind("-->"),
    };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' if bytes.get(at + 1) == Some(&b'{') => {
                at = ends.field(html, at).map_or(at + 2, |it| it + 2);
            }
            b'[' if html.get(at..).is_some_and(|it| it.starts_with("[sound:")) => {
                at += "[sound:".len();
                let end = ends.sound.filter(|last| at <= *last);
                if let Some(end) = end.and_then(|_| position(html, "]", at)) {
                    let written = html.get(at..end).unwrap_or_default();
                    let name = decode_entities(written).into_owned();
                    let found = Found::new(written, at..end, name, How::Sound);
                    markup.references.extend(found);
                    at = end;
                }
            }
            b'<' if html.get(at..).is_some_and(|it| it.starts_with("<!--")) => {
                let end = ends.comment.filter(|last| at <= *last);
                let end = end.and_then(|_| position(html, "-->", at));
                at = end.map_or(at + 4, |it| it + 3);
            }
            b'<' if bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => {
                at = tag(html, at, &ends, &mut markup);
            }
            _ => at += 1,
        }
    }
    markup
}

/// Reads the tag at `at`, with what stands in it if that is no HTML; where it ends.
fn tag(html: &str, at: usize, ends: &Ends, markup: &mut Markup) -> usize {
    let rest = html.get(at + 1..).unwrap_or_default();
    let length = rest
        .find(|it: char| it.is_whitespace() || matches!(it, '>' | '/' | '{'))
        .unwrap_or(rest.len());
    let name = rest.get(..length).unwrap_or_default().to_ascii_lowercase();
    let (attributes, end) = attributes(html, at + 1 + length, ends);
    for attribute in &attributes {
        take(html, &name, attribute, markup);
    }
    let close = match name.as_str() {
        "style" | "script" => format!("</{name}"),
        _ => return end,
    };
    let body_end = find_ignore_case(html, &close, end).unwrap_or(html.len());
    let body = html.get(end..body_end).unwrap_or_default();
    let moved = |it: Found| Found {
        range: it.range.start + end..it.range.end + end,
        ..it
    };
    if name == "style" {
        markup
            .references
            .extend(style::references(body).into_iter().map(moved));
    } else {
        let found = script::read(body);
        markup
            .references
            .extend(found.references.into_iter().map(moved));
        let places = found
            .computed
            .into_iter()
            .map(|it| it.start + end..it.end + end);
        markup.computed.extend(places);
    }
    body_end
}

/// What an attribute names.
fn take(html: &str, tag: &str, attribute: &Attribute, markup: &mut Markup) {
    let bare = attribute.bare;
    let how = How::Attribute { bare };
    let value = html.get(attribute.value.clone()).unwrap_or_default();
    let one = |range: Range<usize>| {
        let leading = html
            .get(range.clone())
            .map_or(0, |it| it.len() - it.trim_start().len());
        let start = range.start + leading;
        let length = html
            .get(start..range.end)
            .map_or(0, |it| it.trim_end().len());
        let range = start..start + length;
        let written = html.get(range.clone()).unwrap_or_default();
        Found::new(written, range, decode_entities(written).into_owned(), how)
    };
    match (attribute.name.as_str(), tag) {
        ("src", tag) if FRAMES.contains(&tag) && value.contains("{{") => {}
        ("src" | "poster" | "background", _)
        | ("data", "object")
        | ("href", "link" | "image" | "use" | "feimage")
        | ("xlink:href", _) => markup.references.extend(one(attribute.value.clone())),
        ("srcset" | "imagesrcset", _) => {
            for part in candidates(html, &attribute.value) {
                markup.references.extend(one(part));
            }
        }
        ("style", _) => {
            let start = attribute.value.start;
            let found = style::references(value).into_iter().map(|it| Found {
                name: decode_entities(&it.name).into_owned(),
                range: it.range.start + start..it.range.end + start,
                ..it
            });
            markup.references.extend(found);
        }
        ("href", "a" | "area") => {
            let seen = (!bare).then(|| literal(html, attribute.value.clone()));
            match seen.flatten() {
                // A name that begins with `_` is a file's for Anki, and comes along.
                Some(found) => markup.references.push(found),
                None => markup.links.extend(one(attribute.value.clone())),
            }
        }
        // For Anki any other text in quotes that begins with `_` names a file, too.
        _ if !bare => markup
            .references
            .extend(literal(html, attribute.value.clone())),
        _ => {}
    }
}

/// The addresses of a `srcset`.
fn candidates(html: &str, value: &Range<usize>) -> Vec<Range<usize>> {
    let text = html.get(value.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let start = at + rest.len()
            - rest
                .trim_start_matches(|it: char| it.is_whitespace() || it == ',')
                .len();
        let address = text.get(start..).unwrap_or_default();
        let length = address.find(char::is_whitespace).unwrap_or(address.len());
        let word = address.get(..length).unwrap_or_default();
        let name = word.trim_end_matches(',');
        // A comma inside of a word ends it, too, but for addresses that hold their data.
        let name = match name.find(',') {
            Some(comma) if !name.starts_with("data:") => name.get(..comma).unwrap_or_default(),
            _ => name,
        };
        if name.is_empty() {
            break;
        }
        let end = start + name.len();
        found.push(value.start + start..value.start + end);
        // What follows up to the comma says how large the picture is.
        let behind = text.get(end..).unwrap_or_default();
        at = behind.find(',').map_or(text.len(), |comma| end + comma + 1);
    }
    found
}

/// The attributes of the tag whose name ends at `at`, and the end of the tag.
fn attributes(html: &str, mut at: usize, ends: &Ends) -> (Vec<Attribute>, usize) {
    let bytes = html.as_bytes();
    let mut found = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        if byte == b'>' {
            return (found, at + 1);
        }
        if byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'' | b'=') {
            at += 1;
            continue;
        }
        if html.get(at..).is_some_and(|it| it.starts_with("{{")) {
            at = ends.field(html, at).map_or(at + 2, |it| it + 2);
            continue;
        }
        let start = at;
        while bytes
            .get(at)
            .is_some_and(|it| !it.is_ascii_whitespace() && !b"=>/{".contains(it))
        {
            at += 1;
        }
        if at == start {
            at += 1;
            continue;
        }
        let name = html.get(start..at).unwrap_or_default().to_ascii_lowercase();
        let behind = skip_space(bytes, at);
        if bytes.get(behind) != Some(&b'=') {
            continue;
        }
        at = skip_space(bytes, behind + 1);
        let (value, bare, end) = value(html, at, ends);
        at = end;
        found.push(Attribute { name, value, bare });
    }
    (found, html.len())
}

/// The value at `at`, whether it has no quotes, and what follows it.
fn value(html: &str, at: usize, ends: &Ends) -> (Range<usize>, bool, usize) {
    let bytes = html.as_bytes();
    let quote = match bytes.get(at) {
        Some(b'"') => Some("\""),
        Some(b'\'') => Some("'"),
        _ => None,
    };
    if let Some(quote) = quote {
        let end = position(html, quote, at + 1).unwrap_or(html.len());
        return (at + 1..end.max(at + 1), false, (end + 1).min(html.len()));
    }
    let mut end = at;
    while bytes
        .get(end)
        .is_some_and(|it| !it.is_ascii_whitespace() && *it != b'>')
    {
        let field = html.get(end..).filter(|it| it.starts_with("{{"));
        end = match field.and_then(|_| ends.field(html, end)) {
            Some(close) => close + 2,
            None => end + 1,
        };
    }
    (at..end, true, end)
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

fn find_ignore_case(text: &str, what: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(start) = position(text, "<", at) {
        if word_at(text, start, what) {
            return Some(start);
        }
        at = start + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(html: &str) -> String {
        let names: Vec<String> = read(html)
            .references
            .into_iter()
            .map(|it| it.name)
            .collect();
        names.join("|")
    }

    #[test]
    fn what_a_browser_loads() {
        let check = |html: &str, expect: &str| assert_eq!(names(html), expect, "{html}");
        check(
            "<img src=\"_a.png\"> <IMG class=x SRC='b c.png'>",
            "_a.png|b c.png",
        );
        check(
            "<img src = _a.png class=x><img src=_b.png/>",
            "_a.png|_b.png/",
        );
        check("<img alt=\"x > y\" src=a.png>", "a.png");
        check(
            "<img srcset=\"a.png 1x, _b.png 2x,c.png\" src=\"d.png\">",
            "a.png|_b.png|c.png|d.png",
        );
        check(
            "<video poster=\"p.jpg\"><source src=\"v.mp4\"><track src='t.vtt'></video>",
            "p.jpg|v.mp4|t.vtt",
        );
        check(
            "<link rel=stylesheet href=\"_s.css\"><a href=\"doc.pdf\"><a href=\"_doc.pdf\">",
            "_s.css|_doc.pdf",
        );
        check(
            "<svg><image href=\"a.png\"/><use xlink:href=\"_s.svg#i\"/><use href='#j'/></svg>",
            "a.png|_s.svg",
        );
        check(
            "<object data=\"_o.svg\"></object><div data=\"x.svg\">",
            "_o.svg",
        );
        check("<p style=\"background: url('_p.png')\">", "_p.png");
        check(
            "<style>@import \"_a.css\"; b{background:url(c.png)}</style><b>",
            "_a.css|c.png",
        );
        check(
            "<script src=\"_l.js\">let x = \"_d.json\"; if (1 < 2) y = '<img src=\"z.png\">'</SCRIPT>",
            "_l.js|_d.json",
        );
        check("[sound:_s.mp3] [sound:a&amp;b.mp3]", "_s.mp3|a&b.mp3");
        check(
            "<!-- <img src=\"a.png\"> --><img src=\"b&amp;c.png\">",
            "b&c.png",
        );
        check(
            "{{#A}}<img {{#B}}src=\"{{C}}\"{{/B}} class={{D}}>{{/A}}",
            "{{C}}",
        );
        check(
            "<img src={{Field Name}}><iframe src=\"{{Url}}\"></iframe>",
            "{{Field Name}}",
        );
        check(
            "<td background=\"a.png\" data-font=\"_f.woff2\" title=\"_no\">",
            "a.png|_f.woff2",
        );
        check("<img src=\"\"><img src><img", "");
        check("a < b <3 <img src=\"a.png", "a.png");
    }

    #[test]
    fn where_links_lead() {
        let check = |html: &str, expect: &str| {
            let links = read(html).links.into_iter().map(|it| it.name);
            assert_eq!(links.collect::<Vec<_>>().join("|"), expect, "{html}");
        };
        check(
            "<a href=\"x.pdf\">a</a><A HREF=b.html#c>b</A>",
            "x.pdf|b.html",
        );
        check("<area href='map.svg?x'>", "map.svg");
        check("<a href=\"#x\"></a><a href=\"\"></a><a name=x></a>", "");
        check("<a href=\"_x.pdf\"></a><link href=a.css>", "");
        check("<a href=\"https://a.b\"></a>", "https://a.b");
        check("<a title=\"href=x.pdf\" data-href=\"y.pdf\">", "");
    }

    #[test]
    fn ranges_hold_the_written_name() {
        let html =
            "é<img src=\" a&amp;b.png \"><p style='x:url(_c.png)'><style>a{b:url(_d.png)}</style>";
        let found: Vec<&str> = read(html)
            .references
            .into_iter()
            .map(|it| &html[it.range])
            .collect();
        assert_eq!(found, ["a&amp;b.png", "_c.png", "_d.png"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in any::<String>(),
            soup in "(<img |src=|srcset=|\"|'|>|<style>|</style|<script>|\\{\\{|\\}\\}|a.png|_b|,|é| |url\\(|\\[sound:|\\]|<!--){0,24}",
        ) {
            for html in [text, soup] {
                let found = read(&html);
                for range in found.computed.into_iter().chain(found.references.into_iter().map(|it| it.range)) {
                    prop_assert!(html.get(range).is_some());
                }
            }
        }
    }
}
