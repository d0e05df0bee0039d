//! `ship` of a project file: where its packages are delivered.

use super::yaml::{Entry, Node, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};

/// The keys of a target of `ship`.
pub const KEYS: &[&str] = &["via", "path", "output", "page"];

/// Keys of targets that this version does not ship to.
const OTHER_KEYS: &[&str] = &[
    "url",
    "key-env",
    "user",
    "password-env",
    "removed",
    "max-removed",
];

/// A place that packages are delivered to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Channel {
    /// What it is called in the project file.
    pub name: Spanned<String>,
    /// The folder, as it is written.
    pub path: Spanned<String>,
    /// Which packages go there; empty for all.
    pub outputs: Vec<Spanned<String>>,
    /// Whether a page for the phone lies beside each package.
    pub page: bool,
}

/// The targets of a `ship` key: a mapping of names to targets. What is wrong with one is told, and
/// it is left out.
#[must_use]
pub fn read(value: &Node, sink: &mut Diagnostics) -> Vec<Channel> {
    let entries = decode::mapping(value, "ship", sink).unwrap_or_default();
    entries.iter().filter_map(|it| channel(it, sink)).collect()
}

fn channel(entry: &Entry, sink: &mut Diagnostics) -> Option<Channel> {
    let name = entry.spanned_name();
    check_name(&name, sink)?;
    let what = format!("ship.{}", name.value);
    let entries = decode::mapping(&entry.value, &what, sink)?;
    let find = |key: &str| entries.iter().find(|it| it.name() == key);
    if let Some(via) = find("via") {
        let ways = [("folder", true), ("connect", false), ("sync", false)];
        if !decode::choice(&via.value, "via", &ways, sink)? {
            sink.push(not_this_way(via));
            return None;
        }
    }
    let (mut outputs, mut page) = (Vec::new(), true);
    for it in entries {
        match it.name() {
            "via" | "path" => {}
            "output" => {
                outputs = decode::strings(&it.value, "output", sink).unwrap_or_default();
                if outputs.is_empty() {
                    sink.push(
                        Diagnostic::new(Code::BadValue, "`output` names no package")
                            .at(decode::visible(it), "nothing would be shipped")
                            .help("name packages of the project, or take the key out: all are shipped then"),
                    );
                }
            }
            "page" => page = decode::boolean(&it.value, "page", sink).unwrap_or(true),
            key if OTHER_KEYS.contains(&key) => sink.push(
                Diagnostic::new(Code::UnknownKey, format!("a folder takes no `{key}`"))
                    .at(it.key_span(), "would have no effect")
                    .help("remove it"),
            ),
            _ => decode::unknown_key(&it.key, "in a target of `ship`", KEYS, sink),
        }
    }
    let path = find("path").filter(|it| !it.value.is_null());
    let Some(path) = path else {
        let at = find("path").map_or(name.span, Entry::key_span);
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{what}` does not say its folder"))
                .at(at, "no `path`")
                .help("write the folder that Syncthing carries to the phone, such as `path: ~/Sync/anki`"),
        );
        return None;
    };
    let path = decode::string(&path.value, "path", sink)?;
    Some(Channel {
        name,
        path,
        outputs,
        page,
    })
}

/// What was delivered is kept in a folder of this name.
fn check_name(name: &Spanned<String>, sink: &mut Diagnostics) -> Option<()> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    if !name.value.is_empty() && name.value.chars().all(is_plain) {
        return Some(());
    }
    let title = format!("`{}` cannot be the name of a target", name.value);
    sink.push(
        Diagnostic::new(Code::BadValue, title)
            .at(name.span, "this name")
            .help("choose one of letters without accents, digits, `-` and `_`, such as `phone`"),
    );
    None
}

fn not_this_way(via: &Entry) -> Diagnostic {
    let said = via.value.as_text();
    let said = said.as_ref().map_or("", |it| it.as_str());
    let title = format!("this version does not ship `via: {said}`");
    Diagnostic::new(Code::BadValue, title)
        .at(via.value.span, "not a way yet")
        .note("`via: folder` copies packages into a folder, which Syncthing or another program carries to the phone")
        .help("write `via: folder` and the `path` of a folder, or take the target out")
}
