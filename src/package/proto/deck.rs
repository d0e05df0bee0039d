//! What the table `decks` keeps beside names and times.

use prost::{Message, Oneof};

/// `decks.common`.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct DeckCommon {
    #[prost(bool, tag = "1")]
    pub(in crate::package) study_collapsed: bool,
    #[prost(bool, tag = "2")]
    pub(in crate::package) browser_collapsed: bool,
    #[prost(uint32, tag = "3")]
    pub(in crate::package) last_day_studied: u32,
    #[prost(int32, tag = "4")]
    pub(in crate::package) new_studied: i32,
    #[prost(int32, tag = "5")]
    pub(in crate::package) review_studied: i32,
    #[prost(int32, tag = "6")]
    pub(in crate::package) learning_studied: i32,
    #[prost(int32, tag = "7")]
    pub(in crate::package) milliseconds_studied: i32,
    /// JSON of keys that Anki does not know.
    #[prost(bytes = "vec", tag = "255")]
    pub(in crate::package) other: Vec<u8>,
}

/// `decks.kind`. Anki refuses a deck without a kind.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct DeckKind {
    #[prost(oneof = "Kind", tags = "1, 2")]
    pub(in crate::package) kind: Option<Kind>,
}

/// What a deck is.
#[derive(Clone, PartialEq, Oneof)]
pub(in crate::package) enum Kind {
    #[prost(message, tag = "1")]
    Normal(Normal),
    #[prost(message, tag = "2")]
    Filtered(Filtered),
}

/// A deck that cards live in.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct Normal {
    #[prost(int64, tag = "1")]
    pub(in crate::package) config_id: i64,
    #[prost(uint32, tag = "2")]
    pub(in crate::package) extend_new: u32,
    #[prost(uint32, tag = "3")]
    pub(in crate::package) extend_review: u32,
    #[prost(string, tag = "4")]
    pub(in crate::package) description: String,
    #[prost(bool, tag = "5")]
    pub(in crate::package) markdown_description: bool,
    #[prost(uint32, optional, tag = "6")]
    pub(in crate::package) review_limit: Option<u32>,
    #[prost(uint32, optional, tag = "7")]
    pub(in crate::package) new_limit: Option<u32>,
    #[prost(message, optional, tag = "8")]
    pub(in crate::package) review_limit_today: Option<DayLimit>,
    #[prost(message, optional, tag = "9")]
    pub(in crate::package) new_limit_today: Option<DayLimit>,
    /// From 0 to 1.
    #[prost(float, optional, tag = "10")]
    pub(in crate::package) desired_retention: Option<f32>,
}

/// A limit for one day.
#[derive(Clone, Copy, PartialEq, Message)]
pub(in crate::package) struct DayLimit {
    #[prost(uint32, tag = "1")]
    pub(in crate::package) limit: u32,
    /// The day, counted from the collection's creation.
    #[prost(uint32, tag = "2")]
    pub(in crate::package) today: u32,
}

/// A deck that borrows cards for a while.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct Filtered {
    #[prost(bool, tag = "1")]
    pub(in crate::package) reschedule: bool,
    #[prost(message, repeated, tag = "2")]
    pub(in crate::package) search_terms: Vec<SearchTerm>,
    #[prost(float, repeated, tag = "3")]
    pub(in crate::package) delays: Vec<f32>,
    #[prost(uint32, tag = "4")]
    pub(in crate::package) preview_delay: u32,
    #[prost(uint32, tag = "5")]
    pub(in crate::package) preview_hard_secs: u32,
    #[prost(uint32, tag = "6")]
    pub(in crate::package) preview_good_secs: u32,
    #[prost(uint32, tag = "7")]
    pub(in crate::package) preview_again_secs: u32,
}

/// Which cards a filtered deck borrows.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct SearchTerm {
    #[prost(string, tag = "1")]
    pub(in crate::package) search: String,
    #[prost(uint32, tag = "2")]
    pub(in crate::package) limit: u32,
    /// From 0 to 10.
    #[prost(int32, tag = "3")]
    pub(in crate::package) order: i32,
}
