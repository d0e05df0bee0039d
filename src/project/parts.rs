//! What the stages of a build come to, and the packages that are made of it.

use std::path::PathBuf;
use std::sync::Arc;

use super::build::Ready;
use super::division::{self, Origins};
use super::lock_file::NextLock;
use super::target::Target;
use super::variants::Claims;
use super::{BuildOptions, Project, budget, output};
use crate::Error;
use crate::diag::Diagnostics;
use crate::model::{Deck, DeckName, MediaFile};
use crate::package::Baseline;
use crate::source::budget::Budget;
use crate::source::outputs::Outputs;

/// Where a note stands.
#[derive(Debug, Clone)]
pub(super) struct NotePlace {
    pub(super) guid: String,
    /// The file, relative to the project.
    pub(super) path: Arc<str>,
    /// The line that it begins in, from 1.
    pub(super) line: usize,
}

/// What packages are made of.
pub(super) struct Parts {
    /// The root deck.
    pub(super) root: DeckName,
    pub(super) decks: Vec<Deck>,
    pub(super) media: Vec<MediaFile>,
    /// Where the notes come from, if that decides which package they go into.
    pub(super) origins: Origins,
    /// Where the notes stand, if somebody asks.
    pub(super) places: Vec<NotePlace>,
    /// The locks, if the build is one that writes them.
    pub(super) locks: Vec<NextLock>,
    /// Of a variant of the project, what no other one may have.
    pub(super) claims: Claims,
    pub(super) output: PathBuf,
    pub(super) outputs: Outputs,
    pub(super) budget: Budget,
    pub(super) baseline: Option<Baseline>,
}

impl Parts {
    /// The packages, and what else is written with them.
    pub(super) fn ready(
        self,
        project: &Project,
        options: &BuildOptions,
        sink: &mut Diagnostics,
    ) -> Result<Ready, Error> {
        if !project.is_whole() || !self.outputs.are_several() {
            if let Some(name) = options.only.first() {
                return Err(Error::usage(format!(
                    "there is one package here, and `--only {name}` chooses among several"
                )));
            }
            let notes = self.decks.iter().flat_map(Deck::notes);
            budget::package(&self.budget, "the package", notes, &self.media, sink)?;
            let target = Target::new(None, self.output, self.decks, self.media, options);
            let mut target =
                target.in_container(self.outputs.single().and_then(|it| it.container), options);
            if let Some(baseline) = &self.baseline {
                target.package = target.package.baseline(baseline);
                // It was the output itself, and read for that.
                target.replaces |= options.baseline.is_none();
            }
            let targets = vec![target.with_text(options, sink)?];
            return Ok(Ready {
                targets,
                places: self.places,
                locks: self.locks,
                ..Ready::default()
            });
        }
        let (outputs, root) = (&self.outputs, &self.root);
        let shares = division::divide(outputs, root, self.decks, &self.media, &self.origins, sink);
        let shares = output::chosen(shares, options)?;
        let mut targets = Vec::with_capacity(shares.len());
        for share in shares {
            let path = share.place.path(project, options, sink);
            let notes = share.decks.iter().flat_map(Deck::notes);
            let name = format!("the package `{}`", share.name);
            budget::package(&self.budget, &name, notes, &share.media, sink)?;
            let target = Target::new(Some(share.name), path, share.decks, share.media, options);
            let target = target.in_container(share.place.container, options);
            targets.push(target.with_text(options, sink)?);
        }
        Ok(Ready {
            targets,
            places: self.places,
            locks: self.locks,
            ..Ready::default()
        })
    }
}
