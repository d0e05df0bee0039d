//! The keys that the definition of a note type takes.

/// The keys of a note type.
pub const KEYS: &[&str] = &[
    "key",
    "was",
    "name",
    "id",
    "extends",
    "abstract",
    "vars",
    "kind",
    "fields",
    "key-fields",
    "required",
    "labels",
    "card-templates",
    "css",
    "base-css",
    "latex",
    "tts",
    "sort-field",
    "stock-kind",
    "original-id",
];
/// The keys of a field.
pub const FIELD_KEYS: &[&str] = &[
    "name",
    "key",
    "was",
    "id",
    "aliases",
    "kind",
    "label",
    "font",
    "size",
    "rtl",
    "sticky",
    "description",
    "collapsed",
    "plain-text",
    "exclude-from-search",
    "prevent-deletion",
    "stock-tag",
];
/// The values of `stock-kind`, with Anki's numbers.
pub const STOCK_KINDS: [(&str, u32); 6] = [
    ("basic", 1),
    ("reversed", 2),
    ("optional-reversed", 3),
    ("typed", 4),
    ("cloze", 5),
    ("image-occlusion", 6),
];
/// The keys of `latex`.
pub const LATEX_KEYS: &[&str] = &["preamble", "postamble", "svg"];
/// The keys of a card template.
pub const TEMPLATE_KEYS: &[&str] = &[
    "name",
    "key",
    "was",
    "id",
    "front",
    "back",
    "browser-front",
    "browser-back",
    "browser-font",
    "browser-size",
    "deck",
];
