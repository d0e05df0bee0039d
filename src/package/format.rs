//! Which of Anki's containers a package is.

/// The container of a package. Both carry the same: notes, cards, note types, decks, deck options
/// and media are one and the same in a collection after the import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// `collection.anki2` with the tables of schema 11, known as "legacy 1": every Anki,
    /// AnkiDroid and AnkiMobile imports it, and so do other programs.
    #[default]
    Legacy,
    /// `collection.anki21b` with the tables of schema 18, everything compressed with zstd: smaller
    /// and with a checksum of each media file, for Anki from 2.1.52 and AnkiDroid from 2.17 on.
    Latest,
}
