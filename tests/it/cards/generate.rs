//! Random note types, notes and texts, as lists of small pieces so that a failing one can be
//! made smaller piece by piece.

use std::fmt;

use serde_json::{Value, json};

/// `SplitMix64`: a few lines, and the same numbers everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// A note type with notes.
#[derive(Clone)]
pub(super) struct Case {
    pub cloze: bool,
    pub fields: Vec<String>,
    pub templates: Vec<[Vec<String>; 2]>,
    pub notes: Vec<NoteCase>,
}

#[derive(Clone)]
pub(super) struct NoteCase {
    pub fields: Vec<Vec<String>>,
    pub tags: Vec<String>,
    pub flag: u8,
}

#[rustfmt::skip]
const NAMES: [&str; 12] = [
    "Front", "Back", "Extra", "a b", "é", "<b>x</b>", "Fr'ont&", "Tags", "Card", "c1", "c2",
    "text",
];
#[rustfmt::skip]
const SPECIAL: [&str; 10] = [
    "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID", "FrontSide", "c1", "c2",
];
#[rustfmt::skip]
const FILTERS: [&str; 22] = [
    "text", "cloze", "cloze-only", "hint", "type", "nc", "furigana", "kanji", "kana", "tts en_US",
    "tts", "", "unknown", "tts en voices=A,B speed=1", " text", "Text", "tts-voices", "type",
    "cloze", "tts ", "tts  x", "hint",
];
#[rustfmt::skip]
const TEMPLATE_TEXT: [&str; 22] = [
    "x", " ", "<b>", "</b>", "\n", "}}", "{", "}", "<!-- c -->", "<!-- {{Front}} -->", "<!--",
    "-->", "[sound:s.mp3]", "&amp;", "y", "<hr id=answer>", "<%", "%>", "z", "[$]", "[/$]", "::",
];
#[rustfmt::skip]
const ODD_TAGS: [&str; 20] = [
    "{{", "{{}}", "{{:}}", "{{text:}}", "{{hint:}}", "{{type:}}", "{{tts en:}}", "{{{", "{{#}}",
    "{{/}}", "{{#Front}}", "{{/Front}}", "{{^Back}}", "{{/Back}}", "{{!x}}", "{{Nope}}",
    "{{#Nope}}{{/Nope}}", "{{cloze:}}", "{{#c65535}}n{{/c65535}}",
    "{{#c4294967296}}n{{/c4294967296}}",
];
#[rustfmt::skip]
const BLANK: [&str; 15] = [
    " ", "<br>", "<div>", "</div>", "<br />", "<BR/>", "\n", "\t", "</br >", "<div />", "<br  />",
    "&nbsp;", "\u{a0}", "\u{3000}", "<p>",
];
#[rustfmt::skip]
const HTML: [&str; 74] = [
    "a", "b c", "<b>", "</b>", "&amp;", "&", "&lt;", "&#65;", "&#x41;", "&#X42;", "&#0;",
    "&#xD800;", "&;", "&#;", "&hearts;", "&apos;", "&AMP;", "&#x110000;", "&#+5;", "&#00065;",
    "&#x0a;", "<img src=\"x.png\">", "<img src=y.png>", "<img alt=\">\" src='z q.png'>",
    "<IMG  SRC=", "<img ", "<!--", "-->", "<style>", "</style>", "<script>", "</script>",
    "[sound:a&amp;.mp3]", "[sound:", "]", "[", "字[じ]", " 語[ご]", "\\(", "\\)", "\\[", "\\]", "[$]",
    "[/$]", "[latex]", "[/latex]", "[$$]", "[/$$]", "\n", "\t", "\u{3000}", "\u{a0}", ":", "\"",
    "'", ">", "<", "src=", "data=", "<object data=q.swf>", "<video ", "<source", "\\",
    "[anki:tts lang=en]", "[/anki:tts]", "/", "=", " ", "é", "_", "<br>", "<div>", "&nbsp;",
    "<br />",
];
#[rustfmt::skip]
const CLOZE: [&str; 33] = [
    "ÿ", "Ā", "🥰", "{{c1::", "{{c1::", "{{c2::", "{{c3::", "}}", "}}", "}}", "}}", "::", "hint",
    "{{c0::", "{{c600::", "{{c501::", "{{c500::", "{{c70000::", "{{C1::", "{{c 1::", "{{c1:", "{",
    "}", ":", "x", "\\(", "\\)", "<b>", "</b>", "::", "{{c1::a}}", "{{c2::b::h}}", "{{c01::",
];
#[rustfmt::skip]
const RARE_CLOZE: [&str; 5] = [
    "{{c1,2::", "{{c2,,1::", "{{c,::", "{{c70000,1::", "image-occlusion:",
];
#[rustfmt::skip]
const OCCLUSION: [&str; 24] = [
    "rect", "ellipse", "polygon", "text", ":", ":", ":", "left=.1", "top=0", "width=.2",
    "height=0", "rx=1", "fill=#ff0", "text=a\\:b<\\\\", "points=.1,.2 .3,.4", "oi=1", "fs=.2",
    "\\", "=", "scale=1", "zzz=1", "angle=3", "}}", "::",
];

/// The pieces of a field's text.
pub(super) fn field(random: &mut Random) -> Vec<String> {
    if random.below(100) == 0 {
        let mut pieces = vec![
            random
                .pick(&["{{c1::image-occlusion:", "{{c0::image-occlusion:"])
                .to_owned(),
        ];
        pieces.extend((0..random.below(12)).map(|_| random.pick(&OCCLUSION).to_owned()));
        pieces.push("}}".to_owned());
        return pieces;
    }
    let profile = random.below(10);
    let length = match profile {
        0 => 0,
        1..=3 => 1 + random.below(3),
        _ => 1 + random.below(10),
    };
    let piece = |random: &mut Random| match profile {
        1 => random.pick(&BLANK),
        2 => random.pick(&HTML),
        3..=5 => match random.below(8) {
            0 => random.pick(&BLANK),
            1..=6 => random.pick(&HTML),
            _ => random.pick(&CLOZE),
        },
        _ => match random.below(60) {
            0 => random.pick(&RARE_CLOZE),
            1..=12 => random.pick(&HTML),
            _ => random.pick(&CLOZE),
        },
    };
    (0..length).map(|_| piece(random).to_owned()).collect()
}

impl Case {
    /// A note type; its templates are `wild` (as they come) or such as the program saves.
    pub(super) fn new(random: &mut Random, cloze: bool, wild: bool, notes: usize) -> Self {
        let mut fields: Vec<String> = vec!["Front".to_owned()];
        for _ in 0..1 + random.below(3) {
            let name = random.pick(&NAMES).to_owned();
            if !fields.contains(&name) {
                fields.push(name);
            }
        }
        let count = if cloze && !random.chance(10) {
            1
        } else {
            1 + random.below(3)
        };
        let templates = (0..count)
            .map(|_| {
                Writer {
                    random,
                    fields: &fields,
                    cloze,
                    wild,
                }
                .template()
            })
            .collect();
        let note = |random: &mut Random| NoteCase {
            fields: fields.iter().map(|_| field(random)).collect(),
            tags: ["a::b", "t"]
                .iter()
                .filter(|_| random.chance(30))
                .map(|t| (*t).to_owned())
                .collect(),
            flag: if random.chance(5) {
                1 + random.below(7) as u8
            } else {
                0
            },
        };
        let notes = (0..notes).map(|_| note(random)).collect();
        Self {
            cloze,
            fields,
            templates,
            notes,
        }
    }

    pub(super) fn template_name(ord: usize) -> String {
        format!("Card & {}", ord + 1)
    }

    pub(super) fn size(&self) -> usize {
        self.parts().map(Vec::len).sum()
    }

    fn parts(&self) -> impl Iterator<Item = &Vec<String>> {
        let notes = self.notes.iter().flat_map(|note| &note.fields);
        self.templates.iter().flatten().chain(notes)
    }

    pub(super) fn as_json(&self, name: &str) -> Value {
        let templates: Vec<Value> = self
            .templates
            .iter()
            .enumerate()
            .map(|(ord, [front, back])| {
                json!([Self::template_name(ord), front.concat(), back.concat()])
            })
            .collect();
        let notes: Vec<Value> = self
            .notes
            .iter()
            .map(|note| {
                let fields: Vec<String> = note.fields.iter().map(|field| field.concat()).collect();
                json!({"fields": fields, "tags": note.tags, "flag": note.flag})
            })
            .collect();
        json!({"name": name, "cloze": self.cloze, "fields": self.fields, "templates": templates, "notes": notes})
    }

    /// Every case that is one step smaller.
    pub(super) fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        let mut push = |change: &dyn Fn(&mut Self)| {
            let mut smaller = self.clone();
            change(&mut smaller);
            found.push(smaller);
        };
        if self.notes.len() > 1 {
            (0..self.notes.len()).for_each(|at| push(&|case| drop(case.notes.remove(at))));
        }
        if self.templates.len() > 1 {
            (0..self.templates.len()).for_each(|at| push(&|case| drop(case.templates.remove(at))));
        }
        for (at, template) in self.templates.iter().enumerate() {
            for (side, pieces) in template.iter().enumerate() {
                (0..pieces.len())
                    .for_each(|piece| push(&|case| drop(case.templates[at][side].remove(piece))));
            }
        }
        for (at, note) in self.notes.iter().enumerate() {
            for (field, pieces) in note.fields.iter().enumerate() {
                (0..pieces.len()).for_each(|piece| {
                    push(&|case| drop(case.notes[at].fields[field].remove(piece)));
                });
            }
        }
        found
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cloze: {}, fields: {:?}", self.cloze, self.fields)?;
        for (ord, [front, back]) in self.templates.iter().enumerate() {
            writeln!(
                f,
                "template {ord}: {:?} / {:?}",
                front.concat(),
                back.concat()
            )?;
        }
        for note in &self.notes {
            let fields: Vec<String> = note.fields.iter().map(|field| field.concat()).collect();
            writeln!(
                f,
                "note: {fields:?}, tags {:?}, flag {}",
                note.tags, note.flag
            )?;
        }
        Ok(())
    }
}

/// Writes one card template.
struct Writer<'a> {
    random: &'a mut Random,
    fields: &'a [String],
    cloze: bool,
    wild: bool,
}

impl Writer<'_> {
    fn template(&mut self) -> [Vec<String>; 2] {
        let alternative = self.random.chance(3);
        let mut side = |front: bool| {
            let mut pieces = Vec::new();
            if self.cloze && (!self.wild || self.random.chance(50)) {
                pieces.push("{{cloze:Front}}".to_owned());
            }
            let length = self.random.below(4) + usize::from(front);
            self.nodes(&mut pieces, length, 0);
            if alternative {
                let swap = |piece: String| piece.replace("{{", "<%").replace("}}", "%>");
                pieces = pieces.into_iter().map(swap).collect();
                pieces.insert(
                    0,
                    self.random
                        .pick(&["{{=<% %>=}}", " \n{{=<% %>=}}"])
                        .to_owned(),
                );
            }
            pieces
        };
        [side(true), side(false)]
    }

    fn nodes(&mut self, pieces: &mut Vec<String>, length: usize, depth: usize) {
        for _ in 0..length {
            match self.random.below(12) {
                0..=2 => {
                    let text = loop {
                        let text = self.random.pick(&TEMPLATE_TEXT);
                        if self.wild || !matches!(text, "<!--") {
                            break text;
                        }
                    };
                    pieces.push(text.to_owned());
                }
                3..=5 if depth < 4 => {
                    let sign = self.random.pick(&["#", "#", "^"]);
                    let name = self.name(true);
                    let open = self.spaced(&name);
                    pieces.push(format!("{{{{{sign}{open}}}}}"));
                    let length = self.random.below(4);
                    self.nodes(pieces, length, depth + 1);
                    let close = self.spaced(&name);
                    pieces.push(format!("{{{{/{close}}}}}"));
                }
                6 if self.wild => pieces.push(self.random.pick(&ODD_TAGS).to_owned()),
                _ => {
                    let mut inside = String::new();
                    while self.random.chance(35) {
                        inside.push_str(self.random.pick(&FILTERS));
                        inside.push(':');
                    }
                    inside.push_str(&self.name(false));
                    let inside = self.spaced(&inside);
                    let (open, close) = if self.random.chance(4) {
                        ("{{{", "}}}")
                    } else {
                        ("{{", "}}")
                    };
                    pieces.push(format!("{open}{inside}{close}"));
                }
            }
        }
    }

    fn name(&mut self, conditional: bool) -> String {
        if self.random.chance(10) {
            let name = self.random.pick(&SPECIAL);
            if self.wild || (name != "FrontSide" || !conditional) && (name != "c2" || conditional) {
                return name.to_owned();
            }
        }
        if self.wild && self.random.chance(5) {
            return self.random.pick(&NAMES).to_owned();
        }
        let index = self.random.below(self.fields.len());
        self.fields[index].clone()
    }

    fn spaced(&mut self, inside: &str) -> String {
        match self.random.below(12) {
            0 => format!(" {inside} "),
            1 => format!("{inside}\n"),
            2 => format!("\u{a0}{inside}"),
            _ => inside.to_owned(),
        }
    }
}
