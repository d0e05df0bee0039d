//! Placeholder until merged.
use super::defaults::Defaults;
use super::types::TypeSet;
use crate::diag::{Diagnostics, FileId};
use crate::model::written::WrittenNote;
/// x
pub fn read(
    _: FileId,
    _: &str,
    _: &Defaults,
    _: &TypeSet,
    _: &mut Diagnostics,
) -> Vec<WrittenNote> {
    Vec::new()
}
