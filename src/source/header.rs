//! The settings that a file's header, a folder and a project share: `deck`, `tags`, `type`,
//! `markdown`, `cloze`, `math` and the like.

use super::defaults::Defaults;
use super::yaml::Entry;
use crate::diag::Diagnostics;

/// Applies one entry of a header to what is inherited. Returns whether its key is a setting;
/// wrong values are told.
pub fn apply(entry: &Entry, defaults: &mut Defaults, sink: &mut Diagnostics) -> bool {
    let _ = (entry, defaults, sink);
    false
}
