//! `ship` of a project file: where its packages are delivered, and by which way.

mod secret;
mod via;

pub use secret::SecretSource;
pub use via::{
    ANKI_CONNECT, CONNECT_KEYS, ConnectServer, FOLDER_KEYS, SYNC_KEYS, ShipFolder, SyncServer, Via,
};

use super::yaml::{Entry, Node, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};

/// The keys that targets of all ways have.
pub const COMMON_KEYS: &[&str] = &["via", "output"];

/// A place that packages are delivered to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Channel {
    /// What it is called in the project file.
    pub name: Spanned<String>,
    /// Which packages go there; empty for all.
    pub outputs: Vec<Spanned<String>>,
    /// How they get there.
    pub via: Via,
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
    let what = format!("ship.{}", name.value);
    let entries = decode::mapping(&entry.value, &what, sink)?;
    // First of all: what is told of anything else in this line would show it.
    secret::refuse(&what, entries, sink)?;
    check_name(&name, sink)?;
    let outputs = entries.iter().find(|it| it.name() == "output");
    let outputs = outputs.map_or_else(Vec::new, |it| outputs_of(it, sink));
    let via = via::read(&name, &what, entries, sink)?;
    Some(Channel { name, outputs, via })
}

fn outputs_of(entry: &Entry, sink: &mut Diagnostics) -> Vec<Spanned<String>> {
    let outputs = decode::strings(&entry.value, "output", sink).unwrap_or_default();
    if outputs.is_empty() {
        sink.push(
            Diagnostic::new(Code::BadValue, "`output` names no package")
                .at(decode::visible(entry), "nothing would be shipped")
                .help("name packages of the project, or take the key out: all are shipped then"),
        );
    }
    outputs
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
