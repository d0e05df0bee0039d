//! The fields and card templates of a note type's definition.

use super::{FIELD_KEYS, Reader, TEMPLATE_KEYS};
use crate::diag::{Code, Diagnostic, Diagnostics, Text};
use crate::model::written::{FieldKind, Given, WrittenField, WrittenTemplate};
use crate::model::{CardTemplate, DeckName, Field, stable_id};
use crate::source::yaml::{Entry, Node, Value, decode};

impl Reader<'_> {
    pub(super) fn fields(&mut self, value: &Node) {
        for item in decode::list(value, "fields", self.sink).unwrap_or_default() {
            self.field(item);
        }
    }

    pub(super) fn field(&mut self, item: &Node) {
        // A field of which nothing but the name is said may be just that.
        let (name, entries): (_, &[Entry]) = match &item.value {
            Value::Mapping(entries) => {
                let Some(name) = entries.iter().find(|it| it.name() == "name") else {
                    self.refuse(item.span, "the field has no `name`");
                    return;
                };
                (decode::string(&name.value, "name", self.sink), entries)
            }
            _ => (decode::string(item, "a field", self.sink), &[]),
        };
        let Some(name) = name else {
            self.failed = true;
            return;
        };
        let mut field = Field::new(name.value.clone());
        let mut written = WrittenField {
            key: name.value.clone(),
            given: Given {
                span: name.span,
                ..Given::default()
            },
            ..WrittenField::default()
        };
        let mut id = None;
        let (mut font, mut size) = (None, None);
        let sink = &mut *self.sink;
        for entry in entries {
            let (key, value) = (entry.name(), &entry.value);
            match key {
                "name" => {}
                "key" => given_key(value, &mut written.key, &mut written.given, sink),
                "was" => written.given.was = decode::string(value, key, sink),
                "id" => id = decode::integer(value, key, i64::MIN..=i64::MAX, sink),
                "aliases" => {
                    let aliases = decode::strings(value, key, sink).unwrap_or_default();
                    written.aliases = aliases.into_iter().map(|it| it.value).collect();
                }
                "kind" => {
                    let kinds = [
                        ("md", FieldKind::Markdown),
                        ("text", FieldKind::Text),
                        ("html", FieldKind::Html),
                        ("image", FieldKind::Image),
                        ("audio", FieldKind::Audio),
                    ];
                    written.kind = decode::choice(value, key, &kinds, sink).unwrap_or_default();
                }
                "label" => {
                    if let Some(label) = decode::string(value, key, sink) {
                        let label = label.value.trim_end_matches(':').to_uppercase();
                        self.labels.push((label, self.names.len()));
                    }
                }
                "font" => font = decode::string(value, key, sink).map(|it| it.value),
                "size" => size = decode::integer(value, key, 1..=500, sink),
                "rtl" => {
                    field =
                        field.right_to_left(decode::boolean(value, key, sink).unwrap_or_default());
                }
                "sticky" => {
                    field = field.sticky(decode::boolean(value, key, sink).unwrap_or_default());
                }
                "description" => {
                    field = field.description(
                        decode::string(value, key, sink).map_or_else(String::new, |it| it.value),
                    );
                }
                "collapsed" => {
                    field = field.collapsed(decode::boolean(value, key, sink).unwrap_or_default());
                }
                "plain-text" => {
                    field = field.plain_text(decode::boolean(value, key, sink).unwrap_or_default());
                }
                "exclude-from-search" => {
                    let yes = decode::boolean(value, key, sink).unwrap_or_default();
                    field = field.exclude_from_search(yes);
                }
                "prevent-deletion" => {
                    let yes = decode::boolean(value, key, sink).unwrap_or_default();
                    field = field.prevent_deletion(yes);
                }
                "stock-tag" => {
                    let tag = decode::integer(value, key, 0..=i64::from(u32::MAX), sink);
                    if let Some(tag) = tag.and_then(|it| u32::try_from(it).ok()) {
                        field = field.stock_tag(tag);
                    }
                }
                _ => decode::unknown_key(&entry.key, "in a field", FIELD_KEYS, sink),
            }
        }
        if font.is_some() || size.is_some() {
            let size = size.and_then(|it| u32::try_from(it).ok()).unwrap_or(20);
            field = field.font(font.unwrap_or_else(|| "Arial".to_owned()), size);
        }
        first_key(&mut written.key, &written.given);
        // Notes that name the field as it was called are read as before.
        written
            .aliases
            .extend(written.given.was.iter().map(|it| it.value.clone()));
        written.given.id = id.is_some();
        let derived = || stable_id(&[self.context.uid, "field", &self.identity, &written.key]);
        field = field.id(id.unwrap_or_else(derived));
        self.builder = self.builder.clone().field(field);
        self.fields.push(written);
        self.names.push(name);
    }

    pub(super) fn card_template(&mut self, item: &Node) {
        let Some(entries) = decode::mapping(item, "a card template", self.sink) else {
            self.failed = true;
            return;
        };
        let find = |key: &str| entries.iter().find(|entry| entry.name() == key);
        let name = find("name").and_then(|it| decode::string(&it.value, "name", self.sink));
        let Some(name) = name else {
            self.refuse(item.span.at_start(), "the card template has no `name`");
            return;
        };
        let mut sides = [Text::detached(""), Text::detached("")];
        for (side, text) in ["front", "back"].into_iter().zip(&mut sides) {
            match find(side) {
                None => self.refuse(name.span, &format!("the card template has no `{side}`")),
                Some(entry) => match self.text_or_file(&entry.value, side, "html") {
                    Some(read) => *text = self.with_speech(read),
                    None => self.failed = true,
                },
            }
        }
        let browser = ["browser-front", "browser-back"].map(|side| {
            let text = find(side).and_then(|it| self.text_or_file(&it.value, side, "html"));
            let text = text.unwrap_or_else(|| Text::detached(""));
            let value = text.as_str().to_owned();
            self.texts.push(text);
            value
        });
        self.texts.extend(sides.iter().cloned());
        let mut template =
            CardTemplate::new(name.value.clone(), sides[0].as_str(), sides[1].as_str());
        let [front, back] = browser;
        template = template.browser(front, back);
        let mut written = WrittenTemplate {
            key: name.value,
            given: Given {
                span: name.span,
                ..Given::default()
            },
        };
        let mut id = None;
        let (mut font, mut size) = (None, None);
        for entry in entries {
            match entry.name() {
                "name" | "front" | "back" | "browser-front" | "browser-back" => {}
                "key" => {
                    let key = &mut written.key;
                    given_key(&entry.value, key, &mut written.given, self.sink);
                }
                "was" => written.given.was = decode::string(&entry.value, "was", self.sink),
                "id" => id = decode::integer(&entry.value, "id", i64::MIN..=i64::MAX, self.sink),
                "browser-font" => {
                    font =
                        decode::string(&entry.value, "browser-font", self.sink).map(|it| it.value);
                }
                "browser-size" => {
                    size = decode::integer(&entry.value, "browser-size", 1..=500, self.sink);
                }
                "deck" => {
                    if let Some(deck) = self.deck(&entry.value) {
                        template = template.deck(deck);
                    }
                }
                _ => {
                    decode::unknown_key(&entry.key, "in a card template", TEMPLATE_KEYS, self.sink);
                }
            }
        }
        let size = size
            .and_then(|it| u32::try_from(it).ok())
            .unwrap_or_default();
        template = template.browser_font(font.unwrap_or_default(), size);
        first_key(&mut written.key, &written.given);
        written.given.id = id.is_some();
        let derived = || stable_id(&[self.context.uid, "template", &self.identity, &written.key]);
        template = template.id(id.unwrap_or_else(derived));
        self.templates.push(written);
        self.builder = self.builder.clone().card_template(template);
        self.sides.push(sides);
    }
}

impl Reader<'_> {
    /// The deck of a template's cards: the whole name, or `::X` for X below the note's deck.
    fn deck(&mut self, value: &Node) -> Option<String> {
        let deck = decode::string(value, "deck", self.sink)?;
        let below = deck.value.strip_prefix("::").unwrap_or(&deck.value);
        if let Err(error) = DeckName::new(below) {
            self.failed = true;
            let title = format!("`{}` cannot be the name of a deck", deck.value);
            self.sink.push(
                Diagnostic::new(Code::BadDeckName, title)
                    .at(deck.span, error.to_string())
                    .help("write a whole name such as `Spanish::Verbs`, or `::Verbs` for a deck below the note's"),
            );
        }
        Some(deck.value)
    }
}

fn given_key(value: &Node, key: &mut String, given: &mut Given, sink: &mut Diagnostics) {
    if let Some(read) = decode::string(value, "key", sink) {
        *key = read.value;
        given.key = true;
    }
}

/// Without a key the first name is one, so that a new name changes no id where no lock knows it.
fn first_key(key: &mut String, given: &Given) {
    if let (false, Some(was)) = (given.key, &given.was) {
        key.clone_from(&was.value);
    }
}
