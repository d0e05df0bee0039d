//! The locks of variants: a file each, so that a variant that comes or goes leaves the others'
//! alone, and two translators never edit the same one.

use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::identity::LOCK_NAME;
use crate::project::Project;
use crate::source::manifest::Manifest;

/// What stands before and behind the key.
const BEFORE: &str = "deckle.";
const BEHIND: &str = ".lock";

/// The name of a variant's lock.
pub(in crate::project) fn lock_name(key: &str) -> String {
    format!("{BEFORE}{key}{BEHIND}")
}

/// The variant that a lock is of; `None` for what is no variant's lock.
fn variant_of(name: &str) -> Option<&str> {
    let key = name.strip_prefix(BEFORE)?.strip_suffix(BEHIND)?;
    (!key.is_empty()).then_some(key)
}

/// Whether a file is a lock.
pub(in crate::project) fn is_lock(path: &str) -> bool {
    path == LOCK_NAME || variant_of(path).is_some()
}

/// Tells locks that this project, which has none, may mean to go on with: a matrix was added or
/// taken away, or a variant is called otherwise. A new lock gives each note a new guid.
pub(in crate::project) fn tell_lost_locks(
    project: &Project,
    manifest: &Manifest,
    sink: &mut Diagnostics,
) -> Result<(), Error> {
    let files = project.files.folder("");
    let others: Vec<&str> = files.iter().filter_map(|it| variant_of(it)).collect();
    let left = others
        .iter()
        .filter(|key| !manifest.variants.iter().any(|it| it == *key));
    let left: Vec<&str> = left.copied().collect();
    let Some(variant) = &manifest.variant else {
        let Some(first) = left.first() else {
            return Ok(());
        };
        let first = lock_name(first);
        let title = format!("there is no {LOCK_NAME}, and {first} is of a variant");
        sink.push(
            Diagnostic::new(Code::MatrixLock, title)
                                .note("the project has no matrix; with a new lock learners would start all notes anew")
                .help(format!("to go on with the variant, rename {first} to {LOCK_NAME}; to begin anew, remove it")),
        );
        return Ok(());
    };
    let own = lock_name(&variant.key);
    let first_key = manifest.variants.first().map_or("", |it| it.as_str());
    if project.files.size(LOCK_NAME)?.is_some() {
        let title = format!("{LOCK_NAME} belongs to no variant of the project");
        sink.push(
            Diagnostic::new(Code::MatrixLock, title)
                .at(manifest.matrix_span, "has a lock for each variant")
                .note("the variant that learners have already must go on with it, or they start all notes anew")
                .help(format!("rename {LOCK_NAME} to that variant's, such as {}; if nobody has the deck yet, remove it", lock_name(first_key))),
        );
    } else if let Some(first) = left.first() {
        let title = format!(
            "the variant `{}` is new, and `{first}` is gone",
            variant.key
        );
        sink.push(
            Diagnostic::new(Code::MatrixLockLeft, title)
                .at(variant.span, format!("begins with no {own}"))
                .help(format!("if it is the same one under another name, rename {} to {own} before the next build", lock_name(first)))
                .help(format!("if `{first}` was given up, remove its lock")),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_known_by_their_names() {
        let check = |name: &str, expect: Option<&str>, lock: bool| {
            assert_eq!(variant_of(name), expect, "{name}");
            assert_eq!(is_lock(name), lock, "{name}");
        };
        check("deckle.lock", None, true);
        check("deckle.de.lock", Some("de"), true);
        check("deckle.de-full.lock", Some("de-full"), true);
        check("deckle..lock", None, false);
        check("deckle.yaml", None, false);
        check("a/deckle.de.lock", None, false);
        check("Cargo.lock", None, false);
        assert_eq!(lock_name("de"), "deckle.de.lock");
    }
}
