//! A side of a card as Anki's reviewer puts it on the screen: pictures of LaTeX, play buttons, the box
//! for a typed answer, addresses of media, formulas.
//!
//! What the reviewer does was measured on Anki 26.9.3; its scripts are not here, so play buttons, masks and
//! typed answers are the work of `templates/preview/card.js`.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use super::html::{Escaped, address, squeezed};
use super::math::Formulas;
use crate::package::StoredMedia;
use crate::template::av::{AvTag, extract_av};
use crate::template::cloze::{CardSide, ClozeText};
use crate::template::latex::latex_tags;
use crate::template::media::{MediaKind, media_references};
use crate::template::strip::{decode_entities, strip_html};

/// The media of a package by their names.
pub(super) type MediaByName<'a> = HashMap<&'a str, &'a StoredMedia>;

/// What a side is made with.
pub(super) struct Workshop<'a> {
    pub(super) media: &'a MediaByName<'a>,
    pub(super) formulas: Formulas,
    /// Names of files that sides show and the package has.
    pub(super) used: BTreeSet<String>,
    /// How many bytes of sides its page has room for.
    room: usize,
}

/// So many bytes of sides are on a page: far more than people write, and less than fills a memory.
const MOST_SIDES: usize = 64 << 20;

/// What a side needs to know of its card.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub(super) fields: &'a [(&'a str, &'a str)],
    pub(super) ordinal: u16,
    pub(super) svg_latex: bool,
}

impl<'a> Workshop<'a> {
    pub(super) fn new(media: &'a MediaByName<'a>) -> Self {
        Self {
            media,
            formulas: Formulas::default(),
            used: BTreeSet::new(),
            room: MOST_SIDES,
        }
    }

    /// Whether the page has room for so many bytes more, which then are taken.
    pub(super) fn has_room(&mut self, bytes: usize) -> bool {
        let rest = self.room.checked_sub(bytes);
        self.room = rest.unwrap_or(self.room);
        rest.is_some()
    }

    /// What stands in Anki's element `qa`. What it asks for and the package does not have goes into
    /// `missing`.
    pub(super) fn side(
        &mut self,
        html: &str,
        side: CardSide,
        sheet: Sheet<'_>,
        missing: &mut BTreeSet<String>,
    ) -> String {
        let html = self.latex(html, sheet.svg_latex);
        let (html, sounds) = extract_av(&html, side);
        let html = self.files(&html, missing);
        let html = self.play_buttons(&html, side, &sounds, missing);
        let html = typed_answer(&html, side, sheet);
        self.formulas.typeset(&html).into_owned()
    }

    fn has(&mut self, name: &str, missing: &mut BTreeSet<String>) -> bool {
        if self.media.contains_key(name) {
            if !self.used.contains(name) {
                self.used.insert(name.to_owned());
            }
            return true;
        }
        missing.insert(name.to_owned());
        false
    }

    /// The picture of each LaTeX tag, if the package has it. Phones show such pictures and make none; so
    /// does this.
    fn latex<'h>(&mut self, html: &'h str, svg: bool) -> Cow<'h, str> {
        let tags = latex_tags(html);
        if tags.is_empty() {
            return Cow::Borrowed(html);
        }
        let mut out = String::with_capacity(html.len());
        let mut at = 0;
        for tag in tags {
            out.push_str(html.get(at..tag.range.start).unwrap_or_default());
            let name = tag.file_name(svg);
            let source = Escaped(&tag.source);
            // Writing to a string cannot fail.
            let _ = match self.media.contains_key(name.as_str()) {
                true => write!(out, "<img class=latex alt=\"{source}\" src=\"{name}\">"),
                false => write!(
                    out,
                    "<span class=\"deckle-tex\" title=\"the package has no picture of this LaTeX: phones show none, a desktop makes it if its preferences say so\">{source}</span>"
                ),
            };
            at = tag.range.end;
        }
        out.push_str(html.get(at..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// Writes the names of files as addresses.
    fn files<'h>(&mut self, html: &'h str, missing: &mut BTreeSet<String>) -> Cow<'h, str> {
        let mut out = String::new();
        let mut at = 0;
        for it in media_references(html) {
            if it.kind != MediaKind::Html || is_elsewhere(&it.name) {
                continue;
            }
            self.has(&it.name, missing);
            let address = address(&it.name).replace('&', "&amp;");
            if html.get(it.range.clone()) != Some(address.as_str()) {
                out.push_str(html.get(at..it.range.start).unwrap_or_default());
                out.push_str(&address);
                at = it.range.end;
            }
        }
        if at == 0 {
            return Cow::Borrowed(html);
        }
        out.push_str(html.get(at..).unwrap_or_default());
        Cow::Owned(out)
    }

    fn play_buttons<'h>(
        &mut self,
        html: &'h str,
        side: CardSide,
        sounds: &[AvTag],
        missing: &mut BTreeSet<String>,
    ) -> Cow<'h, str> {
        let letter = match side {
            CardSide::Question => 'q',
            CardSide::Answer => 'a',
        };
        let mut out = String::new();
        let mut rest = html;
        for (index, sound) in sounds.iter().enumerate() {
            let mark = format!("[anki:play:{letter}:{index}]");
            let Some((before, behind)) = rest.split_once(&mark) else {
                continue;
            };
            out.push_str(before);
            self.play_button(&mut out, sound, missing);
            rest = behind;
        }
        if out.is_empty() {
            return Cow::Borrowed(html);
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    fn play_button(&mut self, out: &mut String, sound: &AvTag, missing: &mut BTreeSet<String>) {
        // Writing to a string cannot fail.
        let _ = match sound {
            AvTag::Sound(name) => {
                let there = self.has(name, missing);
                let (class, address) = match there {
                    true => ("", address(name)),
                    false => (" deckle-missing", String::new()),
                };
                if there && is_film(name) {
                    write!(
                        out,
                        "<video controls preload=\"metadata\" src=\"{}\"></video>",
                        Escaped(&address)
                    )
                } else {
                    write!(
                        out,
                        "<a class=\"replay-button soundLink{class}\" href=\"#\" title=\"{}\" data-deckle-sound=\"{}\">{PLAY}</a>",
                        Escaped(name),
                        Escaped(&address)
                    )
                }
            }
            AvTag::Speech { options, text } => {
                let text = squeezed(&strip_html(text));
                let language = options
                    .split_whitespace()
                    .find_map(|it| it.strip_prefix("lang="));
                let language = language.unwrap_or_default().replace('_', "-");
                write!(
                    out,
                    "<a class=\"replay-button soundLink\" href=\"#\" title=\"{0}: the device speaks this\" data-deckle-say=\"{0}\" data-deckle-language=\"{1}\">{PLAY}</a>",
                    Escaped(&text),
                    Escaped(&language)
                )
            }
        };
    }
}

/// What Anki's play button looks like, whose parts styles of card templates name.
const PLAY: &str = "<svg class=\"playImage\" viewBox=\"0 0 64 64\" role=\"img\" aria-label=\"play\"><circle cx=\"32\" cy=\"32\" r=\"29\"/><path d=\"M56.502,32.301l-37.502,20.101l0.329,-40.804l37.173,20.703Z\"/></svg>";

/// Whether an address leads elsewhere than to the package's files.
fn is_elsewhere(name: &str) -> bool {
    let scheme = name.split(['/', '?', '#', ' ']).next().unwrap_or_default();
    scheme.contains(':') || name.starts_with("//")
}

fn is_film(name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default();
    [
        "mp4", "mov", "mkv", "mpg", "mpeg", "webm", "avi", "ogv", "m4v",
    ]
    .iter()
    .any(|it| it.eq_ignore_ascii_case(ending))
}

/// The box for an answer to be typed, and on the other side the right one, as where nothing was typed.
fn typed_answer<'h>(html: &'h str, side: CardSide, sheet: Sheet<'_>) -> Cow<'h, str> {
    let mut first = None;
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, found)) = rest.split_once("[[type:") {
        let Some((inside, behind)) = found.split_once("]]") else {
            break;
        };
        out.push_str(before);
        rest = behind;
        let name = inside.strip_prefix("nc:").unwrap_or(inside);
        let (name, is_cloze) = match name.strip_prefix("cloze:") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let field = sheet.fields.iter().find(|it| it.0 == name);
        let Some((_, text)) = field else {
            // Writing to a string cannot fail.
            let _ = write!(
                out,
                "<span class=\"deckle-problem\">There is no field {} to type</span>",
                Escaped(&decode_entities(name))
            );
            continue;
        };
        // Only the first one of a side is asked for.
        let expected = first.get_or_insert_with(|| expected(text, is_cloze, sheet.ordinal));
        if expected.is_empty() {
            continue;
        }
        let _ = match side {
            CardSide::Question => write!(
                out,
                "<center><input type=\"text\" id=\"typeans\" aria-label=\"your answer\" autocomplete=\"off\"></center>"
            ),
            CardSide::Answer => write!(
                out,
                "<div><code id=\"typeans\">{}</code></div>",
                Escaped(expected)
            ),
        };
    }
    if rest.len() == html.len() {
        return Cow::Borrowed(html);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What is to be typed: the field, or what its clozes hold, as text in a line.
fn expected(text: &str, is_cloze: bool, ordinal: u16) -> String {
    let number = ordinal.saturating_add(1);
    let text = match is_cloze {
        true => Cow::Owned(ClozeText::parse(text).reveal_only(number, CardSide::Answer)),
        false => Cow::Borrowed(text),
    };
    let (marked, sounds) = extract_av(&text, CardSide::Answer);
    let mut silent = String::with_capacity(marked.len());
    let mut rest = &*marked;
    for index in 0..sounds.len() {
        // Each stands behind the one before it.
        if let Some((before, behind)) = rest.split_once(&format!("[anki:play:a:{index}]")) {
            silent.push_str(before);
            rest = behind;
        }
    }
    silent.push_str(rest);
    let spaced = ["<br>", "<br/>", "<br />", "<div>"]
        .iter()
        .fold(silent, |text, it| text.replace(it, " "));
    strip_html(&spaced).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(html: &str, side: CardSide) -> (String, Vec<String>) {
        let stored = |name: &str| StoredMedia {
            name: name.to_owned(),
            entry: "0".to_owned(),
            present: true,
            size: None,
            sha1: None,
        };
        let files = ["a b.png", "x&y.mp3", "film.mp4"].map(stored);
        let media = files.iter().map(|it| (it.name.as_str(), it)).collect();
        let mut workshop = Workshop::new(&media);
        let mut missing = BTreeSet::new();
        let sheet = Sheet {
            fields: &[
                ("F", "<b>sol</b>[sound:x.mp3]<br>y &amp; z"),
                ("E", ""),
                ("C", "{{c2::ein::h}} {{c1::zwei}}"),
            ],
            ordinal: 1,
            svg_latex: true,
        };
        let html = workshop.side(html, side, sheet, &mut missing);
        (html, missing.into_iter().collect())
    }

    #[test]
    fn files_are_addresses() {
        let check = |html: &str, expect: &str, absent: &[&str]| {
            let (html, missing) = side(html, CardSide::Question);
            assert_eq!(
                (html.as_str(), missing),
                (expect, absent.iter().map(|it| (*it).to_owned()).collect())
            );
        };
        check("<img src=\"a b.png\">", "<img src=\"a%20b.png\">", &[]);
        check("<img src='c.png'>", "<img src='c.png'>", &["c.png"]);
        check(
            "<img src=\"https://x.org/a b.png\">",
            "<img src=\"https://x.org/a b.png\">",
            &[],
        );
        check(
            "<img src=\"data:image/png;base64,AA\">",
            "<img src=\"data:image/png;base64,AA\">",
            &[],
        );
    }

    #[test]
    fn sounds_are_buttons() {
        let (html, missing) = side(
            "[sound:x&amp;y.mp3] [sound:no\"ne.mp3][sound:film.mp4]",
            CardSide::Answer,
        );
        assert!(html.contains("data-deckle-sound=\"x&amp;y.mp3\""), "{html}");
        assert!(
            html.contains("deckle-missing\" href=\"#\" title=\"no&quot;ne.mp3\""),
            "{html}"
        );
        assert!(
            html.contains("<video controls preload=\"metadata\" src=\"film.mp4\">"),
            "{html}"
        );
        assert_eq!(missing, ["no\"ne.mp3"]);
        let (html, _) = side(
            "[anki:tts lang=en_US]<b>hi</b>[/anki:tts]",
            CardSide::Question,
        );
        assert!(
            html.contains("data-deckle-say=\"hi\" data-deckle-language=\"en-US\""),
            "{html}"
        );
    }

    #[test]
    fn answers_are_typed() {
        let check = |html: &str, which: CardSide, expect: &str| {
            let (html, _) = side(html, which);
            assert!(html.contains(expect), "{html}");
        };
        check(
            "[[type:F]]",
            CardSide::Question,
            "<input type=\"text\" id=\"typeans\"",
        );
        check(
            "[[type:F]]",
            CardSide::Answer,
            "<code id=\"typeans\">sol y &amp; z</code>",
        );
        check(
            "[[type:cloze:C]]",
            CardSide::Answer,
            "<code id=\"typeans\">ein</code>",
        );
        check(
            "[[type:nc:F]]",
            CardSide::Answer,
            "<code id=\"typeans\">sol y",
        );
        check(
            "[[type:No]]",
            CardSide::Answer,
            "There is no field No to type",
        );
        let many = format!("{}a{0}b", "[sound:x.mp3]".repeat(20_000));
        assert_eq!(expected(&many, false, 0), "ab");
        assert_eq!(side("a[[type:E]]b", CardSide::Question).0, "ab");
        assert_eq!(side("a [[type:F", CardSide::Question).0, "a [[type:F");
    }

    #[test]
    fn latex_without_a_picture_is_source() {
        let (html, _) = side("[$]a < b[/$]", CardSide::Question);
        assert!(
            html.contains("class=\"deckle-tex\"") && html.contains("$a &lt; b$"),
            "{html}"
        );
    }
}
