//! The ways to a target, each with its own keys.

use super::super::yaml::{Entry, Value, decode};
use super::COMMON_KEYS;
use super::secret::{self, SecretSource};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};
use crate::model::{Removal, Removed, Tag};

/// How packages get to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Via {
    /// Into a folder, which Syncthing or another program carries on.
    Folder(ShipFolder),
    /// Into a running Anki, through its add-on AnkiConnect.
    Connect(ConnectServer),
    /// Onto a sync server, from which all devices of a learner get it.
    Sync(SyncServer),
}

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShipFolder {
    /// Where it is, as it is written: a `~` in front stands for the user's own.
    pub path: String,
    /// Whether a page for the phone lies beside each package.
    pub page: bool,
}

/// A running Anki with AnkiConnect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectServer {
    /// Its address, of plain `http`.
    pub url: String,
    /// Where the key comes from, if AnkiConnect's settings name one.
    pub key: Option<SecretSource>,
    /// What becomes of notes that the packages no longer have.
    pub removal: Removal,
}

/// A sync server of Anki's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncServer {
    /// Its address, of `http` or `https`.
    pub url: String,
    /// Whose collection it is.
    pub user: String,
    /// Where the password comes from.
    pub password: Option<SecretSource>,
    /// The file of the certificates that it is trusted by in place of those that browsers know, as it
    /// is written: a `~` in front stands for the user's own folder.
    pub authorities: Option<String>,
    /// Whether it speaks the protocol before 2022.
    pub legacy: bool,
    /// What becomes of notes that the packages no longer have.
    pub removal: Removal,
}

/// Where AnkiConnect listens unless it is told otherwise.
pub const ANKI_CONNECT: &str = "http://127.0.0.1:8765";

/// The keys of a folder, beside those that all targets have.
pub const FOLDER_KEYS: &[&str] = &["path", "page"];
/// The keys of an AnkiConnect.
pub const CONNECT_KEYS: &[&str] = &["url", "key-env", "key-file", "removed", "max-removed"];
/// The keys of a sync server.
pub const SYNC_KEYS: &[&str] = &[
    "url",
    "user",
    "password-env",
    "password-file",
    "ca-file",
    "legacy",
    "removed",
    "max-removed",
];

/// A way, before its keys are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Folder,
    Connect,
    Sync,
}

const WAYS: [(&str, Way); 3] = [
    ("folder", Way::Folder),
    ("connect", Way::Connect),
    ("sync", Way::Sync),
];

impl Via {
    /// What `via` says: `folder`, `connect` or `sync`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Folder(_) => "folder",
            Self::Connect(_) => "connect",
            Self::Sync(_) => "sync",
        }
    }
}

impl Way {
    fn name(self) -> &'static str {
        let mut names = WAYS.iter();
        names.find(|(_, it)| *it == self).map_or("", |it| it.0)
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Folder => FOLDER_KEYS,
            Self::Connect => CONNECT_KEYS,
            Self::Sync => SYNC_KEYS,
        }
    }
}

pub(super) fn read(
    name: &Spanned<String>,
    what: &str,
    entries: &[Entry],
    sink: &mut Diagnostics,
) -> Option<Via> {
    let find = |key: &str| entries.iter().find(|it| it.name() == key);
    let way = match find("via") {
        Some(via) => decode::choice(&via.value, "via", &WAYS, sink)?,
        None => Way::Folder,
    };
    tell_strangers(way, entries, sink);
    let needed = |key: &str, help: &str, sink: &mut Diagnostics| {
        let entry = find(key).filter(|it| !it.value.is_null());
        let Some(entry) = entry else {
            let at = find(key).map_or(name.span, Entry::key_span);
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("`{what}` does not say its {}", meaning(key)),
                )
                .at(at, format!("no `{key}`"))
                .help(help),
            );
            return None;
        };
        decode::string(&entry.value, key, sink)
    };
    match way {
        Way::Folder => {
            let page = find("page");
            let page = page.and_then(|it| decode::boolean(&it.value, "page", sink));
            let help =
                "write the folder that Syncthing carries to the phone, such as `path: ~/Sync/anki`";
            let path = needed("path", help, sink)?.value;
            let page = page.unwrap_or(true);
            Some(Via::Folder(ShipFolder { path, page }))
        }
        Way::Connect => {
            let key = secret::read(what, entries, "key-env", "key-file", sink);
            let removal = removal(entries, sink);
            let url = match find("url").filter(|it| !it.value.is_null()) {
                Some(it) => address(&decode::string(&it.value, "url", sink)?, &["http"], sink)?,
                None => ANKI_CONNECT.to_owned(),
            };
            Some(Via::Connect(ConnectServer { url, key, removal }))
        }
        Way::Sync => {
            let password = secret::read(what, entries, "password-env", "password-file", sink);
            let removal = removal(entries, sink);
            let help = "write where the server listens, such as `url: \"http://127.0.0.1:8080/\"`";
            let url = needed("url", help, sink)?;
            let help = "write whose collection it is, such as `user: me`";
            let user = needed("user", help, sink)?.value;
            let url = address(&url, &["http", "https"], sink)?;
            let authorities = find("ca-file").and_then(|it| authorities(it, &url, sink));
            let legacy = find("legacy");
            let legacy = legacy.and_then(|it| decode::boolean(&it.value, "legacy", sink));
            Some(Via::Sync(SyncServer {
                url,
                user,
                password,
                authorities,
                legacy: legacy.unwrap_or_default(),
                removal,
            }))
        }
    }
}

fn meaning(key: &str) -> &str {
    match key {
        "path" => "folder",
        "url" => "address",
        other => other,
    }
}

/// Tells keys that mean nothing on this way.
fn tell_strangers(way: Way, entries: &[Entry], sink: &mut Diagnostics) {
    let known: Vec<&str> = [COMMON_KEYS, way.keys()].concat();
    for it in entries.iter().filter(|it| !known.contains(&it.name())) {
        let others = WAYS
            .iter()
            .filter(|(_, other)| other.keys().contains(&it.name()));
        let others: Vec<String> = others.map(|it| format!("via: {}", it.0)).collect();
        if others.is_empty() {
            let place = format!("in a target with `via: {}`", way.name());
            decode::unknown_key(&it.key, &place, &known, sink);
            continue;
        }
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        let title = format!("`via: {}` takes no `{}`", way.name(), it.name());
        let found =
            Diagnostic::new(Code::UnknownKey, title).at(it.key_span(), "would have no effect");
        let found = match it.name() {
            "removed" | "max-removed" => {
                found.note("an import of a package takes no note away: learners keep removed notes")
            }
            _ => found,
        };
        let alternatives = decode::alternatives(&others);
        sink.push(found.help(format!("remove it, or choose {alternatives}")));
    }
}

/// The address of a server. Whether it can be reached shows when something is delivered.
fn address(url: &Spanned<String>, schemes: &[&str], sink: &mut Diagnostics) -> Option<String> {
    let (scheme, rest) = url.value.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |it: char| !it.is_whitespace() && !it.is_control();
    let has_host = !host.is_empty() && !host.starts_with(':');
    if schemes.contains(&scheme) && has_host && url.value.chars().all(is_plain) {
        return Some(url.value.clone());
    }
    let (taken, example) = match schemes {
        ["http"] => (
            "addresses of plain `http`, which is all that AnkiConnect speaks",
            ANKI_CONNECT,
        ),
        _ => ("addresses of `http` and `https`", "http://127.0.0.1:8080/"),
    };
    let title = format!("`url` does not take `{}`", url.value);
    sink.push(
        Diagnostic::new(Code::BadValue, title)
            .at(url.span, "not an address")
            .note(format!("`url` takes {taken}"))
            .help(format!("write one such as `\"{example}\"`")),
    );
    None
}

/// The file that `ca-file` names.
fn authorities(entry: &Entry, url: &str, sink: &mut Diagnostics) -> Option<String> {
    let file = decode::string(&entry.value, "ca-file", sink)?.value;
    if !url.starts_with("https:") {
        let title = "`ca-file` is for a server of `https`";
        sink.push(
            Diagnostic::new(Code::BadValue, title)
                .at(entry.key_span(), "would have no effect")
                .note("a server of plain `http` shows no certificate")
                .help("write `https://` in `url`, if the server speaks it, or take the key out"),
        );
    } else if file.is_empty() {
        sink.push(
            Diagnostic::new(Code::BadValue, "`ca-file` names nothing")
                .at(entry.key_span(), "empty")
                .help("name the file of the certificate, or take the key out"),
        );
    }
    Some(file)
}

/// What `removed` and `max-removed` say.
fn removal(entries: &[Entry], sink: &mut Diagnostics) -> Removal {
    let mut removal = Removal::default();
    for it in entries {
        match it.name() {
            "removed" => {
                if let Value::Mapping(tagged) = &it.value.value {
                    removal.how = Removed::Tag;
                    if let Some(tag) = tag(it, tagged, sink) {
                        removal.tag = tag;
                    }
                    continue;
                }
                let ways = Removed::ALL.map(|(way, word)| (word, way));
                if let Some(how) = decode::choice(&it.value, "removed", &ways, sink) {
                    removal.how = how;
                }
            }
            "max-removed" => {
                let limits = 0..=i64::from(i32::MAX);
                let most = decode::integer(&it.value, "max-removed", limits, sink);
                removal.most = most.and_then(|it| usize::try_from(it).ok());
            }
            _ => {}
        }
    }
    if let Some(most) = entries.iter().find(|it| it.name() == "max-removed")
        && removal.how == Removed::Keep
    {
        sink.push(
            Diagnostic::new(Code::BadValue, "`max-removed` limits nothing")
                .at(most.key_span(), "removed notes stay")
                .help("say what becomes of them, such as `removed: suspend`, or take the key out"),
        );
    }
    removal
}

/// The tag of `removed: {tag: NAME}`.
fn tag(removed: &Entry, entries: &[Entry], sink: &mut Diagnostics) -> Option<String> {
    let [entry] = entries else {
        return decode::wrong_shape(&removed.value, "removed", "a word or `{tag: NAME}`", sink);
    };
    if entry.name() != "tag" {
        decode::unknown_key(&entry.key, "in `removed`", &["tag"], sink);
        return None;
    }
    let name = decode::string(&entry.value, "tag", sink)?;
    // As Anki keeps it: a space would make two of it.
    match Tag::new(&name.value) {
        Ok(tag) => Some(tag.as_str().to_owned()),
        Err(error) => {
            let title = format!("`{}` cannot be a tag: {error}", name.value);
            sink.push(
                Diagnostic::new(Code::BadValue, title)
                    .at(decode::visible(entry), "this tag")
                    .help("write one such as `deckle::removed`"),
            );
            None
        }
    }
}
