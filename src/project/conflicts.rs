//! Copies that Syncthing keeps where a file was changed on two devices: each holds nearly the notes
//! of the file itself, so that most would be there twice, with other ids.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::files::conflict_original;

/// Takes such copies out of the paths of sources, but for those that somebody names, and tells them.
pub(super) fn take_out(paths: &mut Vec<String>, named: &[String], sink: &mut Diagnostics) {
    paths.retain(|path| {
        let Some(original) = conflict_original(path).filter(|_| !named.contains(path)) else {
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
