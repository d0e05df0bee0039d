//! The one place that writes to stdout and stderr.

use std::io::Write;
use std::path::Path;

use anstream::stream::IsTerminal;
use deckle::Error;
use deckle::diag::{
    Diagnostics, Severity, Sources, Style, render, render_github, render_json, render_sarif,
    render_short,
};
use deckle::files::locate;
use deckle::project::{Built, LockChange, MatchedNote};

use super::args::{Args, ColorChoice, MessageFormat};

/// The lock of a project without variants.
const LOCK: &str = deckle::project::LOCK_NAME;

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

    /// Prints findings of the project in `root`: for people on stderr, for programs on stdout.
    pub(crate) fn diagnostics(&self, diagnostics: &Diagnostics, sources: &Sources, root: &Path) {
        let shown = diagnostics
            .iter()
            .filter(|it| !self.quiet || it.severity == Severity::Error);
        if self.format == MessageFormat::Sarif {
            let mut told = Diagnostics::new();
            shown.cloned().for_each(|it| told.push(it));
            data(&render_sarif(&told, sources, &below_top(root)));
            return;
        }
        let folder = match self.format {
            MessageFormat::Github => below_top(root),
            _ => String::new(),
        };
        let mut first = None;
        for diagnostic in shown {
            first.get_or_insert(diagnostic.code);
            match self.format {
                MessageFormat::Human | MessageFormat::Sarif => {
                    self.message(&render(diagnostic, sources, self.style));
                    self.message("");
                }
                MessageFormat::Short => data(&render_short(diagnostic, sources)),
                MessageFormat::Json => data(&render_json(diagnostic, sources)),
                MessageFormat::Github => data(&render_github(diagnostic, sources, &folder)),
            }
        }
        if let (MessageFormat::Human, false, Some(code)) = (self.format, self.quiet, first) {
            self.message(&format!("`deckle explain {code}` tells what a code means"));
        }
    }

    /// Prints a finding that the last build did not have.
    #[cfg(feature = "watch")]
    pub(crate) fn appeared(&self, diagnostic: &deckle::diag::Diagnostic, sources: &Sources) {
        if self.quiet && diagnostic.severity != Severity::Error {
            return;
        }
        match self.format {
            MessageFormat::Short => data(&format!("+ {}", render_short(diagnostic, sources))),
            _ => {
                self.message(&format!("+ {}", render(diagnostic, sources, self.style)));
                self.message("");
            }
        }
    }

    /// Prints a finding, in one line, that the last build had and this one has not.
    #[cfg(feature = "watch")]
    pub(crate) fn gone(&self, line: &str) {
        match self.format {
            MessageFormat::Short => data(&format!("- {line}")),
            _ => self.summary(&format!("- {line}")),
        }
    }

    /// Prints what would change in the lock: for people on stderr, for programs on stdout.
    pub(crate) fn lock_changes(&self, changes: &[LockChange], title: &str) {
        for change in changes {
            match self.format {
                MessageFormat::Human | MessageFormat::Sarif | MessageFormat::Github => {}
                MessageFormat::Short => data(&format!("{}: {change}", change.lock)),
                MessageFormat::Json => data(&Self::lock_change_json(change).to_string()),
            }
        }
        self.message(&format!("{}: {title}", self.error_label()));
        if !matches!(self.format, MessageFormat::Short | MessageFormat::Json) {
            for change in changes {
                match change.lock.as_str() {
                    LOCK => self.message(&format!("  {change}")),
                    other => self.message(&format!("  {other}: {change}")),
                }
            }
        }
        let mut locks: Vec<&str> = changes.iter().map(|it| it.lock.as_str()).collect();
        locks.dedup();
        let locks = locks.join(", ");
        self.message(&format!(
            "Run `deckle build`, look at what changes, and commit {locks}."
        ));
    }

    pub(crate) fn lock_change_json(change: &LockChange) -> serde_json::Value {
        serde_json::json!({
            "lock-change": change.kind.as_str(),
            "lock": change.lock,
            "subject": change.subject,
            "path": change.path,
            "details": change.details,
        })
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
                MessageFormat::Human | MessageFormat::Sarif | MessageFormat::Github => {
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

    /// Prints, for programs, what became of a package; people read a summary.
    pub(crate) fn package(&self, built: &Built, path: &Path) {
        if self.format == MessageFormat::Json {
            data(&Self::package_json(built, path).to_string());
        }
    }

    pub(crate) fn package_json(built: &Built, path: &Path) -> serde_json::Value {
        serde_json::json!({
            "package": path.to_string_lossy(),
            "name": built.name,
            "changed": built.changed,
            "bytes": built.bytes,
            "notes": built.notes,
            "cards": built.cards,
            "media": built.media,
        })
    }

    /// Prints which project what follows is about: paths in it begin there.
    pub(crate) fn project(&self, path: &Path) {
        match self.format {
            MessageFormat::Json => {
                let line = serde_json::json!({"project": path.to_string_lossy()});
                data(&line.to_string());
            }
            MessageFormat::Short => data(&format!("{}:", path.display())),
            _ => self.message(&format!("{}:", path.display())),
        }
    }

    /// Whether all that is found goes into one SARIF log.
    pub(crate) fn is_sarif(&self) -> bool {
        self.format == MessageFormat::Sarif
    }

    /// Whether findings are printed for programs, one object a line.
    pub(crate) fn is_json(&self) -> bool {
        self.format == MessageFormat::Json
    }

    /// Whether what is printed can go on for ever.
    #[cfg(feature = "watch")]
    pub(crate) fn is_continuous(&self) -> bool {
        !matches!(self.format, MessageFormat::Sarif | MessageFormat::Github)
    }

    /// Whether somebody sees at a terminal how a run goes.
    pub(crate) fn is_watched(&self) -> bool {
        self.format == MessageFormat::Human && !self.quiet && std::io::stderr().is_terminal()
    }

    /// Prints what was asked for beside the findings: on stdout, unless that holds a document.
    pub(crate) fn listing(&self, text: &str) {
        match self.format {
            MessageFormat::Sarif | MessageFormat::Github => self.message(text),
            _ => data(text),
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
        self.causes(error);
    }

    /// Prints why one of several things failed, with its causes.
    pub(crate) fn failed_at(&self, what: &str, error: &Error) {
        self.failure(&format!("{what}: {error}"));
        self.causes(error);
    }

    fn causes(&self, error: &Error) {
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

/// Puts a line, which does not end yet, in the place of one that was `before` characters long.
pub(super) fn redraw(text: &str, before: usize) {
    let blank = " ".repeat(before);
    let mut terminal = std::io::stderr().lock();
    let _ = write!(terminal, "\r{blank}\r{text}");
    let _ = terminal.flush();
}

/// The way from the top of the repository to a project, with `/` between its parts: as GitHub
/// Actions names the top, else from the current folder; empty where the project lies elsewhere.
fn below_top(root: &Path) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let named = std::env::var("GITHUB_WORKSPACE").ok();
    let tops = named.as_deref().into_iter().chain(std::iter::once("."));
    for top in tops {
        let Ok((top, _)) = locate(Path::new(top)) else {
            continue;
        };
        if let Ok(way) = root.strip_prefix(top) {
            let parts: Vec<_> = way.iter().map(|it| it.to_string_lossy()).collect();
            return parts.join("/");
        }
    }
    String::new()
}

/// Prints a line of data. A reader that went away has seen enough: a closed pipe is no failure.
fn data(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
