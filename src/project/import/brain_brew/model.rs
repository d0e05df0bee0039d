//! Note models: `note_model_from_yaml_part` and `note_model_from_html_parts`, as the JSON that
//! CrowdAnki has for them, so that they are read as an export's are.

use serde_json::{Map, Value, json};

use super::reader::{Keys, Reader};
use crate::Error;
use crate::diag::{Span, Spanned};
use crate::source::yaml::{Node, decode};

/// A note model.
#[derive(Debug)]
pub(super) struct Model {
    /// What CrowdAnki knows it by.
    pub(super) uuid: String,
    pub(super) name: String,
    pub(super) fields: Vec<String>,
    /// As CrowdAnki has it.
    pub(super) json: Value,
    /// The file that holds its style sheet letter for letter.
    pub(super) css_file: Option<String>,
}

const YAML_KEYS: &[&str] = &[
    "name",
    "id",
    "css_file",
    "css",
    "fields",
    "templates",
    "sort_field_num",
    "is_cloze",
    "latex_pre",
    "latex_post",
    "latex_svg",
];
/// What Anki works out by itself, or no version reads any more.
const YAML_SILENT: &[&str] = &[
    "required_fields_per_template",
    "tags",
    "version",
    "__type__",
];
const HTML_KEYS: &[&str] = &[
    "part_id",
    "model_id",
    "model_name",
    "css_file",
    "fields",
    "templates",
];
const FIELD_KEYS: &[&str] = &["name", "font", "font_size", "is_sticky", "is_right_to_left"];
const TEMPLATE_KEYS: &[&str] = &[
    "name",
    "html_file",
    "browser_html_file",
    "question_format",
    "answer_format",
    "browser_question_format",
    "browser_answer_format",
    "browser_font",
    "browser_font_size",
];

/// The model of a YAML file.
pub(super) fn of_yaml(
    reader: &mut Reader<'_>,
    file: &Spanned<String>,
) -> Result<Option<Model>, Error> {
    let Some(node) = reader.yaml(file)? else {
        return Ok(None);
    };
    let keys = reader.entries(&node, "a note model", YAML_KEYS, YAML_SILENT);
    let name = reader.required(&keys, "name", "a note model");
    let uuid = reader.required(&keys, "id", "a note model");
    let (Some(name), Some(uuid)) = (name, uuid) else {
        return Ok(None);
    };
    let mut json = Map::new();
    for (key, theirs) in [("latex_pre", "latexPre"), ("latex_post", "latexPost")] {
        if let Some(text) = reader.verbatim(&keys, key) {
            json.insert(theirs.to_owned(), text.into());
        }
    }
    if let Some(yes) = reader.switch(&keys, "latex_svg") {
        json.insert("latexsvg".to_owned(), yes.into());
    }
    if let Some(number) = reader.number(&keys, "sort_field_num") {
        json.insert("sortf".to_owned(), number.into());
    }
    let is_cloze = reader.switch(&keys, "is_cloze").unwrap_or_default();
    json.insert("type".to_owned(), u8::from(is_cloze).into());
    model(reader, &keys, &uuid.value, &name.value, json)
}

/// The model that a step of the recipe says.
pub(super) fn of_html(reader: &mut Reader<'_>, step: &Node) -> Result<Option<Model>, Error> {
    let what = "note_model_from_html_parts";
    let keys = reader.entries(step, what, HTML_KEYS, &["save_to_file"]);
    let part = reader.required(&keys, "part_id", what);
    let uuid = reader.required(&keys, "model_id", what);
    let (Some(part), Some(uuid)) = (part, uuid) else {
        return Ok(None);
    };
    let name = reader.optional(&keys, "model_name").unwrap_or(part);
    model(reader, &keys, &uuid.value, &name.value, Map::new())
}

fn model(
    reader: &mut Reader<'_>,
    keys: &Keys<'_>,
    uuid: &str,
    name: &str,
    mut json: Map<String, Value>,
) -> Result<Option<Model>, Error> {
    let (mut css, mut css_file) = (String::new(), None);
    if let Some(file) = reader.optional(keys, "css_file") {
        let Some(text) = reader.text(&file)? else {
            return Ok(None);
        };
        css = text;
        css_file = reader.path(&file);
    } else if let Some(text) = reader.verbatim(keys, "css") {
        css = text;
    }
    let mut names = Vec::new();
    let mut fields = Vec::new();
    for field in list(reader, keys, "fields") {
        let keys = reader.entries(field, "fields", FIELD_KEYS, &["media"]);
        let Some(name) = reader.required(&keys, "name", "fields") else {
            continue;
        };
        let font = reader.optional(&keys, "font");
        let font = font.map_or_else(|| "Liberation Sans".to_owned(), |it| it.value);
        fields.push(json!({
            "name": name.value,
            "font": font,
            "ord": fields.len(),
            "size": reader.number(&keys, "font_size").unwrap_or(20),
            "sticky": reader.switch(&keys, "is_sticky").unwrap_or_default(),
            "rtl": reader.switch(&keys, "is_right_to_left").unwrap_or_default(),
        }));
        names.push(name.value);
    }
    let mut templates = Vec::new();
    for template in list(reader, keys, "templates") {
        match self::template(reader, template, templates.len())? {
            Some(found) => templates.push(found),
            None => return Ok(None),
        }
    }
    json.insert("crowdanki_uuid".to_owned(), uuid.into());
    json.insert("name".to_owned(), name.into());
    json.insert("css".to_owned(), css.into());
    json.insert("flds".to_owned(), fields.into());
    json.insert("tmpls".to_owned(), templates.into());
    Ok(Some(Model {
        uuid: uuid.to_owned(),
        name: name.to_owned(),
        fields: names,
        json: Value::Object(json),
        css_file,
    }))
}

fn list<'n>(reader: &mut Reader<'_>, keys: &Keys<'n>, key: &str) -> &'n [Node] {
    let node = keys.get(key);
    node.and_then(|it| decode::list(it, key, &mut reader.sink))
        .unwrap_or_default()
}

fn template(reader: &mut Reader<'_>, node: &Node, ordinal: usize) -> Result<Option<Value>, Error> {
    let keys = reader.entries(
        node,
        "templates",
        TEMPLATE_KEYS,
        &["scratch_pad", "deck_override_id"],
    );
    let Some(name) = reader.required(&keys, "name", "templates") else {
        return Ok(None);
    };
    let deck = keys.entry("deck_override_id");
    if let Some(deck) = deck.filter(|it| !it.value.is_null()) {
        let title = format!("the deck of the card template `{}`", name.value);
        reader.left_out(title, deck.key_span(), |it| {
            it.note("it is the number of a deck in its author's collection")
                .help("name the deck in `type.yaml`: `deck: ::Name` at the card template")
        });
    }
    let mut sides = [String::new(), String::new()];
    let mut browser = [String::new(), String::new()];
    let files = [
        ("html_file", &mut sides),
        ("browser_html_file", &mut browser),
    ];
    for (key, sides) in files {
        let Some(file) = reader.optional(&keys, key) else {
            continue;
        };
        let Some(text) = reader.text(&file)? else {
            return Ok(None);
        };
        match halves(&text) {
            Some(found) => *sides = found,
            None => {
                let path = reader.path(&file).unwrap_or_default();
                not_halved(reader, &path, file.span);
                return Ok(None);
            }
        }
    }
    let ([front, back], [browser_front, browser_back]) = (&mut sides, &mut browser);
    let texts = [
        ("question_format", front),
        ("answer_format", back),
        ("browser_question_format", browser_front),
        ("browser_answer_format", browser_back),
    ];
    for (key, side) in texts {
        if let Some(text) = reader.verbatim(&keys, key) {
            *side = text;
        }
    }
    let font = reader.optional(&keys, "browser_font");
    Ok(Some(json!({
        "name": name.value,
        "ord": ordinal,
        "qfmt": sides[0],
        "afmt": sides[1],
        "bqfmt": browser[0],
        "bafmt": browser[1],
        "bfont": font.map_or_else(String::new, |it| it.value),
        "bsize": reader.number(&keys, "browser_font_size").unwrap_or_default(),
    })))
}

fn not_halved(reader: &mut Reader<'_>, path: &str, span: Span) {
    let title = format!("`{path}` does not have one line of dashes between two sides");
    reader.error(title, span, "named here", |it| {
        it.note("what stands above the line `--` is the front, what stands below it the back")
            .help("write both sides, with one such line between them")
    });
}

/// The sides of a card template: what stands before and behind the one line of dashes, without the
/// line ends around it.
fn halves(text: &str) -> Option<[String; 2]> {
    let is_rule = |line: &str| !line.is_empty() && line.chars().all(|it| it == '-');
    let mut found = None;
    let mut at = 0;
    for line in text.split('\n') {
        let end = at + line.len();
        // A line of dashes at the very top or end has nothing on one of its sides.
        if is_rule(line) && at > 0 && end < text.len() {
            if found.is_some() {
                return None;
            }
            found = Some((at, end));
        }
        at = end + 1;
    }
    let (start, end) = found?;
    let front = text.get(..start)?.trim_end_matches('\n');
    let back = text.get(end..)?.trim_start_matches('\n');
    Some([front.to_owned(), back.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_dashes_divides_a_template() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            let found = halves(text);
            let found = found.as_ref().map(|[front, back]| (&**front, &**back));
            assert_eq!(found, expect, "{text:?}");
        };
        check("a\n--\nb", Some(("a", "b")));
        check("a\n\n\n-\n\nb\n", Some(("a", "b\n")));
        check("a -- b\n---\n<!-- -- -->", Some(("a -- b", "<!-- -- -->")));
        check("a", None);
        check("--\na", None);
        check("a\n--", None);
        check("a\n--\nb\n--\nc", None);
        check("a\n -- \nb", None);
        check("", None);
    }
}
