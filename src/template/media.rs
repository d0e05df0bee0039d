//! The files that fields, templates and styles ask for, found exactly as Anki finds them.
//!
//! What Anki does not see it neither packs nor imports, and what it sees too much it reports
//! as missing; so these are not HTML parsers but the patterns Anki searches for, measured on
//! Anki 26.9.3 and 25.9.2.

use std::borrow::Cow;
use std::ops::Range;

use super::{
    scan::{find_from, find_ignore_case, starts_ignore_case, word_begins_at, word_ends_at},
    strip::decode_entities,
};

/// A media file that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaReference<'a> {
    /// What kind of reference it is.
    pub kind: MediaKind,
    /// The tag with its brackets.
    pub tag: Range<usize>,
    /// The name as it is written, within the tag.
    pub range: Range<usize>,
    /// The file's name: entities are decoded, percent signs are not.
    pub name: Cow<'a, str>,
}

/// How a media file is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaKind {
    /// An HTML tag: `img`, `audio`, `video`, `object` or `source`.
    Html,
    /// `[sound:name]`.
    Sound,
    /// A name that begins with an underscore, in a template or a style.
    Static,
}

/// The names of media tags; a longer name never begins with a shorter one.
const TAGS: [&[u8]; 5] = [b"img", b"audio", b"video", b"object", b"source"];

/// The references in the text of a field, in the order of their places.
///
/// Remote addresses (`https://..`) and names with a slash are among them; Anki skips those.
#[must_use]
pub fn media_references(text: &str) -> Vec<MediaReference<'_>> {
    let mut found = Vec::new();
    if text.contains('<') {
        found.extend(HtmlMedia::new(text).map(|tag| MediaReference {
            kind: MediaKind::Html,
            name: decoded(text, &tag.name),
            tag: tag.tag,
            range: tag.name,
        }));
    }
    found.extend(sounds(text));
    found.sort_by_key(|reference| reference.tag.start);
    found
}

/// The references of a card template to files that begin with an underscore.
///
/// Only these files stay with a template; others are taken for unused.
#[must_use]
pub fn template_references(template: &str) -> Vec<MediaReference<'_>> {
    let mut found: Vec<_> = sounds(template)
        .filter(|reference| template.get(reference.range.clone()).is_some_and(is_static))
        .map(|reference| MediaReference {
            kind: MediaKind::Static,
            ..reference
        })
        .collect();
    let mut at = 0;
    while let Some(offset) = template.get(at..).and_then(|rest| rest.find('_')) {
        let start = at + offset;
        at = start + 1;
        if let Some(range) = static_name(template, start) {
            at = range.end;
            found.push(static_reference(template, range));
        }
    }
    found.sort_by_key(|reference| reference.range.start);
    found.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    found
}

/// The references of a note type's style to files that begin with an underscore:
/// `@import "_x.css"` and `url(_x.png)`.
#[must_use]
pub fn css_references(css: &str) -> Vec<MediaReference<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = find_ignore_case(css, "url(", at) {
        at = start + 4;
        found.extend(css_url(css, at).map(|range| static_reference(css, range)));
    }
    at = 0;
    while let Some(start) = find_ignore_case(css, "@import", at) {
        at = start + 7;
        found.extend(css_import(css, at).map(|range| static_reference(css, range)));
    }
    found.sort_by_key(|reference| reference.range.start);
    found
}

/// A media tag and the name in it.
pub(super) struct HtmlTag {
    pub(super) tag: Range<usize>,
    pub(super) name: Range<usize>,
}

/// The media tags of a text.
///
/// Anki's pattern prefers to pass over a quoted value as a whole and falls back to passing
/// over its quote as an ordinary character; the search below tries the same ways in the same
/// order, and remembers the places it failed from, so that broken text costs linear time.
pub(super) struct HtmlMedia<'a> {
    text: &'a str,
    at: usize,
    /// Behind it no tag can end.
    last_bracket: Option<usize>,
    failed: Vec<bool>,
}

impl<'a> HtmlMedia<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            last_bracket: text.rfind('>'),
            failed: Vec::new(),
        }
    }

    /// The tag whose name ends at `start`.
    fn attributes(&mut self, start: usize) -> Option<(Range<usize>, usize)> {
        if self.failed.is_empty() {
            self.failed = vec![false; self.text.len() + 1];
        }
        let mut ways = Vec::new();
        self.push_ways(start, &mut ways);
        while let Some(at) = ways.pop() {
            match self.failed.get_mut(at) {
                Some(failed) if !*failed => *failed = true,
                _ => continue,
            }
            if let Some(found) = self.value(at) {
                return Some(found);
            }
            self.push_ways(at, &mut ways);
        }
        None
    }

    /// The places to go on from `at`, the preferred one last: behind the quoted value, behind
    /// the character.
    fn push_ways(&self, at: usize, ways: &mut Vec<usize>) {
        let Some(next) = self.text.get(at..).and_then(|rest| rest.chars().next()) else {
            return;
        };
        if next == '>' {
            return ways.extend(self.behind_quoted(at));
        }
        ways.push(at + next.len_utf8());
        if matches!(next, '"' | '\'') {
            ways.extend(self.behind_quoted(at));
        }
    }

    fn behind_quoted(&self, at: usize) -> Option<usize> {
        let quote = self
            .text
            .get(at..)?
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))?;
        let end = self.text.get(at + 1..)?.find(quote)?;
        (end > 0).then_some(at + 1 + end + 1)
    }

    /// The range of the value, and the end of the tag, when `src=` or `data=` stands at `at`.
    fn value(&self, at: usize) -> Option<(Range<usize>, usize)> {
        let bytes = self.text.as_bytes();
        let length = [&b"src="[..], &b"data="[..]]
            .iter()
            .find(|name| starts_ignore_case(bytes, name, at))?
            .len();
        if word_ends_at(self.text, at) {
            return None;
        }
        let start = at + length;
        let rest = self.text.get(start..)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let closing = quote
            .and_then(|quote| rest.get(1..)?.find(quote))
            .filter(|&length| length > 0);
        if let Some(end) = closing.map(|length| start + 1 + length)
            && let Some(close) = self.close(end + 1)
        {
            return Some((start + 1..end, close));
        }
        let first = rest.chars().next().filter(|&c| c != '>')?.len_utf8();
        let end = start + first + rest.get(first..)?.find([' ', '>'])?;
        Some((start..end, self.close(end)?))
    }

    /// The end of the tag: behind the next `>`.
    fn close(&self, from: usize) -> Option<usize> {
        self.last_bracket.filter(|&last| last >= from)?;
        find_from(self.text, ">", from).map(|at| at + 1)
    }
}

impl Iterator for HtmlMedia<'_> {
    type Item = HtmlTag;

    fn next(&mut self) -> Option<HtmlTag> {
        let bytes = self.text.as_bytes();
        while let Some(start) = find_from(self.text, "<", self.at) {
            self.at = start + 1;
            if self.last_bracket.is_none_or(|last| last < start) {
                return None;
            }
            let name = TAGS
                .iter()
                .find(|name| starts_ignore_case(bytes, name, start + 1));
            let Some(end) = name.map(|name| start + 1 + name.len()) else {
                continue;
            };
            if word_begins_at(self.text, end) {
                continue;
            }
            if let Some((name, close)) = self.attributes(end) {
                self.at = close;
                return Some(HtmlTag {
                    tag: start..close,
                    name,
                });
            }
        }
        None
    }
}

fn sounds(text: &str) -> impl Iterator<Item = MediaReference<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = find_from(text, "[sound:", at)?;
        let name = start + 7;
        // At least one character, so a bracket right behind the colon is part of the name.
        let first = text.get(name..)?.chars().next()?.len_utf8();
        let end = find_from(text, "]", name + first)?;
        at = end + 1;
        let range = name..end;
        let name = decoded(text, &range);
        Some(MediaReference {
            kind: MediaKind::Sound,
            tag: start..at,
            range,
            name,
        })
    })
}

fn decoded<'a>(text: &'a str, range: &Range<usize>) -> Cow<'a, str> {
    decode_entities(text.get(range.clone()).unwrap_or_default())
}

fn is_static(name: &str) -> bool {
    name.starts_with('_')
}

/// Unlike in fields, entities in these names are not decoded.
fn static_reference(text: &str, range: Range<usize>) -> MediaReference<'_> {
    let name = Cow::Borrowed(text.get(range.clone()).unwrap_or_default());
    MediaReference {
        kind: MediaKind::Static,
        tag: range.clone(),
        range,
        name,
    }
}

/// The name that begins at `start`: quoted, or the unquoted value of `src` or `data`.
fn static_name(template: &str, start: usize) -> Option<Range<usize>> {
    let before = template.get(..start)?;
    let behind = template.get(start + 1..)?;
    if let Some(quote) = before
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\''))
    {
        let length = behind.find(quote).filter(|&length| length > 0)?;
        return Some(start..start + 1 + length);
    }
    let is_attribute = ["src=", "data="].into_iter().any(|name| {
        let at = before.strip_suffix(name).map(str::len);
        at.is_some_and(|at| !word_ends_at(template, at))
    });
    if !is_attribute {
        return None;
    }
    let length = behind.find('>').filter(|&length| length > 0)?;
    Some(start..start + 1 + length)
}

fn css_url(css: &str, from: usize) -> Option<Range<usize>> {
    let rest = css.get(from..)?;
    let value = rest.trim_start();
    let at = from + rest.len() - value.len();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let start = at + quote.map_or(0, char::len_utf8);
    let name = css.get(start..).filter(|name| is_static(name))?;
    let quoted = quote.and_then(|quote| {
        let length = name.find(quote)?;
        let behind = name.get(length + 1..)?.trim_start();
        behind.starts_with(')').then_some(length)
    });
    // A quote that is not closed is passed over, and the name ends where an unquoted one does.
    let length = match quoted {
        Some(length) => length,
        None => name.get(..name.find(')')?)?.trim_end().len(),
    };
    (length > 1).then_some(start..start + length)
}

fn css_import(css: &str, from: usize) -> Option<Range<usize>> {
    let rest = css.get(from..)?;
    let value = rest.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    if value.len() == rest.len() {
        return None;
    }
    let start = from + rest.len() - value.len() + 1;
    let name = css.get(start..).filter(|name| is_static(name))?;
    let length = name.find(quote)?;
    let name = css.get(start..start + length)?;
    name.to_ascii_lowercase()
        .ends_with("css")
        .then_some(start..start + length)
}

/// Replaces every media tag by its file name between spaces, as Anki does before it takes the
/// other tags away.
pub(super) fn keep_file_names(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut at = 0;
    for found in HtmlMedia::new(text) {
        kept.push_str(text.get(at..found.tag.start).unwrap_or_default());
        kept.push(' ');
        kept.push_str(text.get(found.name).unwrap_or_default());
        kept.push(' ');
        at = found.tag.end;
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: Vec<MediaReference<'_>>) -> String {
        let names: Vec<String> = found.into_iter().map(|one| one.name.into_owned()).collect();
        names.join("|")
    }

    #[test]
    fn in_fields() {
        let table = [
            (r#"<img src="a.png">"#, "a.png"),
            (r#"<IMG class=x SRC='a b.png' alt="">"#, "a b.png"),
            ("<img src=a.png alt=x>", "a.png"),
            ("<img src=a.png/>", "a.png/"),
            ("<img src= a.png >", " a.png"),
            (r#"<img src = "a.png">"#, ""),
            (r#"<img data-src="d.png" src="e.png">"#, "d.png"),
            (r#"<img srcset="a.png">"#, ""),
            (r#"<img alt="x src=y > z" src="a.png">"#, "a.png"),
            (r#"<img alt="x src=y">"#, "y\""),
            (r#"<img alt=">" src="a.png">"#, "a.png"),
            (r#"<img src="">"#, "\"\""),
            (r#"<img src="" alt="x">"#, "\"\""),
            (r#"<img src="a.png""#, ""),
            (
                r#"<object data="a.swf"></object><audio src=b.mp3>"#,
                "a.swf|b.mp3",
            ),
            (
                r#"<a href="x"><image src="a.png"><imgx src="b.png"><embed src="c">"#,
                "",
            ),
            (r#"<!-- <img src="a.png"> -->"#, "a.png"),
            (r#"<img src="a&amp;b.png">"#, "a&b.png"),
            (r#"<img src="a%20b.png">"#, "a%20b.png"),
            ("[sound:a.mp3] [sound: b&amp;.mp3]", "a.mp3| b&.mp3"),
            ("[Sound:a.mp3][sound:]", ""),
            ("[sound:a.mp3", ""),
        ];
        for (text, expect) in table {
            assert_eq!(names(media_references(text)), expect, "{text}");
        }
    }

    #[test]
    fn ranges_hold_the_written_name() {
        let text = r#"x <img src="a&amp;b.png"> [sound:c.mp3]"#;
        let found: Vec<_> = media_references(text)
            .into_iter()
            .map(|one| (&text[one.tag], &text[one.range]))
            .collect();
        let expect = [
            (r#"<img src="a&amp;b.png">"#, "a&amp;b.png"),
            ("[sound:c.mp3]", "c.mp3"),
        ];
        assert_eq!(found, expect);
    }

    #[test]
    fn in_templates() {
        let table = [
            (
                r#"<img src="_a.png"><script src='_b.js'></script>"#,
                "_a.png|_b.js",
            ),
            (r#"let x = "_c.json";"#, "_c.json"),
            ("<img src=_a.png>", "_a.png"),
            ("<img src=_a.png class=x>", "_a.png class=x"),
            (r#"<img src="a.png">[sound:_s.mp3][sound:t.mp3]"#, "_s.mp3"),
            ("<img src=\"x_a.png\"> a_b", ""),
            ("<img SRC=_a.png><a xsrc=_b.png><a href=_c.png>`_d.png`", ""),
            ("<a data=_a.swf><a data-src=_b.png>", "_a.swf|_b.png"),
            ("src = \"_a.png\" '_b&amp;c.png'", "_a.png|_b&amp;c.png"),
            ("<!-- \"_a.png\" -->[Sound:_b.mp3][sound: _c.mp3]", "_a.png"),
        ];
        for (text, expect) in table {
            assert_eq!(names(template_references(text)), expect, "{text}");
        }
    }

    #[test]
    fn in_styles() {
        let table = [
            (r#"@import "_a.css"; @import '_b.CSS';"#, "_a.css|_b.CSS"),
            (r#"@import "_a.txt"; @import "a.css";"#, ""),
            (
                "x { src: url(_f.ttf), url( '_g h.ttf' ) }",
                "_f.ttf|_g h.ttf",
            ),
            (
                "@import\n'_a.css'; @import\"_b.css\"; @IMPORT '_c.css'",
                "_a.css|_c.css",
            ),
            (
                "url(\n_a.png ) URL(_b&amp;c.png) url(\"_d)e.png\" )",
                "_a.png|_b&amp;c.png|_d)e.png",
            ),
            ("url(\"_a.png) url(_b.png", "_a.png"),
            ("x { src: url(f.ttf) url(\"http://x/_f.ttf\") }", ""),
        ];
        for (text, expect) in table {
            assert_eq!(names(css_references(text)), expect, "{text}");
        }
    }
}
