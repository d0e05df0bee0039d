//! The programs that show cards, and which of them a deck is made for.

use std::fmt;

/// A program that shows cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Client {
    /// Anki on Windows, macOS and Linux.
    Desktop,
    /// AnkiDroid.
    AnkiDroid,
    /// AnkiMobile, on iPhone and iPad.
    AnkiMobile,
    /// AnkiWeb, in a browser.
    AnkiWeb,
}

impl Client {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Desktop,
        Self::AnkiDroid,
        Self::AnkiMobile,
        Self::AnkiWeb,
    ];

    /// The word for it in `targets` and `--target`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::AnkiDroid => "ankidroid",
            Self::AnkiMobile => "ios",
            Self::AnkiWeb => "web",
        }
    }

    /// The client of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

impl fmt::Display for Client {
    /// Its name.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Desktop => "Anki on the desktop",
            Self::AnkiDroid => "AnkiDroid",
            Self::AnkiMobile => "AnkiMobile",
            Self::AnkiWeb => "AnkiWeb",
        })
    }
}

/// The clients that a deck is made for; none where nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Targets([bool; 4]);

impl Targets {
    /// These clients.
    #[must_use]
    pub fn of(clients: &[Client]) -> Self {
        Self(Client::ALL.map(|it| clients.contains(&it)))
    }

    /// All clients.
    #[must_use]
    pub const fn all() -> Self {
        Self([true; 4])
    }

    /// Whether any were said.
    #[must_use]
    pub fn are_said(self) -> bool {
        self != Self::default()
    }

    /// Whether this client is one of them.
    #[must_use]
    pub fn hold(self, client: Client) -> bool {
        Client::ALL
            .into_iter()
            .zip(self.0)
            .any(|(it, holds)| it == client && holds)
    }
}
