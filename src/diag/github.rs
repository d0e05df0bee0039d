//! Findings as GitHub Actions shows them beside the lines of a pull request: workflow commands,
//! one a line, `::error file=..,line=..::message`.

use super::{Diagnostic, Severity, Sources};

/// A finding as a workflow command, without a line break at its end. Paths are written behind
/// `folder`, which is the way from the repository's top to the project (`""` where they are one).
#[must_use]
pub fn render_github(diagnostic: &Diagnostic, sources: &Sources, folder: &str) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    let span = diagnostic.span();
    let end = sources.position_at(span.file, span.end as usize);
    if let (Some(start), Some(end)) = (sources.position(span), end) {
        let path = super::below(folder, sources.path(span.file));
        properties.push(format!("file={}", property(&path)));
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        // Columns are for places within one line only; the last one belongs to the place.
        if start.line == end.line {
            let last = end.column.saturating_sub(1).max(start.column);
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={last}"));
        }
    }
    let title = format!("{} {}", diagnostic.code.id(), diagnostic.code.name());
    properties.push(format!("title={}", property(&title)));
    let message = message(&super::in_words(diagnostic));
    format!("::{command} {}::{message}", properties.join(","))
}

/// A message in which nothing ends the command.
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's value, in which colons and commas would end it as well.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Span};

    #[test]
    fn nothing_in_a_finding_ends_the_command() {
        let mut sources = Sources::new();
        let file = sources.add("a, b: 100%.md", "one\ntwö x\n");
        let span = Span::new(file, 4..8);
        let found = Diagnostic::new(Code::MediaMissing, "file not found: `50%\n::x`")
            .at(span, "here")
            .note("why");
        assert_eq!(
            render_github(&found, &sources, "deep/decks"),
            "::error file=deep/decks/a%2C b%3A 100%25.md,line=2,endLine=2,col=1,endColumn=3,\
             title=E0301 media-missing::file not found: `50%25%0A::x`: here%0Anote: why"
        );
        let lines = Diagnostic::new(Code::LinkTarget, "x").at(Span::new(file, 0..8), "");
        assert_eq!(
            render_github(&lines, &sources, ""),
            "::warning file=a%2C b%3A 100%25.md,line=1,endLine=2,title=W0310 link-target::x"
        );
        let nowhere = Diagnostic::new(Code::RenderedAnew, "x").info();
        assert_eq!(
            render_github(&nowhere, &sources, ""),
            "::notice title=W0726 rendered-anew::x"
        );
    }
}
