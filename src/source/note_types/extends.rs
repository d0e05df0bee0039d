//! `extends`: a note type that takes over from another one what it does not say itself.
//!
//! The two definitions are put together before anything of them is read. Each part keeps its
//! place, and from the file of its place follows where its templates and CSS are looked for.

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Sources, Spanned, nearest};
use crate::source::shipped;
use crate::source::yaml::{Entry, Node, Value, decode};

/// A note type as it is written in one place.
#[derive(Debug, Clone)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct Definition {
    /// The mapping; `None` where it could not be read, which was told.
    pub node: Option<Node>,
    /// The folder that its files are looked for in; empty for the root.
    pub folder: String,
    /// Its key, or what notes most likely call it where it names none.
    pub key: String,
}

/// A definition with all that it takes over.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Whole {
    /// The mapping.
    pub node: Node,
    /// Where the files that its parts stand in look for other files.
    pub origins: Vec<Origin>,
    /// The definitions of the project that it takes over from, the nearest first.
    pub bases: Vec<usize>,
}

/// Where the definition in a file looks for its templates and CSS.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Origin {
    /// The definition's file.
    pub file: FileId,
    /// The folder.
    pub folder: String,
    /// Whether that is one of deckle's own.
    pub shipped: bool,
}

/// Keys that a note type says for itself alone.
const OWN: &[&str] = &[
    "key",
    "was",
    "name",
    "id",
    "original-id",
    "extends",
    "abstract",
];

/// The definition with everything it takes over. `None` where that cannot be, which is told.
#[must_use]
pub fn whole(
    all: &[Definition],
    index: usize,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Option<Whole> {
    let (mut current, own) = read(all, index)?;
    let mut whole = Whole {
        node: current.clone(),
        origins: vec![own],
        bases: Vec::new(),
    };
    while let Some(entry) = find(&current, "extends") {
        let name = decode::string(&entry.value, "extends", sink)?;
        let at = whole.bases.last().copied().unwrap_or(index);
        let base = all.iter().position(|it| it.key == name.value);
        let base = base.filter(|base| *base != at);
        let Some(base) = base else {
            let Some((node, folder)) = shipped::definition(&name.value, sources) else {
                tell_unknown(all, at, &name, sink);
                return None;
            };
            whole.origins.push(Origin {
                file: node.span.file,
                folder,
                shipped: true,
            });
            whole.node = merged(&node, whole.node);
            break;
        };
        if base == index || whole.bases.contains(&base) {
            // One of them tells it for all.
            let least = whole.bases.iter().all(|it| index <= *it);
            if base == index && least {
                tell_cycle(all, index, &whole.bases, &name, sink);
            }
            return None;
        }
        let (node, origin) = read(all, base)?;
        whole.origins.push(origin);
        whole.node = merged(&node, whole.node);
        whole.bases.push(base);
        current = node;
    }
    Some(whole)
}

/// Whether the definition is there for others to extend only.
#[must_use]
pub fn is_abstract(node: &Node, sink: &mut Diagnostics) -> bool {
    let found = find(node, "abstract");
    found.and_then(|it| decode::boolean(&it.value, "abstract", sink)) == Some(true)
}

fn read(all: &[Definition], index: usize) -> Option<(Node, Origin)> {
    let definition = all.get(index)?;
    let node = definition.node.clone()?;
    let origin = Origin {
        file: node.span.file,
        folder: definition.folder.clone(),
        shipped: false,
    };
    Some((node, origin))
}

fn find<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.value {
        Value::Mapping(entries) => entries.iter().find(|it| it.name() == key),
        _ => None,
    }
}

/// The one definition behind the other: what `own` says wins.
fn merged(base: &Node, own: Node) -> Node {
    let (Value::Mapping(inherited), Value::Mapping(mut entries)) = (&base.value, own.value) else {
        return Node {
            value: Value::Null,
            span: own.span,
        };
    };
    let inherited = inherited.iter().filter(|it| !OWN.contains(&it.name()));
    let mut found: Vec<Entry> = Vec::new();
    for inherited in inherited {
        let mut entry = inherited.clone();
        let own = entries.iter().position(|it| it.name() == inherited.name());
        match own.map(|at| entries.remove(at)) {
            Some(own) => {
                entry.key = own.key;
                entry.value = both(inherited.name(), &inherited.value, own.value);
            }
            None if is_named_list(inherited.name()) => without_ids(&mut entry.value),
            None => {}
        }
        found.push(entry);
    }
    found.append(&mut entries);
    Node {
        value: Value::Mapping(found),
        span: own.span,
    }
}

fn is_named_list(key: &str) -> bool {
    matches!(key, "fields" | "card-templates")
}

/// A value that both give.
fn both(key: &str, base: &Node, own: Node) -> Node {
    let span = own.span;
    let value = match (key, &base.value, own.value) {
        ("vars" | "tts" | "labels" | "latex", Value::Mapping(base), Value::Mapping(own)) => {
            Value::Mapping(entries_of_both(base, own))
        }
        ("css", base_css, css) => {
            let mut items = items(base_css, base);
            items.extend(match css {
                Value::Sequence(items) => items,
                Value::Null => Vec::new(),
                value => vec![Node { value, span }],
            });
            Value::Sequence(items)
        }
        (key, Value::Sequence(base), Value::Sequence(own)) if is_named_list(key) => {
            Value::Sequence(named_of_both(base, own))
        }
        (.., own) => own,
    };
    Node { value, span }
}

fn items(value: &Value, node: &Node) -> Vec<Node> {
    match value {
        Value::Sequence(items) => items.clone(),
        Value::Null => Vec::new(),
        _ => vec![node.clone()],
    }
}

fn entries_of_both(base: &[Entry], own: Vec<Entry>) -> Vec<Entry> {
    let mut found = base.to_vec();
    for entry in own {
        match found.iter_mut().find(|it| it.name() == entry.name()) {
            Some(known) => *known = entry,
            None => found.push(entry),
        }
    }
    found
}

/// Fields or card templates: one of a name that is there already changes it, others come behind.
fn named_of_both(base: &[Node], own: Vec<Node>) -> Vec<Node> {
    let mut found: Vec<Node> = base.to_vec();
    for node in &mut found {
        without_id(node);
    }
    for node in own {
        let name = name_of(&node);
        let known = found
            .iter_mut()
            .find(|it| name.is_some() && name_of(it) == name);
        let Some(known) = known else {
            found.push(node);
            continue;
        };
        match (&mut known.value, node.value) {
            (Value::Mapping(base), Value::Mapping(own)) => *base = entries_of_both(base, own),
            (_, own @ Value::Mapping(_)) => {
                *known = Node {
                    value: own,
                    span: node.span,
                }
            }
            // A name alone says nothing new.
            _ => {}
        }
    }
    found
}

fn name_of(node: &Node) -> Option<String> {
    let name = match &node.value {
        Value::Mapping(entries) => &entries.iter().find(|it| it.name() == "name")?.value,
        _ => node,
    };
    Some(name.as_text()?.trim().as_str().to_owned())
}

fn without_ids(list: &mut Node) {
    if let Value::Sequence(items) = &mut list.value {
        items.iter_mut().for_each(without_id);
    }
}

/// An id is that of the other type's field or card template.
fn without_id(item: &mut Node) {
    if let Value::Mapping(entries) = &mut item.value {
        entries.retain(|it| it.name() != "id");
    }
}

fn tell_unknown(all: &[Definition], at: usize, name: &Spanned<String>, sink: &mut Diagnostics) {
    let title = format!("there is no note type `{}` to extend", name.value);
    let found =
        Diagnostic::new(Code::UnknownNoteType, title).at(name.span, "no note type has this key");
    let own = all.iter().enumerate().filter(|(index, _)| *index != at);
    let mut keys: Vec<&str> = own.map(|(_, it)| it.key.as_str()).collect();
    for key in shipped::keys() {
        keys.push(key);
    }
    sink.push(match nearest(&name.value, keys.iter().copied()) {
        Some(near) => found.fix("a note type with a similar key exists", name.span, near),
        None => found.help(format!("the note types are {}", decode::enumeration(&keys))),
    });
}

fn tell_cycle(
    all: &[Definition],
    index: usize,
    bases: &[usize],
    name: &Spanned<String>,
    sink: &mut Diagnostics,
) {
    let way = std::iter::once(&index).chain(bases).chain([&index]);
    let way = way.filter_map(|it| all.get(*it));
    let way: Vec<String> = way.map(|it| format!("`{}`", it.key)).collect();
    sink.push(
        Diagnostic::new(
            Code::BadNoteType,
            format!("note type `{}` extends itself", name.value),
        )
        .at(name.span, "here again")
        .note(format!("the way is {}", way.join(" to "))),
    );
}
