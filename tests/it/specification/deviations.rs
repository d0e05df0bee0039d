//! The examples that deckle reads otherwise than their specification, and why.

/// Why an example comes out otherwise. `docs/format.md` says it to authors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// `\\[..\\]` is a formula, not two brackets.
    Formula,
    /// `[[..]]` is a wiki link, and `![[..]]` an embed.
    WikiLink,
    /// The language of a code block must be one that is known.
    Language,
    /// `<x:y>` is a link for few schemes only: `<std::string>` is none.
    Scheme,
    /// Addresses without brackets are links, as GFM has it.
    Address,
    /// Mail addresses without brackets are text.
    Mail,
}

impl Why {
    /// The words by which the reference tells it.
    pub(super) fn documented(self) -> &'static str {
        match self {
            Self::Formula => "`\\[..\\]` is a formula",
            Self::WikiLink => "`[[..]]` is a wiki link",
            Self::Language => "a language that is not known",
            Self::Scheme => "`<scheme:..>` is a link",
            Self::Address => "addresses without brackets are links",
            Self::Mail => "mail addresses without brackets are text",
        }
    }
}

/// Examples of CommonMark 0.31.2 by their numbers.
pub(super) const COMMONMARK: &[(u32, Why)] = &[
    (12, Why::Formula),
    (24, Why::Language),
    (34, Why::Language),
    (144, Why::Language),
    (146, Why::Language),
    (548, Why::WikiLink),
    (559, Why::WikiLink),
    (590, Why::WikiLink),
    (596, Why::Scheme),
    (598, Why::Scheme),
    (599, Why::Scheme),
    (601, Why::Scheme),
    (608, Why::Address),
    (611, Why::Address),
];

/// Examples of GFM 0.29 by their numbers.
pub(super) const GFM: &[(u32, Why)] = &[(629, Why::Mail), (630, Why::Mail), (631, Why::Mail)];
