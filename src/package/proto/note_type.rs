//! What the tables `notetypes`, `fields` and `templates` keep beside names and times.

use prost::Message;

/// `notetypes.config`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct NoteTypeConfig {
    /// 0 normal, 1 cloze.
    #[prost(int32, tag = "1")]
    pub(in crate::package) kind: i32,
    #[prost(uint32, tag = "2")]
    pub(in crate::package) sort_field_idx: u32,
    #[prost(string, tag = "3")]
    pub(in crate::package) css: String,
    #[prost(int64, tag = "4")]
    pub(in crate::package) target_deck_id_unused: i64,
    #[prost(string, tag = "5")]
    pub(in crate::package) latex_pre: String,
    #[prost(string, tag = "6")]
    pub(in crate::package) latex_post: String,
    #[prost(bool, tag = "7")]
    pub(in crate::package) latex_svg: bool,
    #[prost(message, repeated, tag = "8")]
    pub(in crate::package) reqs: Vec<CardRequirement>,
    /// 0 unknown, 1 basic, 2 basic and reversed, 3 basic with an optional reversed card,
    /// 4 basic with typing, 5 cloze, 6 image occlusion.
    #[prost(int32, tag = "9")]
    pub(in crate::package) original_stock_kind: i32,
    #[prost(int64, optional, tag = "10")]
    pub(in crate::package) original_id: Option<i64>,
    /// JSON of keys that Anki does not know.
    #[prost(bytes = "vec", tag = "255")]
    pub(in crate::package) other: Vec<u8>,
}

/// Which fields a card template needs to make a card.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct CardRequirement {
    #[prost(uint32, tag = "1")]
    pub(in crate::package) card_ord: u32,
    /// 0 none, 1 any, 2 all.
    #[prost(int32, tag = "2")]
    pub(in crate::package) kind: i32,
    #[prost(uint32, repeated, tag = "3")]
    pub(in crate::package) field_ords: Vec<u32>,
}

/// `fields.config`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct FieldConfig {
    #[prost(bool, tag = "1")]
    pub(in crate::package) sticky: bool,
    #[prost(bool, tag = "2")]
    pub(in crate::package) rtl: bool,
    #[prost(string, tag = "3")]
    pub(in crate::package) font_name: String,
    #[prost(uint32, tag = "4")]
    pub(in crate::package) font_size: u32,
    #[prost(string, tag = "5")]
    pub(in crate::package) description: String,
    #[prost(bool, tag = "6")]
    pub(in crate::package) plain_text: bool,
    #[prost(bool, tag = "7")]
    pub(in crate::package) collapsed: bool,
    #[prost(bool, tag = "8")]
    pub(in crate::package) exclude_from_search: bool,
    #[prost(int64, optional, tag = "9")]
    pub(in crate::package) id: Option<i64>,
    #[prost(uint32, optional, tag = "10")]
    pub(in crate::package) tag: Option<u32>,
    #[prost(bool, tag = "11")]
    pub(in crate::package) prevent_deletion: bool,
    /// JSON of keys that Anki does not know.
    #[prost(bytes = "vec", tag = "255")]
    pub(in crate::package) other: Vec<u8>,
}

/// `templates.config`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct TemplateConfig {
    #[prost(string, tag = "1")]
    pub(in crate::package) q_format: String,
    #[prost(string, tag = "2")]
    pub(in crate::package) a_format: String,
    #[prost(string, tag = "3")]
    pub(in crate::package) q_format_browser: String,
    #[prost(string, tag = "4")]
    pub(in crate::package) a_format_browser: String,
    #[prost(int64, tag = "5")]
    pub(in crate::package) target_deck_id: i64,
    #[prost(string, tag = "6")]
    pub(in crate::package) browser_font_name: String,
    #[prost(uint32, tag = "7")]
    pub(in crate::package) browser_font_size: u32,
    #[prost(int64, optional, tag = "8")]
    pub(in crate::package) id: Option<i64>,
    /// JSON of keys that Anki does not know.
    #[prost(bytes = "vec", tag = "255")]
    pub(in crate::package) other: Vec<u8>,
}
