//! The keys of an image occlusion note: `masks`, `mode` and `overlay`, in YAML notes and in the
//! comments of Markdown notes.

use super::draft::NoteDraft;
use super::yaml::decode;
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use crate::model::written::{
    Content, Length, MaskMode, MaskShape, OcclusionFields, WrittenMask, WrittenMasks, WrittenType,
};

/// The keys of a note.
pub const KEYS: [&str; 3] = [MASKS, MODE, OVERLAY];
/// The keys of a mask.
pub const MASK_KEYS: [&str; 12] = [
    "label", "group", "number", "rect", "ellipse", "polygon", "text", "at", "size", "scale",
    "angle", FILL,
];
const FILL: &str = "fill";
const SHAPES: [&str; 4] = ["rect", "ellipse", "polygon", "text"];
const MASKS: &str = "masks";
const MODE: &str = "mode";
const OVERLAY: &str = "overlay";

/// Collects what a note says of its masks.
#[derive(Debug)]
pub struct MaskKeys<'n> {
    fields: Option<OcclusionFields>,
    taken: Vec<&'n Entry>,
}

impl<'n> MaskKeys<'n> {
    /// For a note of this type.
    #[must_use]
    pub fn of(note_type: &WrittenType) -> Self {
        Self {
            fields: OcclusionFields::of(&note_type.note_type),
            taken: Vec::new(),
        }
    }

    /// Whether an entry says something of masks, in a note of a type that has some.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.fields.is_some() && KEYS.contains(&name)
    }

    /// Takes the entry, if it says something of masks.
    pub fn take(&mut self, entry: &'n Entry) -> bool {
        let knows = self.knows(entry.name());
        if knows {
            self.taken.push(entry);
        }
        knows
    }

    /// Fills the field of the masks, where something was said of them. What cannot be read is told,
    /// and makes no note.
    pub fn fill(self, draft: &mut NoteDraft, sink: &mut Diagnostics) {
        let (Some(fields), Some(first)) = (self.fields, self.taken.first()) else {
            return;
        };
        let name = self.taken.iter().find(|it| it.name() == MASKS);
        let span = name.unwrap_or(first).key_span();
        let mut written = WrittenMasks {
            mode: MaskMode::default(),
            masks: Vec::new(),
            overlay: None,
            span,
        };
        let mut is_whole = true;
        for entry in self.taken {
            let value = &entry.value;
            let read = match entry.name() {
                MODE => decode::choice(value, MODE, &MODES, sink).map(|mode| written.mode = mode),
                OVERLAY => {
                    decode::text(value, OVERLAY, sink).map(|it| written.overlay = Some(it.trim()))
                }
                _ => masks(value, sink).map(|masks| written.masks = masks),
            };
            is_whole &= read.is_some();
        }
        if is_whole {
            let masks = Content::Masks(Box::new(written));
            draft.set_index(fields.occlusion, span, masks, sink);
        } else {
            draft.refuse();
        }
    }
}

const MODES: [(&str, MaskMode); 2] = [
    ("hide-all", MaskMode::HideAll),
    ("hide-one", MaskMode::HideOne),
];

/// The list of masks; `None` where one of them cannot be read, which was told.
fn masks(value: &Node, sink: &mut Diagnostics) -> Option<Vec<WrittenMask>> {
    let read: Vec<Option<WrittenMask>> = decode::list(value, MASKS, sink)?
        .iter()
        .map(|node| mask(node, sink))
        .collect();
    read.into_iter().collect()
}

fn mask(node: &Node, sink: &mut Diagnostics) -> Option<WrittenMask> {
    let Value::Mapping(entries) = &node.value else {
        let title = format!("a mask is a mapping, not {}", node.shape());
        sink.push(
            Diagnostic::new(Code::MaskForm, title)
                .at(node.span, "no mask")
                .help("write `{label: NAME, rect: [10%, 20%, 15%, 5%]}`"),
        );
        return None;
    };
    let known = MASK_KEYS;
    let mut is_whole = true;
    for entry in entries {
        if !known.contains(&entry.name()) {
            decode::unknown_key(&entry.key, "in a mask", &known, sink);
            is_whole = false;
        }
    }
    let find = |name: &str| entries.iter().find(|it| it.name() == name);
    let mut shapes = SHAPES.iter().filter_map(|it| find(it));
    let Some(shape) = shapes.next() else {
        sink.push(
            Diagnostic::new(Code::MaskForm, "a mask without a shape")
                .at(node.span, "covers nothing")
                .help(format!("add one of {}", decode::enumeration(&SHAPES))),
        );
        return None;
    };
    if let Some(second) = shapes.next() {
        sink.push(
            Diagnostic::new(Code::MaskForm, "a mask with more than one shape")
                .at(second.key_span(), "this is a second one")
                .also(shape.key_span(), "the first one")
                .help("make a mask of each, with one `group` to ask for both on one card"),
        );
        return None;
    }
    let is_text = shape.name() == "text";
    for entry in entries {
        let belongs = match entry.name() {
            "at" => is_text || shape.name() == "polygon",
            "size" | "scale" => is_text,
            "label" | "group" | "number" => !is_text,
            _ => true,
        };
        if !belongs {
            let whom = if is_text {
                "a text on the picture"
            } else {
                "a mask"
            };
            let title = format!("`{}` says nothing of {whom}", entry.name());
            let label = if is_text {
                "a text is on every card"
            } else if entry.name() == "at" {
                "of texts and polygons only"
            } else {
                "of texts only"
            };
            sink.push(Diagnostic::new(Code::MaskForm, title).at(entry.key_span(), label));
            is_whole = false;
        }
    }
    let mut read = Reader { sink, is_whole };
    let written = WrittenMask {
        label: read.name(find("label")),
        group: read.name(find("group")),
        number: read.number(find("number")),
        shape: read.shape(shape, find)?,
        angle: read.angle(find("angle")),
        fill: read.fill(find(FILL)),
        span: node.span,
    };
    read.is_whole.then_some(written)
}

/// Reads the values of a mask.
struct Reader<'s> {
    sink: &'s mut Diagnostics,
    is_whole: bool,
}

impl Reader<'_> {
    /// What a value comes to; that it is missing where there is an entry means that it was told.
    fn take<T>(
        &mut self,
        entry: Option<&Entry>,
        read: impl FnOnce(&Node, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        let found = read(&entry?.value, self.sink);
        self.is_whole &= found.is_some();
        found
    }

    fn name(&mut self, entry: Option<&Entry>) -> Option<Spanned<String>> {
        let name = self.take(entry, |it, sink| decode::string(it, "label", sink))?;
        let words: Vec<&str> = name.value.split_whitespace().collect();
        Some(Spanned::new(words.join(" "), name.span)).filter(|it| !it.value.is_empty())
    }

    fn number(&mut self, entry: Option<&Entry>) -> Option<Spanned<u16>> {
        let number = self.take(entry, |it, sink| {
            decode::integer(it, "number", 1..=500, sink)
        })?;
        let number = u16::try_from(number).ok()?;
        Some(Spanned::new(number, entry?.value.span))
    }

    /// From degrees to 1/10000 of a turn.
    fn angle(&mut self, entry: Option<&Entry>) -> Option<u16> {
        self.take(entry, |it, sink| {
            let text = decode::string(it, "angle", sink)?;
            let degrees = text.value.parse::<f64>().ok();
            let degrees = degrees.filter(|it| (-360.0..=360.0).contains(it));
            let Some(degrees) = degrees else {
                return decode::bad_value(&text, "angle", "degrees from -360 to 360", sink);
            };
            let parts = (degrees.rem_euclid(360.0) / 360.0 * 10_000.0).round();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number from 0 to 10000"
            )]
            let parts = parts as u16;
            Some(parts % 10_000)
        })
    }

    fn fill(&mut self, entry: Option<&Entry>) -> Option<String> {
        self.take(entry, |it, sink| {
            let text = decode::string(it, FILL, sink)?;
            let digits = text.value.strip_prefix('#');
            let is_color = digits.is_some_and(|it| {
                matches!(it.len(), 3 | 4 | 6 | 8) && it.bytes().all(|it| it.is_ascii_hexdigit())
            });
            if !is_color {
                return decode::bad_value(&text, FILL, "a color such as `\"#ffcc00\"`", sink);
            }
            Some(text.value)
        })
    }

    fn shape<'e>(
        &mut self,
        entry: &Entry,
        find: impl Fn(&str) -> Option<&'e Entry>,
    ) -> Option<MaskShape> {
        match entry.name() {
            "rect" => {
                let lengths = self.four(entry, "left, top, width and height")?;
                Some(MaskShape::Rectangle(lengths))
            }
            "ellipse" => {
                let lengths = self.four(entry, "the center's x and y, and both radii")?;
                Some(MaskShape::Ellipse(lengths))
            }
            "polygon" => {
                let lengths = self.lengths(&entry.value)?;
                if lengths.len() < 6 || lengths.len() % 2 == 1 {
                    let wanted = "x and y of at least three corners";
                    return self.wrong_count(entry, lengths.len(), wanted);
                }
                let corners = lengths.chunks_exact(2);
                let corners = corners.filter_map(|it| it.try_into().ok()).collect();
                let at = match find("at") {
                    None => None,
                    Some(at) => Some(self.place(at)?),
                };
                Some(MaskShape::Polygon { corners, at })
            }
            _ => self.label(entry, find),
        }
    }

    fn label<'e>(
        &mut self,
        entry: &Entry,
        find: impl Fn(&str) -> Option<&'e Entry>,
    ) -> Option<MaskShape> {
        let text = decode::string(&entry.value, "text", self.sink)?;
        let is_cloze = text.value.contains("{{") || text.value.contains("}}");
        // The backend of AnkiDroid reads nothing behind a backslash, and ends the text at a quote.
        let forbidden = |it: char| it.is_control() || matches!(it, '\\' | '"');
        if is_cloze || text.value.contains(forbidden) {
            let title = "a text on the picture is one line without `{{`, `}}`, `\\` and `\"`";
            let label = "not every Anki would read it";
            self.sink.push(
                Diagnostic::new(Code::MaskForm, title)
                    .at(text.span, label)
                    .help("leave these signs out; “quotes” of print are read everywhere"),
            );
            return None;
        }
        let Some(at) = find("at") else {
            self.sink.push(
                Diagnostic::new(Code::MaskForm, "a text on the picture without a place")
                    .at(entry.key_span(), "where?")
                    .help("add `at: [LEFT, TOP]`"),
            );
            return None;
        };
        let place = self.place(at)?;
        let size = match find("size") {
            None => None,
            Some(size) => match self.lengths(&size.value)?.as_slice() {
                [size] => Some(*size),
                several => return self.wrong_count(size, several.len(), "the height of letters"),
            },
        };
        Some(MaskShape::Label {
            at: place,
            text: text.value,
            size,
            scale: self.scale(find("scale")),
        })
    }

    fn place(&mut self, at: &Entry) -> Option<[Length; 2]> {
        let place = self.lengths(&at.value)?;
        let Ok(place) = <[Length; 2]>::try_from(place.as_slice()) else {
            return self.wrong_count(at, place.len(), "left and top");
        };
        Some(place)
    }

    /// From a factor to 1/10000.
    fn scale(&mut self, entry: Option<&Entry>) -> Option<u32> {
        self.take(entry, |it, sink| {
            let text = decode::string(it, "scale", sink)?;
            let factor = text.value.parse::<f64>().ok();
            let factor = factor.filter(|it| (0.0001..=1000.0).contains(it));
            let Some(factor) = factor else {
                return decode::bad_value(&text, "scale", "a number from 0.0001 to 1000", sink);
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number from 1 to 10 million"
            )]
            let parts = (factor * 10_000.0).round() as u32;
            Some(parts)
        })
    }

    fn four(&mut self, entry: &Entry, wanted: &str) -> Option<[Length; 4]> {
        let lengths = self.lengths(&entry.value)?;
        let Ok(four) = <[Length; 4]>::try_from(lengths.as_slice()) else {
            return self.wrong_count(entry, lengths.len(), wanted);
        };
        let [_, _, right, down] = four;
        if right.is_negative() || down.is_negative() {
            self.tell(entry.value.span, "a size below nothing", wanted);
            return None;
        }
        Some(four)
    }

    fn wrong_count<T>(&mut self, entry: &Entry, count: usize, wanted: &str) -> Option<T> {
        let title = format!("`{}` has {count} numbers", entry.name());
        self.tell(entry.value.span, &title, wanted);
        None
    }

    fn tell(&mut self, span: Span, title: &str, wanted: &str) {
        self.sink
            .push(Diagnostic::new(Code::MaskForm, title).at(span, format!("takes {wanted}")));
    }

    /// The numbers of a list, of lists in it, or of a text with spaces and commas.
    fn lengths(&mut self, node: &Node) -> Option<Vec<Length>> {
        let mut scalars: Vec<&Node> = Vec::new();
        match &node.value {
            Value::Sequence(items) => {
                for item in items {
                    match &item.value {
                        Value::Sequence(inner) => scalars.extend(inner),
                        _ => scalars.push(item),
                    }
                }
            }
            _ => scalars.push(node),
        }
        let mut lengths = Vec::new();
        for scalar in scalars {
            let text = scalar.as_text();
            let shown = text.as_ref().map_or("", |it| it.as_str());
            let words = shown.split(|it: char| it.is_whitespace() || it == ',');
            let words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
            let read = words.iter().map(|it| Length::parse(it));
            match read.collect::<Option<Vec<Length>>>() {
                Some(read) if !read.is_empty() => lengths.extend(read),
                _ => {
                    let title = match &scalar.value {
                        Value::Scalar(_) => format!("`{shown}` is no length on a picture"),
                        _ => format!("a length on a picture is a number, not {}", scalar.shape()),
                    };
                    let wanted = "pixels, such as `412`, or percents, such as `30.5%`";
                    self.tell(scalar.span, &title, wanted);
                    return None;
                }
            }
        }
        Some(lengths)
    }
}
