//! The stages of a build in their order: from the project file to what packages are made of.

use std::sync::Arc;

use super::decks::DeckPlan;
use super::division::Origins;
use super::lock_file::{self, LockFile, Touched};
use super::parts::Parts;
use super::render::{Facts, Made};
use super::variants::Claims;
use super::{
    BuildOptions, Project, Report, Scope, Statistics, assets, budget, clozes, fonts, history,
    includes, latex, load, media, output, predecessor, rematch, schema, targets, types,
};
use crate::diag::{Code, Diagnostic, Diagnostics, Levels, Sources, Span};
use crate::files::Cache;
use crate::identity::{self, Assigned, Claim, Lock};
use crate::model::MediaFile;
use crate::model::written::IdMode;
use crate::observe::Stage;
use crate::render::{MediaNames, NamedMedia};
use crate::source::manifest::Manifest;
use crate::source::outputs::Outputs;
use crate::{Error, check};

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
    if let Some(found) = history::clock_behind(lock.newest(), lock.name(), options.time) {
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
            clozes::renumber(note, facts, lock);
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
    let baseline = rematch::baseline(locked, options, &output)?;
    if let Some(baseline) = baseline.as_ref().filter(|_| project.is_all_there_is()) {
        *matches = rematch::guids(&mut made, baseline, sources, sink)?;
    }
    if let Some(tool) = manifest.compat_guid {
        predecessor::apply(tool, &mut made, &names, lock, sources);
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
    for ((note, _), stamped) in made.iter_mut().zip(&next.stamped) {
        note.id = Some(stamped.note_id);
        note.modified = Some(stamped.modified);
    }
    let mut next = next.lock;
    schema::tell_edits(&made, &changed_types, lock, sink);
    schema::tell_retyped(&made, &types, lock, sink);
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
        decks.add(batch);
    }
    let to_write = lock_file.to_write(next, project, options.witness.is_some());
    // Its records are let go of beside what comes now.
    rayon::spawn(move || drop(lock_file));
    Ok(Some(Parts {
        root: manifest.name.clone(),
        decks: decks.finish(sink),
        media,
        origins,
        locks: to_write.into_iter().collect(),
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
        facts.record = identity.record.filter(|_| locked);
    }
    assigned
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
