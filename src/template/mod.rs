//! Placeholder of the template language until its branch is merged: signatures only.
#![allow(missing_docs, clippy::all)]
use std::ops::Range;
#[derive(Debug, Clone)]
pub struct Template;
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError;
impl Template {
    pub fn parse(_: &str) -> Result<Self, ParseError> {
        Ok(Self)
    }
    pub fn renders(&self, _: impl Fn(&str) -> bool) -> bool {
        true
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Front,
    Back,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub template: usize,
    pub side: Side,
    pub range: Range<usize>,
}
impl Problem {
    pub fn is_error(&self) -> bool {
        true
    }
}
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("problem")
    }
}
pub fn validate(_: &[(&str, &str)], _: &[&str], _: bool) -> Vec<Problem> {
    Vec::new()
}
pub fn is_field_empty(text: &str) -> bool {
    text.trim().is_empty()
}
pub fn cloze_numbers(_: &str) -> Vec<u16> {
    Vec::new()
}
