//! The one place that writes to stdout and stderr.

use std::io::Write;

use anstream::stream::IsTerminal;
use deckle::Error;
use deckle::diag::{Diagnostics, Severity, Sources, Style, render, render_json, render_short};
use deckle::identity::LockChange;
use deckle::project::MatchedNote;

use super::args::{Args, ColorChoice, MessageFormat};

/// Decides once what each stream shows.
pub(crate) struct Printer {
    format: MessageFormat,
    style: Style,
    quiet: bool,
}

impl Printer {
    pub(crate) fn new(args: &Args) -> Self {
        let color = match args.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let choice = anstream::AutoStream::choice(&std::io::stderr());
                choice != anstream::ColorChoice::Never && std::io::stderr().is_terminal()
            }
        };
        let style = if color { Style::Color } else { Style::Plain };
        Self {
            format: args.message_format,
            style,
            quiet: args.quiet,
        }
    }

    /// Prints findings: for people on stderr, for programs on stdout.
    pub(crate) fn diagnostics(&self, diagnostics: &Diagnostics, sources: &Sources) {
        for diagnostic in diagnostics {
            if self.quiet && diagnostic.severity != Severity::Error {
                continue;
            }
            match self.format {
                MessageFormat::Human => {
                    self.message(&render(diagnostic, sources, self.style));
                    self.message("");
                }
                MessageFormat::Short => data(&render_short(diagnostic, sources)),
                MessageFormat::Json => data(&render_json(diagnostic, sources)),
            }
        }
    }

    /// Prints what would change in the lock: for people on stderr, for programs on stdout.
    pub(crate) fn lock_changes(&self, changes: &[LockChange], title: &str) {
        for change in changes {
            match self.format {
                MessageFormat::Human => {}
                MessageFormat::Short => data(&format!("deckle.lock: {change}")),
                MessageFormat::Json => {
                    let line = serde_json::json!({
                        "lock-change": change.kind.as_str(),
                        "subject": change.subject,
                        "path": change.path,
                        "details": change.details,
                    });
                    data(&line.to_string());
                }
            }
        }
        self.message(&format!("{}: {title}", self.error_label()));
        if self.format == MessageFormat::Human {
            for change in changes {
                self.message(&format!("  {change}"));
            }
        }
        self.message("Run `deckle build`, look at what changes, and commit deckle.lock.");
    }

    /// Prints the notes that were edited and are taken for what they were: for people on stderr,
    /// for programs on stdout.
    pub(crate) fn matches(&self, matches: &[MatchedNote]) {
        if self.quiet {
            return;
        }
        for it in matches {
            let from = it.moved_from.as_deref();
            let moved = from.map_or_else(String::new, |from| format!("  (was in {from})"));
            match self.format {
                MessageFormat::Human => {
                    self.message(&format!(
                        "edited  {}:{}  {}{moved}",
                        it.path, it.line, it.id
                    ));
                }
                MessageFormat::Short => {
                    data(&format!(
                        "{}:{}: edited: {}{moved}",
                        it.path, it.line, it.id
                    ));
                }
                MessageFormat::Json => {
                    let line = serde_json::json!({
                        "edited-note": it.id,
                        "path": it.path,
                        "line": it.line,
                        "moved-from": it.moved_from,
                    });
                    data(&line.to_string());
                }
            }
        }
    }

    fn error_label(&self) -> &'static str {
        match self.style {
            Style::Color => "\u{1b}[1;31merror\u{1b}[0m",
            _ => "error",
        }
    }

    /// Prints what a command was asked for, on stdout.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn data(&self, text: &str) {
        data(text);
    }

    /// Prints how a run went, unless quiet.
    pub(crate) fn summary(&self, text: &str) {
        if !self.quiet {
            self.message(text);
        }
    }

    /// Prints why a run failed that did its work.
    pub(crate) fn failure(&self, text: &str) {
        self.message(&format!("{}: {text}", self.error_label()));
    }

    /// Prints what kept a run from its end, with its causes.
    pub(crate) fn error(&self, error: &Error) {
        self.failure(&error.to_string());
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            self.message(&format!("  caused by: {error}"));
            cause = error.source();
        }
    }

    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    fn message(&self, text: &str) {
        // Where nobody reads stderr any more there is nobody to tell.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// Prints a line of data. A reader that went away has seen enough: a closed pipe is no failure.
fn data(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
