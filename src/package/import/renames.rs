//! What Anki does to card templates when an update renames fields: it renames them in the
//! package's templates too, though those use the new names already. Mostly nothing is left to
//! rename. But a name that moves from one field to another is renamed a second time, and the cards
//! show the wrong field.

use std::borrow::Cow;
use std::collections::HashMap;

use super::schema::TypeShape;
use crate::package::StoredNoteType;
use crate::template::{Node, Template};

/// The note type as Anki keeps it when it replaces one whose fields had other names.
pub(super) fn renamed<'a>(
    stored: &'a StoredNoteType,
    shape: &TypeShape,
    earlier: &TypeShape,
) -> Cow<'a, StoredNoteType> {
    let names = earlier.field_names().zip(shape.field_names());
    let names: HashMap<&str, &str> = names.filter(|(old, new)| old != new).collect();
    let mut renamed = Cow::Borrowed(stored);
    if names.is_empty() {
        return renamed;
    }
    for (index, template) in stored.templates.iter().enumerate() {
        let sides = [
            &template.front,
            &template.back,
            &template.browser_front,
            &template.browser_back,
        ];
        let [front, back, browser_front, browser_back] = sides.map(|side| rewrite(side, &names));
        let all = [&front, &back, &browser_front, &browser_back];
        if all.iter().all(|side| side.is_none()) {
            continue;
        }
        let Some(kept) = renamed.to_mut().templates.get_mut(index) else {
            continue;
        };
        for (side, text) in [
            (&mut kept.front, front),
            (&mut kept.back, back),
            (&mut kept.browser_front, browser_front),
            (&mut kept.browser_back, browser_back),
        ] {
            if let Some(text) = text {
                *side = text;
            }
        }
    }
    renamed
}

/// The template with other names, where it uses one of them and can be read.
fn rewrite(text: &str, names: &HashMap<&str, &str>) -> Option<String> {
    let template = Template::parse(text).ok()?;
    let mut written = String::new();
    let mut at = 0;
    for node in template.nodes() {
        let (Node::Field { key, .. } | Node::Open { key, .. } | Node::Close { key, .. }) = node
        else {
            continue;
        };
        if let Some(name) = names.get(template.text(key)) {
            written.push_str(text.get(at..key.start)?);
            written.push_str(name);
            at = key.end;
        }
    }
    if at == 0 {
        return None;
    }
    written.push_str(text.get(at..)?);
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_in_tags_alone() {
        let names = HashMap::from([("A", "B"), ("B", "C")]);
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(rewrite(text, &names).as_deref(), expect, "{text}");
        };
        check("{{A}} A {{text:B}}", Some("{{B}} A {{text:C}}"));
        check(
            "{{#A}}{{C}}{{/A}}<!-- {{A}} -->",
            Some("{{#B}}{{C}}{{/B}}<!-- {{A}} -->"),
        );
        check("{{C}}", None);
        check("{{A}}{{#A}}", None);
    }
}
