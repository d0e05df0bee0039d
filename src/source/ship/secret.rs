//! Where the secret of a target comes from. It never stands in the project file, which is committed
//! and sent around; so what looks like one there is told without showing its line.

use super::super::yaml::{Entry, decode};
use crate::diag::{Code, Diagnostic, Diagnostics};

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretSource {
    /// A variable of the environment.
    Environment(String),
    /// A file, as it is written: a `~` in front stands for the user's own folder.
    File(String),
}

/// Keys under which people write a secret itself.
const SECRETS: &[&str] = &["key", "api-key", "apiKey", "password", "secret", "token"];

/// Refuses a target that holds a secret.
pub(super) fn refuse(what: &str, entries: &[Entry], sink: &mut Diagnostics) -> Option<()> {
    let found = entries.iter().find_map(|it| {
        if SECRETS.contains(&it.name()) {
            return Some(it.name());
        }
        let url = it.value.as_text().filter(|_| it.name() == "url")?;
        user_info(url.as_str()).map(|_| "url")
    });
    let Some(key) = found else {
        return Some(());
    };
    let (title, help) = match key {
        "url" => (
            format!("the `url` of `{what}` in deckle.yaml names a user or a password"),
            "leave out what stands before `@`: the password of `via: sync` comes from a variable of the environment (`password-env`) or a file (`password-file`)",
        ),
        _ => (
            format!("`{what}` in deckle.yaml must not hold its `{key}`"),
            "keep it in a variable of the environment and name that (`key-env` or `password-env`), or in a file that you alone can read (`key-file` or `password-file`)",
        ),
    };
    sink.push(
        Diagnostic::new(Code::BadValue, title)
            .note("the project file is committed and sent around; the line is not shown, for logs are, too")
            .help(help)
            .help("change a secret that stood in a committed file"),
    );
    None
}

/// What stands before the `@` of an address.
fn user_info(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("//")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit_once('@').map(|(user, _)| user)
}

/// The source that one of two keys names: a variable, or a file.
pub(super) fn read(
    what: &str,
    entries: &[Entry],
    variable: &str,
    file: &str,
    sink: &mut Diagnostics,
) -> Option<SecretSource> {
    let find = |key: &str| entries.iter().find(|it| it.name() == key);
    let read = |key: &str, sink: &mut Diagnostics| {
        let entry = find(key)?;
        let value = decode::string(&entry.value, key, sink)?;
        if !value.value.is_empty() {
            return Some(value);
        }
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{key}` names nothing"))
                .at(entry.key_span(), "empty")
                .help("name what holds the secret, or take the key out"),
        );
        None
    };
    if let (Some(first), Some(second)) = (find(variable), find(file)) {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{variable}` and `{file}` name two secrets"),
            )
            .at(second.key_span(), "the second one")
            .also(first.key_span(), "the first one")
            .help("keep one of them"),
        );
    }
    if let Some(name) = read(variable, sink) {
        let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let begins = name.value.starts_with(|it: char| !it.is_ascii_digit());
        if begins && name.value.chars().all(is_name) {
            return Some(SecretSource::Environment(name.value));
        }
        // It may be the secret itself, which is shown nowhere.
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{variable}` of `{what}` is no name of a variable"),
            )
            .note("it takes letters without accents, digits and `_`, such as `DECKLE_KEY`; the secret itself never stands here")
            .help("name the variable of the environment that holds the secret"),
        );
        return None;
    }
    read(file, sink).map(|it| SecretSource::File(it.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_in_addresses_are_seen() {
        let check = |url: &str, expect: Option<&str>| assert_eq!(user_info(url), expect, "{url}");
        check("http://127.0.0.1:8765", None);
        check("http://me@host/", Some("me"));
        check("http://me:p@ss@host", Some("me:p@ss"));
        check("http://host/a@b", None);
        check("me@host", None);
        check("", None);
    }
}
