//! What an option can be, where its values are words.

use clap::ValueEnum;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum MessageFormat {
    /// With source lines and underlines
    #[default]
    Human,
    /// A line each, on stdout: path:line:column: severity[code]: message
    Short,
    /// A JSON object a line, on stdout
    Json,
    /// A log of SARIF 2.1.0 on stdout, for code hosts and editors
    Sarif,
    /// Commands of GitHub Actions on stdout, which show findings beside the lines
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For every version of Anki, AnkiDroid and AnkiMobile
    Legacy,
    /// Smaller, for Anki from 2.1.52 and AnkiDroid from 2.17 on
    Latest,
    /// No package but a text file that Anki imports: new and changed notes for learners who have
    /// the note types, without media
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OldIs {
    /// What an author published; learners imported it and changed nothing
    Release,
    /// What a learner exported, with the learning progress
    Learner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum IdStyle {
    /// `<!-- id: x -->` in a line of its own below the heading
    #[default]
    Comment,
    /// `{#x}` behind the heading
    #[value(name = "attr")]
    Attribute,
    /// `^x` behind the heading, as Obsidian writes it
    Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Starter {
    /// A few notes in Markdown and YAML
    #[default]
    Default,
    /// Words with sound, a note type of its own
    Vocabulary,
    /// Formulas and pictures
    Science,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientName {
    /// Anki 26.9.3
    Desktop,
    /// AnkiDroid, whose backend is 25.9.2
    Ankidroid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum UpdateChoice {
    /// What comes replaces what is older
    #[default]
    IfNewer,
    /// What comes replaces what has another time
    Always,
    /// What is there stays
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// Of deckle.yaml
    Deckle,
    /// Of _deck.yaml
    Folder,
    /// Of type.yaml
    Type,
    /// Of files of notes
    Notes,
}
