//! What an import of a package would not survive, lose, or find odd.
//!
//! [`Rule`] is the table of all rules, each with its reason and its mend. The files beside it hold
//! the checks, one file a group: pure functions over [`Contents`], and over the media's bytes
//! where a package can be read. What takes two packages to see is no rule here.

mod cards;
mod decks;
mod finding;
mod generation;
mod media;
mod media_bytes;
mod media_name;
mod names;
mod note_types;
mod notes;
mod rule;
mod rules;
mod schedule;

use std::path::Path;

pub use finding::{Example, Finding, Place};
pub use rule::{Harm, Rule};

use super::{Contents, PackageReader, Variant};
use crate::model::BuildTime;
use crate::{Error, ErrorKind};
use finding::Findings;

/// What there is to say against a package, whoever made it.
///
/// ```
/// use deckle::package::{Harm, Verification};
/// # use deckle::{BuildTime, Deck, Note, NoteType, Package};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("words.apkg");
/// # let mut deck = Deck::new("Words");
/// # deck.add(Note::new(&NoteType::basic()).fields(["ser", "<img src=ser.png>"]).key("ser"))?;
/// # Package::new(BuildTime::from_unix(1_700_000_000)).deck(deck).write(&path)?;
///
/// let verification = Verification::of_file(&path, BuildTime::from_unix(1_800_000_000))?;
/// assert_eq!(verification.worst(), Some(Harm::Loses));
/// assert_eq!(verification.findings()[0].rule().name(), "media-missing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    findings: Vec<Finding>,
}

impl Verification {
    /// What there is to say against the package at this path, all its media read too. `now` is
    /// the moment of an import: ids that lie in its future are changed by one. A file that cannot
    /// be read as a package is a finding.
    ///
    /// # Errors
    /// When the file cannot be opened, or is a collection in use.
    pub fn of_file(path: impl AsRef<Path>, now: impl Into<BuildTime>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut findings = Findings::default();
        let whole = match PackageReader::open(path) {
            Ok(mut package) => {
                let whole = is_whole_collection(path, package.contents());
                of_contents(package.contents(), now.into(), whole, &mut findings);
                media_bytes::check(&mut package, &mut findings);
                whole
            }
            Err(error) => match error.kind() {
                ErrorKind::Archive(_) | ErrorKind::Database(_) => {
                    findings.add(&rules::UNREADABLE, || (Place::Package, causes(&error)));
                    false
                }
                _ => return Err(error),
            },
        };
        check_file_name(path, whole, &mut findings);
        Ok(findings.into())
    }

    /// What there is to say against what a package holds. Its media are not read, and the name of
    /// its file is not known.
    #[must_use]
    pub fn of_contents(contents: &Contents, now: impl Into<BuildTime>) -> Self {
        let mut findings = Findings::default();
        let whole = contents.variant == Variant::Collection;
        of_contents(contents, now.into(), whole, &mut findings);
        findings.into()
    }

    /// One finding for each rule that is broken, the worst first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many findings do this harm.
    #[must_use]
    pub fn count(&self, harm: Harm) -> usize {
        let of_harm = |it: &&Finding| it.rule().harm() == harm;
        self.findings.iter().filter(of_harm).count()
    }

    /// The worst harm that is done; `None` where nothing was found.
    #[must_use]
    pub fn worst(&self) -> Option<Harm> {
        self.findings.first().map(|it| it.rule().harm())
    }

    /// The findings as an object of JSON in one line. Keys keep their names and meaning; a later
    /// version may add some.
    #[must_use]
    pub fn to_json(&self) -> String {
        let findings = self.findings.iter().map(Finding::to_json);
        serde_json::json!({
            "harm": self.worst().map(Harm::name),
            "findings": findings.collect::<serde_json::Value>(),
        })
        .to_string()
    }
}

impl From<Findings> for Verification {
    fn from(findings: Findings) -> Self {
        Self {
            findings: findings.sorted(),
        }
    }
}

/// `whole` is whether an import replaces the collection as a whole, so that nothing is left out.
fn of_contents(contents: &Contents, now: BuildTime, whole: bool, findings: &mut Findings) {
    for lack in &contents.lacking {
        findings.add(&rules::MISSING_KEY, || (Place::Package, lack.clone()));
    }
    let types = note_types::Types::new(contents);
    note_types::check(contents, &types, whole, findings);
    notes::check(contents, &types, now, findings);
    cards::check(contents, &types, findings);
    schedule::check(contents, now, findings);
    decks::check(contents, whole, findings);
    if contents.variant != Variant::Collection {
        media::check(contents, &types, whole, findings);
    }
}

fn is_whole_collection(path: &Path, contents: &Contents) -> bool {
    let ending = path.extension().map(|it| it.to_ascii_lowercase());
    contents.variant == Variant::Collection || ending.is_some_and(|it| it == "colpkg")
}

fn check_file_name(path: &Path, whole: bool, findings: &mut Findings) {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let name = name.unwrap_or_default().to_lowercase();
    let stem = name.strip_suffix(".apkg");
    let example = || (Place::Package, format!("`{}`", finding::shown(&name)));
    match stem {
        Some(stem) if stem == "collection" || stem.starts_with("backup-") => {
            findings.add(&rules::FILE_NAME, example);
        }
        None if !whole => findings.add(&rules::FILE_ENDING, example),
        _ => {}
    }
}

/// The error with what caused it, but for the first words, which name the file.
fn causes(error: &Error) -> String {
    let mut texts = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    if texts.is_empty() {
        texts.push(error.to_string());
    }
    finding::shown(&texts.join(": ")).into_owned()
}
