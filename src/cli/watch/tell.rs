//! What is told of a build that follows another: what is new.

use std::path::Path;

use deckle::diag::{Severity, render_json};
use deckle::project::{LockChange, Report};
use serde_json::{Value, json};

use super::findings::Findings;
use super::rebuild::{End, Rebuild};
use crate::cli::build::{counts, shown, tell, would_change};
use crate::cli::preview;
use crate::cli::printer::Printer;
use crate::cli::words::plural;

/// So many changes are named; a checkout has thousands.
const MOST: usize = 10;

/// Knows what was told before.
pub(super) struct Teller<'a> {
    printer: &'a Printer,
    findings: Findings,
    /// How the last build went, in words.
    last: String,
}

impl<'a> Teller<'a> {
    pub(super) fn new(printer: &'a Printer) -> Self {
        Self {
            printer,
            findings: Findings::default(),
            last: String::new(),
        }
    }

    /// Tells of a build of the project in `root`: people what is new, and nothing where nothing is;
    /// programs, which may wait for it, always one object.
    pub(super) fn tell(&mut self, rebuild: &Rebuild, root: &Path) {
        if self.printer.is_json() {
            let line = self.json(rebuild);
            self.printer.data(&line.to_string());
            return;
        }
        let (printer, seconds) = (self.printer, rebuild.took.as_secs_f64());
        match &rebuild.end {
            End::Written(report, written) => {
                let news = self.tell_findings(rebuild, report, root);
                let is_new = self.goes_otherwise(counts(report)) || news;
                self.tell_changes(&report.changes);
                let several = written.iter().filter(|it| it.changed || is_new);
                several.for_each(|built| tell(built, Some(rebuild.took), printer));
            }
            End::Shown(report, previewed) => {
                let news = self.tell_findings(rebuild, report, root);
                let is_new = self.goes_otherwise(counts(report)) || news;
                self.tell_changes(&report.changes);
                if is_new || previewed.changed + previewed.removed > 0 {
                    preview::tell(previewed, rebuild.took, printer);
                }
            }
            End::Refused(report) => {
                let news = self.tell_findings(rebuild, report, root);
                let changes = &report.lock_changes;
                let listed: Vec<String> = changes.iter().map(ToString::to_string).collect();
                let went = format!("{}; no package was written", counts(report));
                let is_new = self.goes_otherwise(format!("{went} {listed:?}"));
                if is_new && !changes.is_empty() {
                    let title = format!("{}, and must not", would_change(changes));
                    printer.lock_changes(changes, &title);
                }
                if is_new || news {
                    printer.summary(&format!("{went}, in {seconds:.2} s"));
                }
            }
            End::Failed(error) => {
                if self.goes_otherwise(error.to_string()) {
                    printer.error(error);
                }
            }
        }
    }

    /// Whether a build went otherwise than the one before it.
    fn goes_otherwise(&mut self, went: String) -> bool {
        let is_new = went != self.last;
        self.last = went;
        is_new
    }

    /// Tells what findings are new, and which are gone; returns whether there are such.
    fn tell_findings(&mut self, rebuild: &Rebuild, report: &Report, root: &Path) -> bool {
        let (found, sources) = (&report.diagnostics, &report.sources);
        let novelty = self.findings.replace(found, sources);
        // The first build has no other to compare with.
        if rebuild.number == 1 {
            self.printer.diagnostics(found, sources, root);
            return true;
        }
        for line in &novelty.gone {
            self.printer.gone(line);
        }
        for diagnostic in &novelty.appeared {
            self.printer.appeared(diagnostic, sources);
        }
        !novelty.gone.is_empty() || !novelty.appeared.is_empty()
    }

    fn tell_changes(&self, changes: &[LockChange]) {
        // By their files, as an author thinks of them; the lock has them by their ids.
        let mut by_path: Vec<&LockChange> = changes.iter().collect();
        by_path.sort_by(|left, right| left.path.cmp(&right.path));
        for change in by_path.into_iter().take(MOST) {
            self.printer.summary(&format!("  {change}"));
        }
        if changes.len() > MOST {
            let more = plural(changes.len() - MOST, "more change");
            self.printer.summary(&format!("  and {more}"));
        }
    }

    fn json(&mut self, rebuild: &Rebuild) -> Value {
        let mut line = json!({
            "rebuild": rebuild.number,
            "seconds": rebuild.took.as_secs_f64(),
            "outcome": match &rebuild.end {
                End::Written(_, written) if written.iter().any(|it| it.changed) => "written",
                End::Shown(_, it) if it.changed + it.removed > 0 => "written",
                End::Written(..) | End::Shown(..) => "unchanged",
                End::Refused(_) => "refused",
                End::Failed(_) => "failed",
            },
        });
        match &rebuild.end {
            End::Written(report, written) => {
                self.describe(&mut line, report);
                let packages = written
                    .iter()
                    .map(|it| Printer::package_json(it, &shown(&it.path)));
                line["packages"] = packages.collect();
            }
            End::Shown(report, previewed) => {
                self.describe(&mut line, report);
                line["preview"] = preview::json(previewed);
            }
            End::Refused(report) => self.describe(&mut line, report),
            End::Failed(error) => line["error"] = json!(error.to_string()),
        }
        line
    }

    fn describe(&mut self, line: &mut Value, report: &Report) {
        let novelty = self.findings.replace(&report.diagnostics, &report.sources);
        let appeared = novelty.appeared.iter().map(|it| -> Value {
            let text = render_json(it, &report.sources);
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        });
        line["appeared"] = appeared.collect();
        line["gone"] = json!(novelty.gone);
        line["errors"] = json!(report.diagnostics.count(Severity::Error));
        line["warnings"] = json!(report.diagnostics.count(Severity::Warning));
        let statistics = &report.statistics;
        line["files"] = json!(statistics.files);
        line["notes"] = json!(statistics.notes);
        line["cards"] = json!(statistics.cards);
        line["media"] = json!(statistics.media);
        let changes = |changes: &[LockChange]| -> Value {
            changes.iter().map(Printer::lock_change_json).collect()
        };
        line["changes"] = changes(&report.changes);
        line["refused"] = changes(&report.lock_changes);
    }
}
