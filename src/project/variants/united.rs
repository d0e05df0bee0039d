//! One report of several variants: what all of them find is told once.

use std::collections::{BTreeMap, HashMap};

use super::lock_name;
use crate::diag::{Code, Diagnostic, Label, Span};
use crate::files::file_name;
use crate::identity::LOCK_NAME;
use crate::project::{FileNotes, Report};
use crate::source::matrix::Variant;

/// The reports of variants, put together.
pub(super) struct United {
    /// What was found so far that is about the variants as a whole, and the files.
    pub(super) report: Report,
    /// How many variants are built.
    count: usize,
    found: Vec<Found>,
    known: HashMap<Key, Vec<usize>>,
}

/// A finding, and the variants that it was found in.
struct Found {
    diagnostic: Diagnostic,
    variants: Vec<String>,
}

/// What findings that are equal have in common.
type Key = (Code, String, Option<Span>);

impl United {
    pub(super) fn new(report: Report, count: usize) -> Self {
        Self {
            report,
            count,
            found: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Takes in what was found in a variant.
    pub(super) fn take(&mut self, variant: &Variant, of_variant: Report) {
        let Report {
            diagnostics,
            sources,
            statistics,
            files,
            lock_changes,
            changes,
            matches,
        } = of_variant;
        let report = &mut self.report;
        for diagnostic in &report.sources.unite(sources, diagnostics) {
            let first = diagnostic.labels.first().map(|it| it.span);
            let key = (diagnostic.code, diagnostic.message.clone(), first);
            let alike = self.known.entry(key).or_default();
            let same = alike.iter().find_map(|at| {
                let known = self.found.get(*at)?;
                let is_new = known.variants.last() != Some(&variant.key);
                (is_new && known.diagnostic == *diagnostic).then_some(*at)
            });
            match same.and_then(|at| self.found.get_mut(at)) {
                Some(known) => known.variants.push(variant.key.clone()),
                None => {
                    alike.push(self.found.len());
                    self.found.push(Found {
                        diagnostic: diagnostic.clone(),
                        variants: vec![variant.key.clone()],
                    });
                }
            }
        }
        let sum = &mut report.statistics;
        sum.notes += statistics.notes;
        sum.cards += statistics.cards;
        sum.media += statistics.media;
        // What an included project holds is counted, and not listed.
        let before = sum.files.saturating_sub(report.files.len());
        let included = statistics.files.saturating_sub(files.len()).max(before);
        add_files(&mut report.files, files);
        report.statistics.files = report.files.len() + included;
        report.lock_changes.extend(lock_changes);
        report.changes.extend(changes);
        for it in matches {
            if !report.matches.contains(&it) {
                report.matches.push(it);
            }
        }
    }

    /// The report of all.
    pub(super) fn finish(self) -> Report {
        let mut report = self.report;
        for Found {
            mut diagnostic,
            variants,
        } in self.found
        {
            if !is_of_plain_lock(&diagnostic, &report) {
                let lock = match variants.as_slice() {
                    [one] => lock_name(one),
                    _ => "deckle.*.lock".to_owned(),
                };
                name_lock(&mut diagnostic, &lock);
            }
            if variants.len() < self.count {
                let word = if variants.len() == 1 {
                    "variant"
                } else {
                    "variants"
                };
                let variants = variants.join("`, `");
                diagnostic.notes.push(format!("in the {word} `{variants}`"));
            }
            report.diagnostics.push(diagnostic);
        }
        report
    }
}

/// Whether a finding is about a lock that is called `deckle.lock` indeed: one that belongs to no
/// variant, or to a project that is included.
fn is_of_plain_lock(diagnostic: &Diagnostic, report: &Report) -> bool {
    let in_lock = |it: &Label| file_name(report.sources.path(it.span.file)) == LOCK_NAME;
    matches!(diagnostic.code, Code::MatrixLock | Code::MatrixLockLeft)
        || diagnostic.labels.iter().any(in_lock)
}

/// Calls the lock of a variant by its name: rules do not know of which project they speak.
fn name_lock(diagnostic: &mut Diagnostic, lock: &str) {
    let labels = diagnostic.labels.iter_mut().map(|it| &mut it.text);
    let texts = labels
        .chain(&mut diagnostic.notes)
        .chain(&mut diagnostic.helps)
        .chain([&mut diagnostic.message]);
    for text in texts.filter(|it| it.contains(LOCK_NAME)) {
        *text = text.replace(LOCK_NAME, lock);
    }
}

/// Adds how much each file holds.
fn add_files(all: &mut Vec<FileNotes>, of_variant: Vec<FileNotes>) {
    let own = std::mem::take(all);
    let mut files: BTreeMap<String, FileNotes> = BTreeMap::new();
    for file in own.into_iter().chain(of_variant) {
        match files.get_mut(&file.path) {
            Some(known) => {
                known.notes += file.notes;
                known.cards += file.cards;
            }
            None => {
                files.insert(file.path.clone(), file);
            }
        }
    }
    all.extend(files.into_values());
}
