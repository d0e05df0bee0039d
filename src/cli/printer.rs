//! The one place that writes to stdout and stderr.

use std::io::Write;

use anstream::stream::IsTerminal;
use deckle::Error;
use deckle::diag::{Diagnostics, Severity, Sources, Style, render, render_json, render_short};

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
        let label = match self.style {
            Style::Color => "\u{1b}[1;31merror\u{1b}[0m",
            _ => "error",
        };
        self.message(&format!("{label}: {text}"));
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
