//! Finds, before Markdown is read, what Markdown must not touch: formulas, LaTeX and sound tags,
//! wiki links, comments, clozes and `==marks==`.
//!
//! One pass from left to right. Code is known from the Markdown parser itself ([`code`]); whatever
//! opens first wins. A cloze ends at the first `}}` at which its braces match; where no such end
//! exists, the pass is repeated with that cloze ending at the first `}}` of all.

mod address;
mod clozes;
mod code;
mod displays;
mod math;
mod ruby;
mod walk;

use std::collections::BTreeSet;
use std::ops::Range;

pub(super) use ruby::parts as ruby_parts;

use crate::diag::{Code, Diagnostics, Text};

/// What is read as what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    /// Markdown; else only clozes are looked for.
    pub(super) markdown: bool,
    /// Whether clozes are live in this field.
    pub(super) clozes: bool,
    /// Whether `==x==` is a cloze.
    pub(super) highlight: bool,
    /// Whether `{x}` is a cloze.
    pub(super) curly: bool,
    /// What to say of a cloze where none is live.
    pub(super) stray: Option<Code>,
    /// Whether formulas are typeset.
    pub(super) math: bool,
    /// Whether `%% .. %%` is a comment.
    pub(super) percent_comments: bool,
    /// Whether addresses without brackets are links.
    pub(super) autolinks: bool,
    /// Whether `{base|reading}` is a reading above characters.
    pub(super) ruby: bool,
}

/// A stretch of the text that stands for something else than its characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) range: Range<usize>,
    pub(super) kind: RegionKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RegionKind {
    /// Code, which the Markdown parser sees as it is.
    Code,
    /// A formula.
    Math {
        content: Range<usize>,
        display: bool,
    },
    /// `[$]..[/$]`, `[$$]..[/$$]`, `[latex]..[/latex]`.
    Latex {
        content: Range<usize>,
        document: bool,
    },
    /// `[sound:path]`.
    Sound { path: Range<usize> },
    /// `[anki:tts ..]..[/anki:tts]`.
    Speech { content: Range<usize> },
    /// `![[path|size]]`.
    Embed { inner: Range<usize> },
    /// `[[target|alias]]`.
    Wiki { inner: Range<usize> },
    /// An address without brackets.
    Address { bare: bool },
    /// `{base|reading}`.
    Ruby { inner: Range<usize> },
    /// `<!-- .. -->`, `%% .. %%`.
    Comment,
    /// A character that stands for something else between the stages.
    Literal,
}

/// A delimiter of a cloze or mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    /// The index of its group.
    pub(super) group: usize,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TokenKind {
    Open,
    /// What stands between text and hint.
    Hint,
    Close,
}

/// A cloze or mark: its delimiters belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) kind: GroupKind,
    /// From its first to its last delimiter.
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GroupKind {
    /// A cloze with these numbers.
    Cloze(Vec<u16>),
    /// A cloze that gets the next free number.
    NextCloze,
    /// Marked text.
    Mark,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub(super) struct Scan {
    /// In the order of the text; they do not overlap.
    pub(super) regions: Vec<Region>,
    /// In the order of the text.
    pub(super) tokens: Vec<Token>,
    pub(super) groups: Vec<Group>,
}

/// The characters that stand for something else between the stages.
pub(super) mod glyph {
    use std::ops::RangeInclusive;

    /// Masks; letters to the Markdown parser. Plane 15 without its two noncharacters.
    const MASKS: RangeInclusive<u32> = 0xF0000..=0xFFFFD;
    /// What gives a mask the neighbor it needs: punctuation to the Markdown parser.
    pub(in crate::render) const PAD: char = '\u{1D800}';

    /// The mask of this index.
    pub(in crate::render) fn mask(index: usize) -> Option<char> {
        let value = MASKS.start().checked_add(u32::try_from(index).ok()?)?;
        MASKS.contains(&value).then(|| char::from_u32(value))?
    }

    /// The index of a mask.
    pub(in crate::render) fn mask_index(character: char) -> Option<usize> {
        let value = u32::from(character);
        MASKS
            .contains(&value)
            .then(|| (value - MASKS.start()) as usize)
    }

    /// Whether the character must not reach the Markdown parser as itself.
    pub(in crate::render) fn is_reserved(character: char) -> bool {
        character == PAD || u32::from(character) >= *MASKS.start()
    }
}

/// Scans a field's text.
pub(super) fn scan(text: &Text, dialect: Dialect, found: &mut Diagnostics) -> Scan {
    let code = if dialect.markdown {
        code::ranges(text.as_str())
    } else {
        Vec::new()
    };
    let mut loose = BTreeSet::new();
    let mut all_loose = false;
    // Each round settles what the one before left open. Text that needs more rounds than this
    // is beyond sense, and then each cloze ends at the first `}}`.
    for round in 0..4 {
        let mut walk = walk::Walk::new(text, dialect, &code, &loose, all_loose);
        walk.run();
        if walk.unbalanced.is_empty() {
            return walk.finish(found);
        }
        all_loose = round == 2;
        loose.extend(walk.unbalanced);
    }
    let mut walk = walk::Walk::new(text, dialect, &code, &loose, true);
    walk.run();
    walk.finish(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expect: &[(&str, &str)]) {
        let text = Text::detached(source);
        let dialect = Dialect {
            markdown: true,
            clozes: true,
            highlight: true,
            curly: false,
            stray: None,
            math: true,
            percent_comments: true,
            autolinks: true,
            ruby: true,
        };
        let scan = scan(&text, dialect, &mut Diagnostics::new());
        let regions = scan.regions.iter().map(|region| {
            let name = match region.kind {
                RegionKind::Code => "code",
                RegionKind::Math { display: false, .. } => "math",
                RegionKind::Math { display: true, .. } => "display",
                RegionKind::Latex { .. } => "latex",
                RegionKind::Sound { .. } => "sound",
                RegionKind::Speech { .. } => "speech",
                RegionKind::Embed { .. } => "embed",
                RegionKind::Wiki { .. } => "wiki",
                RegionKind::Address { .. } => "address",
                RegionKind::Ruby { .. } => "ruby",
                RegionKind::Comment => "comment",
                RegionKind::Literal => "literal",
            };
            (name, &source[region.range.clone()])
        });
        let groups = scan
            .groups
            .iter()
            .map(|group| ("cloze", &source[group.range.clone()]));
        let found: Vec<_> = regions.chain(groups).collect();
        assert_eq!(found, expect, "{source}");
    }

    #[test]
    fn masks_and_pads_are_told_apart() {
        assert_eq!(glyph::mask_index('\u{F0003}'), Some(3));
        assert_eq!(glyph::mask(3), Some('\u{F0003}'));
        assert_eq!(glyph::mask(65_533), Some('\u{FFFFD}'));
        assert_eq!(glyph::mask(65_534), None);
        assert_eq!(glyph::mask_index('a'), None);
        assert_eq!(glyph::mask_index('\u{FFFFE}'), None);
    }

    #[test]
    fn what_opens_first_wins() {
        check("a $x$ b", &[("math", "$x$")]);
        check("`$x$` $y$", &[("code", "`$x$`"), ("math", "$y$")]);
        check("$5 and $10 $x$1 $ x $", &[]);
        check(r"\$5 and \(x\)", &[("math", r"\(x\)")]);
        check(r"$\text{a $b$ c}$", &[("math", r"$\text{a $b$ c}$")]);
        check(
            "$$\na\n\n    + b\n$$",
            &[("display", "$$\na\n\n    + b\n$$")],
        );
        check("$`a_b`$", &[("math", "$`a_b`$")]);
        check("```math\nx\n```", &[("display", "```math\nx\n```")]);
        check(
            "[$]x[/$] [sound:a_b.mp3]",
            &[("latex", "[$]x[/$]"), ("sound", "[sound:a_b.mp3]")],
        );
        check(
            "![[a.png|3]] [[N|b]] [[1,2]]",
            &[("embed", "![[a.png|3]]"), ("wiki", "[[N|b]]")],
        );
        check("[x](a$b$==c==) <a href='==x=='>", &[]);
        check("a\n<!-- c -->\nb", &[("comment", "<!-- c -->\n")]);
        check(
            "a %% b %% `%%` 5% $%%$",
            &[("comment", "%% b %%"), ("code", "`%%`"), ("math", "$%%$")],
        );
        check("a\n%%\nb\n\nc\n%%\nd", &[("comment", "%%\nb\n\nc\n%%\n")]);
    }

    #[test]
    fn addresses_and_readings_are_found() {
        check(
            "(https://a.b/c_d_e) {東|ひがし}",
            &[("address", "https://a.b/c_d_e"), ("ruby", "{東|ひがし}")],
        );
        check(
            "`https://a.b` [x](https://a.b) <https://a.b>",
            &[("code", "`https://a.b`")],
        );
        check(
            "{{c1::https://a.b/{{c2::c}}::www.x.y}}",
            &[
                ("address", "https://a.b/"),
                ("address", "www.x.y"),
                ("cloze", "{{c1::https://a.b/{{c2::c}}::www.x.y}}"),
                ("cloze", "{{c2::c}}"),
            ],
        );
        check(
            "==https://a.b==",
            &[("address", "https://a.b"), ("cloze", "==https://a.b==")],
        );
        check(
            "{{c1::{東|ひがし}}}",
            &[("ruby", "{東|ひがし}"), ("cloze", "{{c1::{東|ひがし}}}")],
        );
    }

    #[test]
    fn clozes_end_where_their_braces_match() {
        check(
            r"{{c1::\frac{1}{2}}} b",
            &[("cloze", r"{{c1::\frac{1}{2}}}")],
        );
        check("{{c1::{a}}}}", &[("cloze", "{{c1::{a}}}")]);
        check("{{c1::{a}} b", &[("cloze", "{{c1::{a}}")]);
        check(
            "{{c1::a {{c2::b}} c}}",
            &[("cloze", "{{c1::a {{c2::b}} c}}"), ("cloze", "{{c2::b}}")],
        );
        check(
            "{{c1::`}}`}}",
            &[("code", "`}}`"), ("cloze", "{{c1::`}}`}}")],
        );
        check(r"\{{c1::x}}", &[]);
        check("{{c1::x", &[]);
        check("==a== == b ==", &[("cloze", "==a==")]);
    }
}
