//! One project by itself: the stages of its build in their order, from its note types to what
//! packages are made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::assets::TypeFiles;
use super::decks::DeckPlan;
use super::division::Origins;
use super::latex::LatexPictures;
use super::lock_file::{self, LockFile, Touched};
use super::outset::{Outset, SettledTypes};
use super::parts::{NotePlace, Parts};
use super::past::Gone;
use super::render::Made;
use super::variants::Claims;
use super::{
    BuildOptions, MatchedNote, Project, Report, Scope, Statistics, assets, budget, fonts, history,
    latex, load, media, predecessor, rematch, schema, stages, targets,
};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Sources};
use crate::files::Cache;
use crate::identity::{Assigned, Heirs, Lock};
use crate::model::{MediaFile, Targets};
use crate::observe::Stage;
use crate::package::Baseline;
use crate::render::{MediaNames, NamedMedia, Renderer};
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;
use crate::{Error, check};

/// What all stages of a build go by.
struct Run<'a> {
    project: &'a Project,
    manifest: &'a Manifest,
    options: &'a BuildOptions,
    lock_file: &'a LockFile,
    cache: Arc<Cache>,
}

/// The files that go along with notes, under the names that they have in packages.
struct Named {
    /// What note types load.
    statics: Vec<NamedMedia>,
    /// What notes show and play.
    names: MediaNames,
}

/// What packages are made of. `None` where there is no use in going on.
pub(super) fn parts(
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
    let outset = Outset::read_anyway(project, manifest, options, sources, sink)?;
    let Some(outset) = outset else {
        return Ok(None);
    };
    let Outset {
        types: written_types,
        output,
        lock_file,
    } = outset;
    let run = Run {
        project,
        manifest,
        options,
        lock_file: &lock_file,
        cache: Arc::new(cache(project, options)),
    };
    let lock = run.lock();
    if let Some(found) = history::clock_behind(lock.newest(), lock.name(), options.time) {
        sink.push(found);
    }
    let mut renderer = run.renderer();
    let settled = run.settled(&written_types, &renderer, sink);
    drop(reading);

    let broken_types = sink.has_errors();
    let loaded = load::notes_seen(
        project,
        manifest,
        &settled.types,
        &renderer,
        lock_file.kept(),
        None,
        observed,
        sources,
        sink,
    )?;
    statistics.files = loaded.files.len();
    *files = loaded.files;
    // A type that cannot be read makes every note of it an error; one finding is enough.
    if broken_types && loaded.notes.facts().next().is_none() {
        return Ok(None);
    }
    let mut made = loaded.notes;

    let identifying = observed.stage(Stage::Identify);
    let assigned = run.recognize(&mut made, sources, sink);
    let heirs = &assigned.heirs;
    *matches = history::found_again(&made, &assigned.found, lock, sources);
    let settled = run.cut_fonts(&mut made, &written_types, settled, &mut renderer);
    let named = run.name_media(&mut made, &settled.files, &renderer, sink);
    let baseline = rematch::baseline(lock_file.is_kept, options, &output)?;
    let taken = run.take_guids(&mut made, baseline.as_ref(), &named, sources, sink)?;
    if let Some(taken) = taken {
        *matches = taken;
    }
    sink.append(renderer.media_findings());
    drop(identifying);
    let latex = run.latex_pictures(&made, &renderer, sink)?;
    // With it goes what it found of each file.
    drop(renderer);
    let identifying = observed.stage(Stage::Identify);
    *statistics = count(&made, &named, &latex, files.len());
    if statistics.notes == 0 && manifest.included.is_empty() && !sink.has_errors() {
        sink.push(nothing_to_build());
    }
    if sink.has_errors() {
        return Ok(None);
    }

    let mut next = run.next_lock(&mut made, heirs, &settled.types, sources, sink)?;
    schema::tell_edits(&made, &settled.changed, lock, sink);
    schema::tell_retyped(&made, &settled.types, lock, sink);
    if project.is_whole() {
        let said = |gone: &[Gone<'_>]| options.past.said(&project.root, gone);
        history::tell_removed(&made, lock, &next, &assigned.unclear, said, sources, sink);
    }
    let media = run.media_files(&named, &latex, &mut next);
    targets::tell(&media, run.targets(), sink);
    budget::files(&manifest.budget, &media, sink)?;
    *lock_changes = lock_file.refused(&next, project, sources, options);
    if options.changes && lock_file.is_kept && project.is_whole() {
        *changes = lock_file.changes(&next, project);
    }
    if !lock_changes.is_empty() {
        return Ok(None);
    }
    drop(identifying);

    let _planning = observed.stage(Stage::Plan);
    let origins = if divided {
        let of_types = media::names_of_types(&made, &settled.files);
        Origins::new(&made, &named.names, &latex, of_types, sources)
    } else {
        Origins::default()
    };
    let places = match options.places {
        true => places(&made, sources),
        false => Vec::new(),
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
        places,
        locks: to_write.into_iter().collect(),
        claims: Claims::default(),
        baseline,
        output,
        outputs: manifest.outputs.clone(),
        budget: manifest.budget.clone(),
    }))
}

impl<'a> Run<'a> {
    /// The lock of the last build; an empty one where none is kept.
    fn lock(&self) -> &'a Lock {
        &self.lock_file.lock
    }

    fn targets(&self) -> Targets {
        self.options.targets.unwrap_or(self.manifest.targets)
    }

    fn renderer(&self) -> Renderer<'a> {
        assets::renderer(self.project, self.manifest, self.lock(), self.targets())
            .with_cache(cache(self.project, self.options))
            .with_tex(self.options.tex)
    }

    fn settled(
        &self,
        written: &TypeSet,
        renderer: &Renderer<'_>,
        sink: &mut Diagnostics,
    ) -> SettledTypes {
        let lock = self.lock_file.kept();
        SettledTypes::new(written, self.manifest, lock, renderer, self.options, sink)
    }

    /// Finds out which notes these are.
    fn recognize(&self, made: &mut Made, sources: &Sources, sink: &mut Diagnostics) -> Assigned {
        let (lock, whole) = (self.lock_file.kept(), self.project.is_whole());
        let assigned = stages::identify(made, lock, self.manifest, whole, sources, sink);
        let firsts = made
            .iter()
            .map(|(note, facts)| (note.note_type.id(), note.fields.first(), facts.span()));
        check::duplicates(firsts, sink);
        assigned
    }

    /// The types with fonts cut down to what all notes show, where the project asks for it.
    fn cut_fonts(
        &self,
        made: &mut Made,
        written: &TypeSet,
        settled: SettledTypes,
        renderer: &mut Renderer<'_>,
    ) -> SettledTypes {
        let asked = self.manifest.assets.subset_fonts && self.project.is_whole();
        if !asked || !fonts::cut(self.project, made, written, &settled.files, renderer) {
            return settled;
        }
        // What there is to tell of types was told when they were settled first.
        let cut = self.settled(written, renderer, &mut Diagnostics::new());
        made.retype(&cut.types);
        SettledTypes {
            changed: settled.changed,
            ..cut
        }
    }

    /// Gives all files the names that learners have them under, in the notes, too.
    fn name_media(
        &self,
        made: &mut Made,
        type_files: &TypeFiles,
        renderer: &Renderer<'_>,
        sink: &mut Diagnostics,
    ) -> Named {
        let statics = media::statics(made, type_files, sink);
        assets::tell_kept(self.manifest, &statics, self.lock(), sink);
        let mut frozen = media::frozen(self.lock(), &statics);
        // Only what cards ask for by a LaTeX tag bears the name of one.
        for names in frozen.values_mut() {
            names.retain(|it| !latex::is_picture_name(it));
        }
        let names = made.name_media(renderer, &frozen);
        Named { statics, names }
    }

    /// Gives notes the guids that they have in an older package, or had by another tool. Returns
    /// those that were found in the package.
    fn take_guids(
        &self,
        made: &mut Made,
        baseline: Option<&Baseline>,
        named: &Named,
        sources: &Sources,
        sink: &mut Diagnostics,
    ) -> Result<Option<Vec<MatchedNote>>, Error> {
        let baseline = baseline.filter(|_| self.project.is_all_there_is());
        let found = baseline.map(|it| rematch::guids(made, it, sources, sink));
        let found = found.transpose()?;
        if let Some(tool) = self.manifest.compat_guid {
            predecessor::apply(tool, made, &named.names, self.lock(), sources);
        }
        Ok(found)
    }

    fn latex_pictures(
        &self,
        made: &Made,
        renderer: &Renderer<'_>,
        sink: &mut Diagnostics,
    ) -> Result<LatexPictures, Error> {
        let _rendering = self.options.observed.stage(Stage::Render);
        let engine = self.manifest.defaults.settings.math;
        let latex = latex::pictures(self.project, made, engine, renderer, self.lock(), sink)?;
        // TeX may have drawn them, or may be there the next time.
        if let Some(witness) = self
            .options
            .witness
            .as_ref()
            .filter(|_| latex.are_asked_for)
        {
            witness.depends_on_more();
        }
        Ok(latex)
    }

    /// The lock that this build leaves behind, but for the media. The notes get the ids and times
    /// that it has for them.
    fn next_lock(
        &self,
        made: &mut Made,
        heirs: &Heirs,
        types: &TypeSet,
        sources: &Sources,
        sink: &mut Diagnostics,
    ) -> Result<Lock, Error> {
        let touched = Touched::new(self.options, sink);
        touched.check(made, sources)?;
        let next = self
            .lock_file
            .next(made, heirs, types, &touched, sources, self.options);
        if let Some(found) = lock_file::rendered_anew(next.outdated) {
            sink.push(found);
        }
        for ((note, _), stamped) in made.iter_mut().zip(&next.stamped) {
            note.id = Some(stamped.note_id);
            note.modified = Some(stamped.modified);
        }
        Ok(next.lock)
    }

    /// The files of types, then those of notes, which the lock takes note of.
    fn media_files(&self, named: &Named, latex: &LatexPictures, next: &mut Lock) -> Vec<MediaFile> {
        let Named { statics, names } = named;
        let of_types = statics
            .iter()
            .map(|it| media::file(self.project, it, &self.cache));
        let mut files: Vec<MediaFile> = of_types.collect();
        files.extend(media::of_notes(
            self.project,
            names,
            &latex.files,
            statics,
            next,
            &self.cache,
        ));
        files
    }
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

fn count(made: &Made, named: &Named, latex: &LatexPictures, files: usize) -> Statistics {
    let cards = made.facts().map(|it| it.cards as usize).sum();
    Statistics {
        files,
        notes: made.facts().count(),
        cards,
        media: named.names.files().len() + named.statics.len() + latex.files.len(),
    }
}

/// Where each note stands.
fn places(made: &Made, sources: &Sources) -> Vec<NotePlace> {
    let mut paths: BTreeMap<FileId, Arc<str>> = BTreeMap::new();
    let mut places = Vec::new();
    for (note, facts) in made.iter() {
        let (Some(guid), span) = (&note.guid, facts.span()) else {
            continue;
        };
        let path = paths
            .entry(span.file)
            .or_insert_with(|| sources.path(span.file).into());
        places.push(NotePlace {
            guid: guid.as_str().to_owned(),
            path: Arc::clone(path),
            line: sources.position(span).map_or(1, |it| it.line),
        });
    }
    places
}

fn nothing_to_build() -> Diagnostic {
    Diagnostic::new(Code::NothingToBuild, "there are no notes to build")
        .help("begin with `deckle init`, or see README.md for what a note looks like")
}
