//! What a stretch of code is, in the few words that a theme has colors for.
//!
//! Grammars name thousands of scopes. Only a fixed set of classes reaches the notes, so fields stay
//! small, a theme is a short table, and a grammar that says more one day changes little.

/// What a stretch of code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Keyword,
    Type,
    Function,
    Variable,
    Constant,
    Number,
    String,
    Escape,
    Comment,
    Operator,
    Tag,
    Attribute,
    Macro,
    Heading,
    Inserted,
    Deleted,
}

impl Class {
    /// All classes, in the order of a theme's colors.
    pub(super) const ALL: [Self; 16] = [
        Self::Keyword,
        Self::Type,
        Self::Function,
        Self::Variable,
        Self::Constant,
        Self::Number,
        Self::String,
        Self::Escape,
        Self::Comment,
        Self::Operator,
        Self::Tag,
        Self::Attribute,
        Self::Macro,
        Self::Heading,
        Self::Inserted,
        Self::Deleted,
    ];

    /// The class in HTML and CSS, which never changes: learners' fields hold it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keyword => "hl-k",
            Self::Type => "hl-t",
            Self::Function => "hl-f",
            Self::Variable => "hl-v",
            Self::Constant => "hl-l",
            Self::Number => "hl-n",
            Self::String => "hl-s",
            Self::Escape => "hl-e",
            Self::Comment => "hl-c",
            Self::Operator => "hl-o",
            Self::Tag => "hl-g",
            Self::Attribute => "hl-a",
            Self::Macro => "hl-m",
            Self::Heading => "hl-h",
            Self::Inserted => "hl-i",
            Self::Deleted => "hl-d",
        }
    }
}

/// Beginnings of scopes and what they mean; the longest that fits counts. `None` is plain text,
/// whatever stands around it: code within a string, above all.
#[cfg(feature = "highlight")]
pub(super) const SCOPES: &[(&str, Option<Class>)] = &[
    ("comment", Some(Class::Comment)),
    ("constant", Some(Class::Constant)),
    ("constant.character.escape", Some(Class::Escape)),
    ("constant.numeric", Some(Class::Number)),
    ("constant.other.placeholder", Some(Class::Escape)),
    ("entity.name.class", Some(Class::Type)),
    ("entity.name.constant", Some(Class::Constant)),
    ("entity.name.enum", Some(Class::Type)),
    ("entity.name.function", Some(Class::Function)),
    ("entity.name.function.preprocessor", Some(Class::Macro)),
    ("entity.name.impl", Some(Class::Type)),
    ("entity.name.interface", Some(Class::Type)),
    ("entity.name.label", Some(Class::Variable)),
    ("entity.name.macro", Some(Class::Macro)),
    ("entity.name.section", Some(Class::Heading)),
    ("entity.name.struct", Some(Class::Type)),
    ("entity.name.tag", Some(Class::Tag)),
    ("entity.name.trait", Some(Class::Type)),
    ("entity.name.type", Some(Class::Type)),
    ("entity.name.union", Some(Class::Type)),
    ("entity.other.attribute-name", Some(Class::Attribute)),
    ("entity.other.inherited-class", Some(Class::Type)),
    ("invalid.deprecated", None),
    ("keyword", Some(Class::Keyword)),
    ("keyword.operator", Some(Class::Operator)),
    ("keyword.operator.logical.python", Some(Class::Keyword)),
    ("keyword.operator.word", Some(Class::Keyword)),
    ("markup.bold", Some(Class::Keyword)),
    ("markup.changed", Some(Class::Constant)),
    ("markup.deleted", Some(Class::Deleted)),
    ("markup.heading", Some(Class::Heading)),
    ("markup.inserted", Some(Class::Inserted)),
    ("markup.raw", Some(Class::String)),
    ("markup.underline.link", Some(Class::String)),
    ("meta.annotation", Some(Class::Macro)),
    ("meta.diff.header", Some(Class::Heading)),
    ("meta.diff.range", Some(Class::Macro)),
    ("meta.embedded", None),
    ("meta.interpolation", None),
    ("source", None),
    ("storage", Some(Class::Keyword)),
    ("storage.type.class.scala", Some(Class::Keyword)),
    ("string", Some(Class::String)),
    ("string.unquoted.argument", None),
    ("support.class", Some(Class::Type)),
    ("support.constant", Some(Class::Constant)),
    ("support.function", Some(Class::Function)),
    ("support.macro", Some(Class::Macro)),
    ("support.type", Some(Class::Type)),
    ("support.type.property-name", Some(Class::Attribute)),
    ("text", None),
    ("variable.annotation", Some(Class::Macro)),
    ("variable.function", Some(Class::Function)),
    ("variable.language", Some(Class::Variable)),
    ("variable.other.php", Some(Class::Variable)),
    ("variable.other.readwrite.shell", Some(Class::Variable)),
    ("variable.parameter", Some(Class::Variable)),
];
