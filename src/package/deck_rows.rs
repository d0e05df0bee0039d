//! A deck: as JSON of schema 11, and as the blobs of schema 18.

use serde::Serialize;

use super::proto::{DeckCommon, DeckKind, Kind, Normal};

/// Anki's own deck, which cards of a package never stand in: an import without learning progress
/// would put them into the learner's default deck, whatever its name.
pub(super) const DEFAULT_DECK: i64 = 1;

/// Every key that Anki writes; an import stops if one of most of them is missing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeckRow<'a> {
    pub(super) id: i64,
    #[serde(rename = "mod")]
    pub(super) modified: i64,
    pub(super) name: &'a str,
    usn: i32,
    lrn_today: [i32; 2],
    rev_today: [i32; 2],
    new_today: [i32; 2],
    time_today: [i32; 2],
    collapsed: bool,
    browser_collapsed: bool,
    desc: &'a str,
    /// Whether the description is Markdown; versions that do not know it show the text as it is.
    #[serde(rename = "md", skip_serializing_if = "std::ops::Not::not")]
    markdown: bool,
    #[serde(rename = "dyn")]
    filtered: i32,
    conf: i64,
    extend_new: i32,
    extend_rev: i32,
    review_limit: Option<u32>,
    new_limit: Option<u32>,
    review_limit_today: Option<u32>,
    new_limit_today: Option<u32>,
    desired_retention: Option<u32>,
}

impl<'a> DeckRow<'a> {
    pub(super) fn new(id: i64, name: &'a str, preset: i64, modified: i64) -> Self {
        Self {
            id,
            modified,
            name,
            usn: -1,
            lrn_today: [0; 2],
            rev_today: [0; 2],
            new_today: [0; 2],
            time_today: [0; 2],
            collapsed: false,
            browser_collapsed: false,
            desc: "",
            markdown: false,
            filtered: 0,
            conf: preset,
            extend_new: 0,
            extend_rev: 0,
            review_limit: None,
            new_limit: None,
            review_limit_today: None,
            new_limit_today: None,
            desired_retention: None,
        }
    }

    pub(super) fn described(mut self, description: &'a str, markdown: bool) -> Self {
        self.desc = description;
        self.markdown = markdown;
        self
    }

    /// How the deck is shown.
    pub(super) fn common(&self) -> DeckCommon {
        DeckCommon {
            study_collapsed: self.collapsed,
            browser_collapsed: self.browser_collapsed,
            ..DeckCommon::default()
        }
    }

    /// What the deck is: an ordinary one.
    pub(super) fn kind(&self) -> DeckKind {
        let normal = Normal {
            config_id: self.conf,
            description: self.desc.to_owned(),
            markdown_description: self.markdown,
            ..Normal::default()
        };
        DeckKind {
            kind: Some(Kind::Normal(normal)),
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    #[test]
    fn bytes_are_those_of_the_format() {
        let check = |row: DeckRow<'_>, expect: &[u8]| {
            assert_eq!(row.common().encode_to_vec(), b"");
            assert_eq!(row.kind().encode_to_vec(), expect);
        };
        check(DeckRow::new(1, "Default", 1, 0), b"\x0a\x02\x08\x01");
        check(
            DeckRow::new(2, "A::B", 300, 0).described("hello", true),
            b"\x0a\x0c\x08\xac\x02\x22\x05hello\x28\x01",
        );
    }
}
