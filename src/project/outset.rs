//! What a project is before any of its notes is read: its note types, and what earlier builds left.

use std::path::PathBuf;

use super::assets::TypeFiles;
use super::lock_file::LockFile;
use super::types::Changed;
use super::{BuildOptions, Project, assets, output, types};
use crate::Error;
use crate::diag::{Code, Diagnostics, Sources};
use crate::identity::Lock;
use crate::render::Renderer;
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;

/// What is read before notes are.
pub(super) struct Outset {
    /// The note types as they are written.
    pub(super) types: TypeSet,
    /// Where a build puts the package.
    pub(super) output: PathBuf,
    pub(super) lock_file: LockFile,
}

impl Outset {
    /// `None` where the lock cannot be read, which is told.
    pub(super) fn read(
        project: &Project,
        manifest: &Manifest,
        options: &BuildOptions,
        sources: &mut Sources,
        sink: &mut Diagnostics,
    ) -> Result<Option<Self>, Error> {
        let lock = |lock_file, _: &Diagnostics| lock_file;
        Self::with_lock(project, manifest, options, sources, sink, lock)
    }

    /// As [`Outset::read`], but with an empty lock in the place of one that cannot be read, so that
    /// what is wrong with the notes is told, too. `None` where the lock is a newer deckle's: so may
    /// the sources be.
    pub(super) fn read_anyway(
        project: &Project,
        manifest: &Manifest,
        options: &BuildOptions,
        sources: &mut Sources,
        sink: &mut Diagnostics,
    ) -> Result<Option<Self>, Error> {
        let lock = |lock_file: Option<LockFile>, sink: &Diagnostics| {
            let is_newer = sink.iter().any(|it| it.code == Code::LockVersion);
            lock_file.or_else(|| (!is_newer).then(|| LockFile::unread(project)))
        };
        Self::with_lock(project, manifest, options, sources, sink, lock)
    }

    fn with_lock(
        project: &Project,
        manifest: &Manifest,
        options: &BuildOptions,
        sources: &mut Sources,
        sink: &mut Diagnostics,
        lock: impl FnOnce(Option<LockFile>, &Diagnostics) -> Option<LockFile>,
    ) -> Result<Option<Self>, Error> {
        let types = types::load(project, manifest, sources, sink)?;
        let output = output::path(project, manifest, options, sink);
        let read = LockFile::read(project, manifest, options, &output, sources, sink)?;
        Ok(lock(read, sink).map(|lock_file| Self {
            types,
            output,
            lock_file,
        }))
    }
}

/// Note types as notes are made of them.
pub(super) struct SettledTypes {
    /// With the names that files have in packages and, where a lock is kept, with its ids and times.
    pub(super) types: TypeSet,
    /// What they load.
    pub(super) files: TypeFiles,
    /// Those whose schema is another than at the last build.
    pub(super) changed: Vec<Changed>,
}

impl SettledTypes {
    /// Of types as they are written. The lock is `None` where none is kept.
    pub(super) fn new(
        written: &TypeSet,
        manifest: &Manifest,
        lock: Option<&Lock>,
        renderer: &Renderer<'_>,
        options: &BuildOptions,
        sink: &mut Diagnostics,
    ) -> Self {
        let (types, files) = assets::named(written, renderer, &manifest.defaults.settings);
        let (types, changed) = match lock {
            Some(lock) => types::stamped(&types, lock, &manifest.uid, options, sink),
            None => (types, Vec::new()),
        };
        Self {
            types,
            files,
            changed,
        }
    }
}
