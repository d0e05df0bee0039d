//! `assets` of a project file: what becomes of the files that card templates and CSS load.

use super::yaml::{Node, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};

/// The keys of `assets`.
pub const KEYS: &[&str] = &["keep"];

/// The patterns of `assets: {keep: [..]}`.
pub(super) fn read(value: &Node, sink: &mut Diagnostics) -> Vec<Spanned<String>> {
    let mut keep = Vec::new();
    for entry in decode::mapping(value, "assets", sink).unwrap_or_default() {
        if entry.name() != "keep" {
            decode::unknown_key(&entry.key, "in `assets`", KEYS, sink);
            continue;
        }
        for name in decode::strings(&entry.value, "assets.keep", sink).unwrap_or_default() {
            if name.value.contains('/') {
                let title = format!("`{}` is a path, and names of files are kept", name.value);
                sink.push(
                    Diagnostic::new(Code::BadValue, title)
                        .at(name.span, "no name")
                        .help("write the name alone, such as `_data.js` or `_flag-*.png`"),
                );
            } else {
                keep.push(name);
            }
        }
    }
    keep
}
