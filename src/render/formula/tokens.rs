//! TeX as tokens: commands, characters, and the clozes that stand among them.

/// What TeX tells apart in a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A backslash and letters, or a backslash and one other character.
    Command(String),
    Character(char),
    /// A delimiter of a cloze; the index of its token in the field.
    Cloze {
        index: usize,
        opens: bool,
        closes: bool,
    },
}

/// The tokens of a text without clozes.
pub(crate) fn read(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '\\' => command_length(rest),
            other => other.len_utf8(),
        };
        let (token, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        tokens.push(match character {
            '\\' => Token::Command(token.to_owned()),
            other => Token::Character(other),
        });
        rest = behind;
    }
    tokens
}

/// The bytes of the command that the text begins with.
pub(crate) fn command_length(text: &str) -> usize {
    let behind = text.get(1..).unwrap_or_default();
    let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
    match letters {
        0 => 1 + behind.chars().next().map_or(0, char::len_utf8),
        letters => 1 + letters,
    }
}

/// Writes tokens one by one, so that none runs into the one before: a letter behind a command
/// gets a space between.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joiner {
    behind_word: bool,
}

impl Joiner {
    /// Whether a space has to stand in front of this token.
    pub(crate) fn needs_space(&mut self, token: &Token) -> bool {
        let needs =
            self.behind_word && matches!(token, Token::Character(it) if it.is_ascii_alphabetic());
        match token {
            Token::Command(name) => {
                self.behind_word = name.ends_with(|it: char| it.is_ascii_alphabetic());
            }
            Token::Character(_) => self.behind_word = false,
            Token::Cloze { .. } => {}
        }
        needs
    }
}

/// The text of tokens, without clozes.
pub(crate) fn to_text<'t>(tokens: impl IntoIterator<Item = &'t Token>) -> String {
    let mut text = String::new();
    let mut joiner = Joiner::default();
    for token in tokens {
        if joiner.needs_space(token) {
            text.push(' ');
        }
        match token {
            Token::Command(name) => text.push_str(name),
            Token::Character(character) => text.push(*character),
            Token::Cloze { .. } => {}
        }
    }
    text
}
