//! `assets` of a project file: what becomes of the files that card templates and CSS load.

use super::yaml::{Node, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};

/// The keys of `assets`.
pub const KEYS: &[&str] = &["keep", "subset-fonts"];

/// What a project says of the files that its card templates and CSS load.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Assets {
    /// Patterns of files that keep their names.
    pub keep: Vec<Spanned<String>>,
    /// Whether fonts are cut down to the characters that cards show.
    pub subset_fonts: bool,
}

/// Reads `assets`.
pub(super) fn read(value: &Node, sink: &mut Diagnostics) -> Assets {
    let mut assets = Assets::default();
    for entry in decode::mapping(value, "assets", sink).unwrap_or_default() {
        match entry.name() {
            "keep" => {}
            "subset-fonts" => {
                let cut = decode::boolean(&entry.value, "assets.subset-fonts", sink);
                assets.subset_fonts = cut.unwrap_or_default();
                continue;
            }
            _ => {
                decode::unknown_key(&entry.key, "in `assets`", KEYS, sink);
                continue;
            }
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
                assets.keep.push(name);
            }
        }
    }
    assets
}
