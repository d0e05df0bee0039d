//! Placeholder until merged.
use crate::diag::Diagnostics;
use crate::files::Files;
use crate::model::written::*;
use std::collections::BTreeMap;
use std::sync::Arc;
/// x
pub struct Renderer<'a>(&'a dyn Files);
/// x
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MediaKey;
impl MediaKey {
    /// x
    pub fn hex(&self) -> String {
        String::new()
    }
}
/// x
pub struct RenderedNote {
    /// x
    pub fields: Vec<String>,
    /// x
    pub media: Vec<MediaKey>,
    /// x
    pub diagnostics: Diagnostics,
}
/// x
pub enum MediaContent {
    /// x
    File(String),
    /// x
    Bytes(Arc<[u8]>),
}
/// x
pub struct NamedMedia {
    /// x
    pub name: String,
    /// x
    pub key: MediaKey,
    /// x
    pub content: MediaContent,
}
/// x
#[derive(Default)]
pub struct MediaNames;
impl MediaNames {
    /// x
    pub fn resolve(&self, _: &mut [String]) {}
    /// x
    pub fn files(&self) -> &[NamedMedia] {
        &[]
    }
}
impl<'a> Renderer<'a> {
    /// x
    pub fn new(files: &'a dyn Files) -> Self {
        Self(files)
    }
    /// x
    pub fn note(&self, note: &WrittenNote, _: &str, _: &str) -> RenderedNote {
        let _ = (note, self.0);
        RenderedNote {
            fields: Vec::new(),
            media: Vec::new(),
            diagnostics: Diagnostics::new(),
        }
    }
    /// x
    pub fn names<'k>(
        &self,
        _: impl IntoIterator<Item = &'k MediaKey>,
        _: &BTreeMap<String, String>,
    ) -> MediaNames {
        MediaNames
    }
}
