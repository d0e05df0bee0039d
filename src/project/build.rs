//! A build: the stages in their order, and what comes out of them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decks::DeckPlan;
use super::division::{self, Origins};
use super::lock_file::{self, LockFile, Touched, WrittenLock};
use super::memo::Memo;
use super::render::{Facts, Made};
use super::target::{Built, Target};
use super::variants::{self, Claims};
use super::{
    BuildOptions, Project, Report, Scope, Statistics, assets, budget, clozes, fonts, history,
    includes, latex, load, media, observed, output, predecessor, rematch, schema, targets, types,
};
use crate::diag::{Code, Diagnostic, Diagnostics, Levels, Severity, Sources, Span};
use crate::files::{self, Cache};
use crate::identity::{self, Assigned, Claim, Lock};
use crate::model::written::IdMode;
use crate::model::{Deck, DeckName, MediaFile};
use crate::observe::{Observed, Stage};
use crate::package::{Baseline, Package};
use crate::render::{MediaNames, NamedMedia};
use crate::source::budget::Budget;
use crate::source::manifest::Manifest;
use crate::source::outputs::Outputs;
use crate::{Error, ErrorKind, check};

/// What a build came to: findings, and the packages where there were no errors.
#[derive(Debug)]
#[must_use = "a build is on disk only when it is written"]
pub struct Build {
    report: Report,
    ready: Option<Ready>,
    memo: Option<Memo>,
}

/// Packages, and what is written with them.
#[derive(Debug, Default)]
pub(super) struct Ready {
    pub(super) targets: Vec<Target>,
    /// The locks, if the build is one that writes them.
    pub(super) locks: Vec<WrittenLock>,
    observed: Observed,
}

/// What packages are made of.
pub(super) struct Parts {
    /// The root deck.
    pub(super) root: DeckName,
    pub(super) decks: Vec<Deck>,
    pub(super) media: Vec<MediaFile>,
    /// Where the notes come from, if that decides which package they go into.
    pub(super) origins: Origins,
    /// The locks, if the build is one that writes them.
    pub(super) locks: Vec<WrittenLock>,
    /// Of a variant of the project, what no other one may have.
    pub(super) claims: Claims,
    output: PathBuf,
    outputs: Outputs,
    budget: Budget,
    baseline: Option<Baseline>,
}

impl Build {
    /// What was found.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was found, without the package.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    /// The package, the first of several; `None` where the sources have errors, or the lock would
    /// change though it must not.
    #[must_use]
    pub fn package(&self) -> Option<&Package> {
        self.packages().first().map(|it| &it.package)
    }

    /// All packages, in the order of the project file; none where [`Build::package`] is `None`.
    #[must_use]
    pub fn packages(&self) -> &[Target] {
        self.ready.as_ref().map_or(&[], |ready| &ready.targets)
    }

    /// Writes the lock, then the packages: after a crash between them the next build gives the
    /// same bytes. Returns what was written, in the order of [`Build::packages`].
    ///
    /// # Errors
    /// When the sources have errors, the lock would change though it must not, or the file at the
    /// path of a package is none that deckle wrote (see [`BuildOptions::force`]): nothing is
    /// written then. When a file cannot be written: each package then is the new one or as it was.
    pub fn write(mut self) -> Result<Vec<Built>, Error> {
        let memo = self.memo.take();
        let report = memo.is_some().then(|| self.report.clone());
        let ready = self.into_ready()?;
        for target in ready.targets.iter().filter(|it| !it.replaces) {
            output::check_replaceable(&target.path, target.text.is_some())?;
        }
        let writing = ready.observed.stage(Stage::Write);
        for WrittenLock { path, text, .. } in &ready.locks {
            files::write_atomically(path, |file| {
                file.write_all(text.as_bytes())
                    .map_err(|source| Error::write(path, source))
            })?;
        }
        drop(writing);
        let (Some(memo), Some(report)) = (memo, report) else {
            let targets = ready.targets.into_iter();
            return targets.map(|it| it.write(&ready.observed)).collect();
        };
        let targets = ready.targets.into_iter();
        let written: Result<Vec<(Built, [u8; 32])>, Error> =
            targets.map(Target::write_and_hash).collect();
        let written = written?;
        let built = written.iter().map(|(it, _)| it.clone()).collect();
        memo.keep(report, &ready.locks, written);
        Ok(built)
    }

    /// Writes the packages into a temporary folder, with the bytes that [`Build::write`] would
    /// write, and no lock.
    ///
    /// # Errors
    /// When the sources have errors, the lock would change though it must not, or a file cannot
    /// be written.
    pub fn rehearse(self) -> Result<Rehearsal, Error> {
        let folder = files::Scratch::new()?;
        let mut built = Vec::new();
        let ready = self.into_ready()?;
        for (index, mut target) in ready.targets.into_iter().enumerate() {
            let name = target.path.file_name().unwrap_or_default();
            // Packages of several folders may have one name.
            target.path = folder.path().join(index.to_string()).join(name);
            built.push(target.write(&ready.observed)?);
        }
        Ok(Rehearsal {
            built,
            _folder: folder,
        })
    }

    fn into_ready(self) -> Result<Ready, Error> {
        let refused = self.report.lock_changes.len();
        let count = self.report.diagnostics.count(Severity::Error);
        self.ready.ok_or_else(|| {
            Error::new(match refused {
                0 => ErrorKind::Sources(count),
                _ => ErrorKind::LockChanges(refused),
            })
        })
    }
}

/// The packages of a build where nobody else sees them, until this is dropped.
#[derive(Debug)]
#[must_use = "the packages are gone with it"]
pub struct Rehearsal {
    built: Vec<Built>,
    _folder: files::Scratch,
}

impl Rehearsal {
    /// What would be written; the paths are those of the packages out of sight, with the names that
    /// they would have.
    #[must_use]
    pub fn built(&self) -> &[Built] {
        &self.built
    }
}

pub(super) fn build(project: &Project, options: &BuildOptions) -> Result<Build, Error> {
    if let Some(now) = options.time.to_system_time() {
        project.files.begin(now);
    }
    let memo = Memo::begin(project, options);
    let files = observed::files(&project.files, &options.observed);
    let project = &Project {
        files: memo.as_ref().map_or(files.clone(), |it| it.watch(files)),
        ..project.clone()
    };
    let options = &BuildOptions {
        witness: memo.as_ref().map(|it| Arc::clone(&it.witness)),
        ..options.clone()
    };
    let mut report = Report::default();
    let mut levels = options.levels.clone();
    let ready = match variants::of(project, &mut report)? {
        None => {
            let nesting = Nesting::default();
            let parts = whole(project, options, &mut levels, nesting, &mut report)?;
            ready(parts, project, options, &mut report)?
        }
        Some(matrix) => variants::build(project, &matrix, options, &mut levels, &mut report)?,
    };
    report.diagnostics.sort();
    // At the end, so that a denied warning keeps no stage from finding more.
    levels.apply(&mut report.diagnostics);
    report.sources.keep_what_is_told(&report.diagnostics);
    let ready = ready.filter(|_| !is_refused(&report));
    let ready = ready.map(|ready| Ready {
        observed: options.observed.clone(),
        ..ready
    });
    Ok(Build {
        report,
        ready,
        memo,
    })
}

fn is_refused(report: &Report) -> bool {
    report.diagnostics.has_errors() || !report.lock_changes.is_empty()
}

/// The packages of what a project came to, where nothing is wrong with it.
pub(super) fn ready(
    parts: Option<Parts>,
    project: &Project,
    options: &BuildOptions,
    report: &mut Report,
) -> Result<Option<Ready>, Error> {
    let parts = parts.filter(|_| !is_refused(report));
    let ready = parts.map(|it| it.ready(project, options, &mut report.diagnostics));
    ready.transpose()
}

/// Where a project stands below the one that is built.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nesting {
    /// How many projects are above it.
    pub(super) depth: usize,
    /// Whether its notes are divided among several packages.
    pub(super) divided: bool,
}

/// The project with those that it includes. `None`
/// where there is no use in going on.
pub(super) fn whole(
    project: &Project,
    options: &BuildOptions,
    levels: &mut Levels,
    mut nesting: Nesting,
    report: &mut Report,
) -> Result<Option<Parts>, Error> {
    let reading = options.observed.stage(Stage::Read);
    let manifest = load::manifest(project, &mut report.sources, &mut report.diagnostics)?;
    drop(reading);
    let Some(manifest) = manifest else {
        return Ok(None);
    };
    levels.join(&manifest.levels);
    if nesting.depth == 0 {
        nesting.divided = project.is_whole() && manifest.outputs.are_several();
        if nesting.divided && manifest.ids == IdMode::Natural {
            report.diagnostics.push(no_lock(&manifest.outputs));
        }
    }
    let found = &mut report.diagnostics;
    let guests = includes::build(project, &manifest, options, nesting, found)?;
    let mut own = run(project, &manifest, options, nesting.divided, report)?;
    if let (Some(own), Some(_)) = (&mut own, &project.variant) {
        own.claims = Claims::of(&manifest.uid, &own.decks);
    }
    Ok(includes::merge(own, guests, report))
}

impl Parts {
    /// The packages, and what else is written with them.
    fn ready(
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
            locks: self.locks,
            ..Ready::default()
        })
    }
}

/// The project itself. `None` where there is no use in going on.
fn run(
    project: &Project,
    manifest: &Manifest,
    options: &BuildOptions,
    divided: bool,
    report: &mut Report,
) -> Result<Option<Parts>, Error> {
    let Report {
        diagnostics: sink,
        sources,
        statistics,
        files,
        lock_changes,
        changes,
        matches,
    } = report;
    let observed = &options.observed;
    let reading = observed.stage(Stage::Read);
    let types = types::load(project, manifest, sources, sink)?;
    let output = output::path(project, manifest, options, sink);

    let read = LockFile::read(project, manifest, options, &output, sources, sink)?;
    let Some(lock_file) = read else {
        return Ok(None);
    };
    let (lock, locked) = (&lock_file.lock, lock_file.is_kept);
    let targets = options.targets.unwrap_or(manifest.targets);
    if let Some(found) = history::clock_behind(lock.newest(), options.time) {
        sink.push(found);
    }
    let renderer = assets::renderer(project, manifest, lock, targets);
    let mut renderer = renderer
        .with_cache(cache(project, options))
        .with_tex(options.tex);
    let settings = &manifest.defaults.settings;
    let read_types = types;
    let (types, type_files) = assets::named(&read_types, &renderer, settings);
    let (types, changed_types) = if locked {
        types::stamped(&types, lock, &manifest.uid, options, sink)
    } else {
        (types, Vec::new())
    };

    drop(reading);

    let broken_types = sink.has_errors();
    let known = locked.then_some(lock);
    let loaded = load::notes_seen(
        project, manifest, &types, &renderer, known, None, observed, sources, sink,
    )?;
    let identifying = observed.stage(Stage::Identify);
    statistics.files = loaded.files.len();
    *files = loaded.files;
    // A type that cannot be read makes every note of it an error; one finding is enough.
    if broken_types && loaded.notes.facts().next().is_none() {
        return Ok(None);
    }
    let mut made = loaded.notes;
    let whole = project.is_whole();
    let assigned = identify(&mut made, lock, manifest, locked, whole, sources, sink);
    let heirs = &assigned.heirs;
    if locked {
        for (note, facts) in made.iter_mut() {
            clozes::renumber(note, facts, lock, heirs);
        }
    }
    *matches = history::found_again(&made, &assigned.found, lock, sources);
    let firsts = made
        .iter()
        .map(|(note, facts)| (note.note_type.id(), note.fields.first(), facts.span()));
    check::duplicates(firsts, sink);

    let mut cut = None;
    if manifest.assets.subset_fonts && whole {
        // What there is to tell of types was told when they were stamped first.
        let stamped = |types| match locked {
            true => {
                types::stamped(
                    &types,
                    lock,
                    &manifest.uid,
                    options,
                    &mut Diagnostics::new(),
                )
                .0
            }
            false => types,
        };
        cut = fonts::cut(
            project,
            &mut made,
            &read_types,
            &type_files,
            &mut renderer,
            settings,
            stamped,
        );
    }
    let (types, type_files) = cut.unwrap_or((types, type_files));
    let statics = media::statics(&made, &type_files, sink);
    assets::tell_kept(manifest, &statics, lock, sink);
    let mut frozen = media::frozen(lock, &statics);
    // Only what cards ask for by a LaTeX tag bears the name of one.
    for names in frozen.values_mut() {
        names.retain(|it| !latex::is_picture_name(it));
    }
    let mut names = renderer.names(made.facts().flat_map(Facts::media), &frozen);
    for (note, _) in made.iter_mut() {
        note.fields.change_joined(|fields| names.resolved(fields));
    }
    let baseline = baseline(locked, options, &output)?;
    if let Some(baseline) = baseline.as_ref().filter(|_| project.is_all_there_is()) {
        *matches = rematch::guids(&mut made, baseline, sources, sink)?;
    }
    if let Some(tool) = manifest.compat_guid {
        predecessor::apply(tool, &mut made, &names, lock, heirs, sources);
    }
    sink.append(renderer.media_findings());
    drop(identifying);
    let rendering = observed.stage(Stage::Render);
    let engine = manifest.defaults.settings.math;
    let latex = latex::pictures(project, &made, engine, &renderer, lock, sink)?;
    drop(rendering);
    // TeX may have drawn them, or may be there the next time.
    if let Some(witness) = options.witness.as_ref().filter(|_| latex.are_asked_for) {
        witness.depends_on_more();
    }
    let identifying = observed.stage(Stage::Identify);
    *statistics = count(&made, &names, &statics, files.len());
    statistics.media += latex.files.len();
    if statistics.notes == 0 && manifest.included.is_empty() && !sink.has_errors() {
        sink.push(nothing_to_build());
    }
    if sink.has_errors() {
        return Ok(None);
    }

    let touched = Touched::new(options, sink);
    touched.check(&made, sources)?;
    let next = lock_file.next(&made, heirs, &types, &touched, sources, options);
    lock_file::rendered_anew(next.outdated)
        .into_iter()
        .for_each(|found| sink.push(found));
    let mut next = next.lock;
    schema::tell_edits(&made, &changed_types, lock, heirs, sink);
    schema::tell_retyped(&made, &types, lock, heirs, sink);
    if project.is_whole() {
        history::tell_removed(&made, lock, &next, &assigned.unclear, sources, sink);
    }
    let cache = Arc::new(cache(project, options));
    let of_types = statics.iter().map(|it| media::file(project, it, &cache));
    let mut media: Vec<MediaFile> = of_types.collect();
    media.extend(media::of_notes(
        project,
        &names,
        &latex.files,
        &statics,
        &mut next,
        &cache,
    ));
    targets::tell(&media, targets, sink);
    budget::files(&manifest.budget, &media, sink)?;
    *lock_changes = lock_file.refused(&next, project, sources, options);
    if options.changes && locked && project.is_whole() {
        *changes = lock_file.changes(&next, project);
    }
    if !lock_changes.is_empty() {
        return Ok(None);
    }
    drop(identifying);
    let _planning = observed.stage(Stage::Plan);
    let origins = if divided {
        let of_types = media::names_of_types(&made, &type_files);
        Origins::new(&made, &names, &latex, of_types, sources)
    } else {
        Origins::default()
    };
    let mut decks = DeckPlan::new(project, manifest, sources, sink)?;
    for batch in made.into_batches() {
        decks.add(batch, &next);
    }
    Ok(Some(Parts {
        root: manifest.name.clone(),
        decks: decks.finish(sink),
        media,
        origins,
        locks: lock_file
            .written(&next, project, sources)
            .into_iter()
            .collect(),
        claims: Claims::default(),
        baseline,
        output,
        outputs: manifest.outputs.clone(),
        budget: manifest.budget.clone(),
    }))
}

/// Where what earlier builds made lies. A folder without a manifest is nobody's project to put
/// files into.
fn cache(project: &Project, options: &BuildOptions) -> Cache {
    if options.cache && matches!(project.scope, Scope::Manifest { .. }) {
        Cache::of(&project.root)
    } else {
        Cache::none()
    }
}

/// Gives the notes their guids, and where a lock is kept their ids in it. Returns which of them
/// take over the record of an old id, and which were found again though they were edited.
pub(super) fn identify(
    made: &mut Made,
    lock: &Lock,
    manifest: &Manifest,
    locked: bool,
    whole: bool,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Assigned {
    let claims: Vec<&Claim> = made.facts().map(|it| &it.claim).collect();
    let (uid, ids) = (&manifest.uid, manifest.ids);
    let mut assigned = identity::assign(&claims, lock, uid, ids, whole, sources, sink);
    let identities = std::mem::take(&mut assigned.identities);
    for ((note, facts), identity) in made.iter_mut().zip(identities) {
        note.guid = Some(identity.guid);
        facts.id = locked.then_some(identity.id);
    }
    assigned
}

/// The earlier build that ids and times go on from where no lock keeps them.
fn baseline(
    locked: bool,
    options: &BuildOptions,
    output: &Path,
) -> Result<Option<Baseline>, Error> {
    if let Some(path) = &options.baseline {
        let none = || {
            let path = path.display();
            Error::usage(format!(
                "the baseline `{path}` is no package that deckle wrote"
            ))
        };
        return match Baseline::read(path) {
            // Who names a baseline counts on it.
            Ok(None) if !files::is_file(path) => {
                Err(Error::read(path, std::io::ErrorKind::NotFound.into()))
            }
            Ok(found) => found.map(Some).ok_or_else(none),
            Err(error) if output::is_damage(&error) => Err(none().caused_by(error)),
            Err(error) => Err(error),
        };
    }
    // Times do not matter in a text file, and nothing remembers them there.
    if locked || options.text || !files::is_file(output) {
        return Ok(None);
    }
    match Baseline::read(output) {
        Err(error) if output::is_damage(&error) => {
            if options.force {
                return Ok(None);
            }
            // Building without it would change ids and times.
            let output = output.display();
            let text = format!(
                "`{output}`, whose ids are to be kept, is no package or a damaged one; move it away to begin anew"
            );
            Err(Error::new(ErrorKind::Archive(text)).caused_by(error))
        }
        found => found,
    }
}

fn count(made: &Made, names: &MediaNames, statics: &[NamedMedia], files: usize) -> Statistics {
    let cards = made.facts().map(|it| it.cards as usize).sum();
    Statistics {
        files,
        notes: made.facts().count(),
        cards,
        media: names.files().len() + statics.len(),
    }
}

fn no_lock(outputs: &Outputs) -> Diagnostic {
    let title = "several packages need a lock, and the project says `ids: natural`";
    Diagnostic::new(Code::BadValue, title)
        .at(outputs.span.unwrap_or(Span::NONE), "several packages")
        .note("a note that is in two packages has one id and one time in both, which deckle.lock remembers")
        .help("take `ids: natural` out of deckle.yaml, or make one package")
}

fn nothing_to_build() -> Diagnostic {
    Diagnostic::new(Code::NothingToBuild, "there are no notes to build")
        .help("begin with `deckle init`, or see README.md for what a note looks like")
}
