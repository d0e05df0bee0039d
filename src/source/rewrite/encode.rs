//! A text in the form of the place that it goes to.

use crate::source::emit::double_quoted;

/// How a place wants its text written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is, line by line, each further line behind so many spaces.
    Lines { indent: usize },
    /// On one line, in a row of a Markdown table.
    Cell { escapes: bool },
    /// On one line, as it is.
    Line,
    /// In YAML's single quotes.
    Single,
    /// In YAML's double quotes.
    Double,
    /// In a cell in quotes.
    QuotedCell,
    /// In a cell without quotes.
    BareCell { delimiter: char },
}

impl Encoding {
    /// The text as it is written there; `None` where the place cannot hold it.
    pub(super) fn text(self, text: &str, newline: &str) -> Option<String> {
        let one_line = |text: String| (!text.contains('\n')).then_some(text);
        match self {
            Self::Lines { indent } => Some(indented(text, indent, newline)),
            Self::Cell { escapes: true } => one_line(text.replace('|', "\\|")),
            Self::Cell { escapes: false } | Self::Line => one_line(text.to_owned()),
            Self::Single => one_line(text.replace('\'', "''")),
            Self::Double => {
                let quoted = double_quoted(text);
                let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
                Some(inner.to_owned())
            }
            Self::QuotedCell => Some(text.replace('"', "\"\"").replace('\n', newline)),
            Self::BareCell { delimiter } => {
                one_line(text.to_owned()).filter(|it| !it.contains([delimiter, '"', '\r']))
            }
        }
    }
}

/// The text with its further lines behind so many spaces; empty lines stay empty.
fn indented(text: &str, indent: usize, newline: &str) -> String {
    let mut lines = text.split('\n');
    let mut written = lines.next().unwrap_or_default().to_owned();
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        written.push_str(newline);
        // Behind the last line break goes on what stands there.
        if !line.is_empty() || lines.peek().is_none() {
            written.extend(std::iter::repeat_n(' ', indent));
        }
        written.push_str(line);
    }
    written
}

/// How the lines of a file end: as its first one does.
pub(super) fn newline(source: &str) -> &'static str {
    match source.split_once('\n') {
        Some((line, _)) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
