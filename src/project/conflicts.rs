//! Copies that Syncthing keeps where a file was changed on two devices: each holds nearly the notes
//! of the file itself, so that most would be there twice, with other ids.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::files::file_name;

/// What stands in the names of such copies, before a date and a device, as in
/// `words.sync-conflict-20260131-184501-K7TQ2LM.yaml`.
const MARK: &str = ".sync-conflict-";

/// Takes such copies out of the paths of sources, but for those that somebody names, and tells them.
pub(super) fn take_out(paths: &mut Vec<String>, named: &[String], sink: &mut Diagnostics) {
    paths.retain(|path| {
        let Some(original) = original(path).filter(|_| !named.contains(path)) else {
            return true;
        };
        let title = format!("`{path}` is a conflict copy of `{original}`");
        sink.push(
            Diagnostic::new(Code::SyncConflict, title)
                .note("Syncthing keeps both where two devices changed one file; their notes would be there twice")
                .help(format!("bring what is missing into `{original}` and delete the copy, or `exclude` it")),
        );
        false
    });
}

/// The path of the file that this is a conflict copy of.
fn original(path: &str) -> Option<String> {
    let name = file_name(path);
    let (stem, rest) = name.split_once(MARK)?;
    let extension = rest.rfind('.').and_then(|at| rest.get(at..));
    let folder = path.strip_suffix(name)?;
    Some(format!("{folder}{stem}{}", extension.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_knows_its_file() {
        let check = |path: &str, expect: Option<&str>| {
            assert_eq!(original(path).as_deref(), expect, "{path}");
        };
        check("a.sync-conflict-20260131-184501-K7TQ2LM.md", Some("a.md"));
        check(
            "x/a.b.sync-conflict-20260131-184501-K7TQ2LM.yaml",
            Some("x/a.b.yaml"),
        );
        check("x/a.sync-conflict-20260131-184501-K7TQ2LM", Some("x/a"));
        check("a.md", None);
        check("x.sync-conflict-1/a.md", None);
        check("sync-conflict.md", None);
    }
}
