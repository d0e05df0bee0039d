//! `deckle audio`: makes the sounds that notes ask for, by the programs that the project names.
//!
//! A project can name any program, so none runs unless somebody asks for it by this command; a
//! build takes what is there. What is made is kept in the project, so that whoever builds it
//! without these programs, or with other versions of them, gets the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::gather::{self, Gathered};
use super::{Project, Report};
use crate::diag::Sources;
use crate::files::{self, Cache, Command, CommandError, MadeFile, PINS, Pins, Scratch};
use crate::model::written::Audio;
use crate::render::{MADE_FOLDER, MadeSound};
use crate::{Error, ErrorKind};

/// What the entries of the cache are called.
const CACHE: &str = "audio";

/// What is made, beyond what is missing.
#[derive(Debug, Clone, Copy, Default)]
#[must_use]
#[non_exhaustive]
pub struct AudioOptions {
    update: bool,
    prune: bool,
}

/// Which sounds the notes of a project ask for, and what is to be made.
#[derive(Debug)]
#[must_use = "nothing is made until it is run"]
pub struct AudioPlan<'p> {
    project: &'p Project,
    report: Report,
    gathered: Option<Gathered>,
}

/// A sound that a program makes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedSound {
    /// The path of its file in the project.
    pub path: String,
    /// What is spoken.
    pub text: String,
    /// The voice.
    pub voice: String,
    /// The first note that asks for it: the path of its file, and its line from 1.
    pub source: (String, usize),
}

/// A sound that could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedSound {
    /// The sound.
    pub sound: PlannedSound,
    /// Why there is none.
    pub reason: String,
}

/// What became of a plan.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AudioOutcome {
    /// The sounds that were made, in the order of their paths.
    pub made: Vec<PlannedSound>,
    /// Those that could not be made.
    pub failed: Vec<FailedSound>,
    /// Paths of files that no note asks for any more, which were removed.
    pub removed: Vec<String>,
    /// Paths of files that somebody put in the place of made ones, which stay.
    pub replaced: Vec<String>,
    /// How many of the sounds that were there were made by other versions of the programs.
    pub older: usize,
}

impl AudioOptions {
    /// Only what is missing is made, and nothing removed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes, if `yes`, sounds anew that other versions of the programs made. Default: they stay.
    pub fn update(mut self, yes: bool) -> Self {
        self.update = yes;
        self
    }

    /// Removes, if `yes`, made sounds that no note asks for any more. Default: they stay.
    pub fn prune(mut self, yes: bool) -> Self {
        self.prune = yes;
        self
    }
}

pub(super) fn plan(project: &Project) -> Result<AudioPlan<'_>, Error> {
    let mut report = Report::default();
    let gathered = gather::gather(project, &mut report)?;
    Ok(AudioPlan {
        project,
        report,
        gathered,
    })
}

impl AudioPlan<'_> {
    /// What is wrong with the sources. With errors in it nothing can be made.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The sounds that are there already.
    #[must_use]
    pub fn there(&self) -> usize {
        self.sounds().filter(|(_, it)| it.is_there).count()
    }

    /// The sounds that are to be made, in the order of their paths.
    #[must_use]
    pub fn missing(&self) -> Vec<PlannedSound> {
        let missing = self.sounds().filter(|(_, it)| !it.is_there);
        missing
            .map(|(path, it)| planned(path, it, &self.report.sources))
            .collect()
    }

    /// The programs that make them, each once.
    #[must_use]
    pub fn programs(&self) -> Vec<String> {
        let missing = self.sounds().filter(|(_, it)| !it.is_there);
        let commands = missing.flat_map(|(_, it)| [&it.audio.command, &it.audio.encode]);
        let mut programs: Vec<String> = Vec::new();
        for program in commands.filter_map(|it| it.first()) {
            if !programs.contains(program) {
                programs.push(program.clone());
            }
        }
        programs
    }

    fn sounds(&self) -> impl Iterator<Item = (&String, &MadeSound)> {
        self.gathered.iter().flat_map(|it| &it.sounds)
    }

    /// Makes the sounds, and writes them and the list of them.
    ///
    /// # Errors
    /// When the sources have errors, or a file cannot be written. A program that fails is told in
    /// the outcome; the other sounds are made all the same.
    pub fn run(self, options: AudioOptions) -> Result<AudioOutcome, Error> {
        let count = self.report.diagnostics.iter().count();
        let Some(gathered) = self.gathered else {
            return Err(Error::new(ErrorKind::Sources(count)));
        };
        let (root, sources) = (&self.project.root, &self.report.sources);
        let mut pins = gathered.pins;
        let mut outcome = AudioOutcome::default();
        let mut wanted: Vec<(&String, &MadeSound)> = Vec::new();
        let mut versions = Versions::default();
        for (path, sound) in &gathered.sounds {
            if !sound.is_there {
                wanted.push((path, sound));
                continue;
            }
            // A file that the list does not know, or knows otherwise, is somebody's own.
            let hash = self.project.files.hash(path)?;
            let known = pins.made.get(path);
            if known.is_none_or(|it| it.hash != blake3::Hash::from_bytes(hash).to_hex().as_str()) {
                outcome.replaced.push(path.clone());
                continue;
            }
            let version = versions.of(&sound.audio, root)?;
            if known.is_some_and(|it| !version.is_empty() && it.version != version) {
                if options.update {
                    wanted.push((path, sound));
                } else {
                    outcome.older += 1;
                }
            }
        }
        for (_, sound) in &wanted {
            versions.of(&sound.audio, root)?;
        }
        let cache = Cache::of(root);
        let made: Vec<Result<Vec<u8>, Failure>> = wanted
            .par_iter()
            .map(|(_, sound)| make(sound, versions.known(&sound.audio), root, &cache))
            .collect();
        for ((path, sound), made) in wanted.into_iter().zip(made) {
            let planned = planned(path, sound, sources);
            match made {
                Ok(bytes) => {
                    files::write_below(root, path, &bytes)?;
                    let file = MadeFile {
                        hash: blake3::hash(&bytes).to_hex().to_string(),
                        voice: sound.voice.clone(),
                        version: versions.known(&sound.audio).to_owned(),
                        text: sound.text.clone(),
                    };
                    pins.made.insert(path.clone(), file);
                    outcome.made.push(planned);
                }
                Err(Failure::Reason(reason)) => outcome.failed.push(FailedSound {
                    sound: planned,
                    reason,
                }),
                Err(Failure::World(error)) => return Err(error),
            }
        }
        if options.prune && self.project.is_whole() {
            let asked = gathered.sounds.keys().collect();
            outcome.removed = prune(self.project, &mut pins, &asked)?;
        }
        if !pins.is_empty() || !outcome.removed.is_empty() {
            files::write_below(root, PINS, pins.text().as_bytes())?;
        }
        Ok(outcome)
    }
}

fn planned(path: &str, sound: &MadeSound, sources: &Sources) -> PlannedSound {
    let line = sources.position(sound.span).map_or(1, |it| it.line);
    PlannedSound {
        path: path.to_owned(),
        text: sound.text.clone(),
        voice: sound.voice.clone(),
        source: (sound.source.clone(), line),
    }
}

/// Removes the files of sounds that nobody asks for; those that somebody replaced stay.
fn prune(
    project: &Project,
    pins: &mut Pins,
    asked: &BTreeSet<&String>,
) -> Result<Vec<String>, Error> {
    let unasked: Vec<String> = pins
        .made
        .keys()
        .filter(|it| !asked.contains(it))
        .cloned()
        .collect();
    let mut removed = Vec::new();
    for path in unasked {
        let known = pins.made.remove(&path);
        // The list is a file that anyone may have written; only this folder is deckle's.
        let is_ours = files::parent(&path) == MADE_FOLDER;
        if !is_ours || project.files.size(&path)?.is_none() {
            continue;
        }
        let hash = blake3::Hash::from_bytes(project.files.hash(&path)?);
        if known.is_some_and(|it| it.hash == hash.to_hex().as_str()) {
            files::remove_file(&project.root.join(&path))?;
            removed.push(path);
        }
    }
    Ok(removed)
}

/// Why there is no sound.
enum Failure {
    /// What the author can mend.
    Reason(String),
    World(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::World(error)
    }
}

/// What the programs of a project call their versions, each asked once.
#[derive(Default)]
struct Versions(BTreeMap<Vec<Vec<String>>, String>);

impl Versions {
    /// The version of these programs; empty where they do not say one.
    fn of(&mut self, audio: &Audio, root: &Path) -> Result<String, Error> {
        let commands = version_commands(audio);
        if let Some(known) = self.0.get(&commands) {
            return Ok(known.clone());
        }
        let scratch = Scratch::new()?;
        let mut versions = Vec::new();
        for words in &commands {
            let Some(command) = command(words, &[], root, scratch.path()) else {
                continue;
            };
            // A program that is not there is told where it is needed.
            if let Ok(finished) = command.run() {
                let said = [&finished.output, &finished.errors];
                let said = said.into_iter().map(|it| String::from_utf8_lossy(it));
                versions.extend(said.filter_map(|it| first_words(&it)).take(1));
            }
        }
        let version = versions.join("; ");
        self.0.insert(commands, version.clone());
        Ok(version)
    }

    fn known(&self, audio: &Audio) -> &str {
        self.0
            .get(&version_commands(audio))
            .map_or("", String::as_str)
    }
}

/// The first line with words, up to where a gap begins: behind it espeak-ng says where it lies, which
/// differs between machines.
fn first_words(said: &str) -> Option<String> {
    let line = said.lines().map(str::trim).find(|it| !it.is_empty())?;
    Some(line.split("  ").next().unwrap_or(line).to_owned())
}

fn version_commands(audio: &Audio) -> Vec<Vec<String>> {
    if !audio.version.is_empty() {
        return vec![audio.version.clone()];
    }
    let programs = [&audio.command, &audio.encode].into_iter();
    let programs = programs.filter_map(|it| it.first());
    programs
        .map(|it| vec![it.clone(), "--version".to_owned()])
        .collect()
}

/// What programs make of a text: from the cache, or by running them.
fn make(sound: &MadeSound, version: &str, root: &Path, cache: &Cache) -> Result<Vec<u8>, Failure> {
    let MadeSound {
        text, voice, audio, ..
    } = sound;
    let mut hasher = blake3::Hasher::new();
    let count = audio.command.len().to_string();
    let made_of = [&count, audio.extension(), voice, version, text];
    let words = [&audio.command, &audio.encode].into_iter().flatten();
    let parts = made_of.into_iter().chain(words.map(String::as_str));
    for part in parts {
        hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let key: [u8; 32] = hasher.finalize().into();
    if let Some(bytes) = cache.get(CACHE, &key) {
        return Ok(bytes);
    }
    let scratch = Scratch::new()?;
    let result = format!("sound.{}", audio.extension());
    let spoken = if audio.encode.is_empty() {
        result.clone()
    } else {
        "spoken.wav".to_owned()
    };
    let speaks_argument = audio.command.iter().any(|it| it.contains("{text}"));
    let values = [
        ("voice", voice.as_str()),
        ("text", text.as_str()),
        ("out", spoken.as_str()),
    ];
    if let Some(command) = command(&audio.command, &values, root, scratch.path()) {
        let input = if speaks_argument { "" } else { text.as_str() };
        run(&command.input(input), &audio.command)?;
    }
    if !audio.encode.is_empty() {
        written(&scratch, &spoken, &audio.command)?;
        let values = [("in", spoken.as_str()), ("out", result.as_str())];
        if let Some(command) = command(&audio.encode, &values, root, scratch.path()) {
            run(&command, &audio.encode)?;
        }
    }
    let last = if audio.encode.is_empty() {
        &audio.command
    } else {
        &audio.encode
    };
    let bytes = written(&scratch, &result, last)?;
    cache.put(CACHE, &key, &bytes);
    Ok(bytes)
}

/// What a program wrote.
fn written(scratch: &Scratch, name: &str, words: &[String]) -> Result<Vec<u8>, Failure> {
    let bytes = scratch.read(name)?.unwrap_or_default();
    if bytes.is_empty() {
        let program = words.first().map_or("", String::as_str);
        return Err(Failure::Reason(format!(
            "`{program}` ended well, but wrote nothing to the file it was told"
        )));
    }
    Ok(bytes)
}

fn run(command: &Command, words: &[String]) -> Result<(), Failure> {
    let program = words.first().map_or("", String::as_str);
    match command.run() {
        Ok(finished) if finished.is_success() => Ok(()),
        Ok(finished) => {
            let code = finished.code.map_or_else(
                || "was ended by a signal".to_owned(),
                |code| format!("ended with code {code}"),
            );
            let said = finished.last_words(4);
            let said = if said.is_empty() {
                said
            } else {
                format!(": {said}")
            };
            Err(Failure::Reason(format!("`{program}` {code}{said}")))
        }
        Err(CommandError::Missing(_)) => Err(Failure::Reason(missing(program))),
        Err(error) => Err(Failure::Reason(error.to_string())),
    }
}

fn missing(program: &str) -> String {
    match program {
        "espeak-ng" | "lame" => format!(
            "there is no program `{program}`; install it (`apt install {program}`, `brew install {program}`), or name another under `audio`"
        ),
        _ => format!("there is no program `{program}`; install it, or name another under `audio`"),
    }
}

/// The command that these words mean; `None` where there are none.
fn command(
    words: &[String],
    values: &[(&str, &str)],
    root: &Path,
    folder: &Path,
) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let root = root.to_string_lossy();
    let filled = |word: &String| fill(word, values, &root);
    Some(Command::new(filled(program), folder).arguments(arguments.iter().map(filled)))
}

/// A word with the values in the places of their names. In one pass: a text that holds `{out}` stays
/// as it is.
fn fill(word: &str, values: &[(&str, &str)], root: &str) -> String {
    let mut filled = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let value = behind.split_once('}').and_then(|(name, behind)| {
            let value = values.iter().find(|(it, _)| *it == name).map(|(_, it)| *it);
            let value = value.or_else(|| (name == "project").then_some(root))?;
            Some((value, behind))
        });
        match value {
            Some((value, behind)) => {
                // A text that begins as an option does is still a text.
                if filled.is_empty() && value.starts_with('-') {
                    filled.push(' ');
                }
                filled.push_str(value);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = behind;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once_and_are_no_options() {
        let values = [("text", "{out} -x"), ("out", "o.wav"), ("voice", "-w")];
        let check =
            |word: &str, expect: &str| assert_eq!(fill(word, &values, "/p"), expect, "{word}");
        check("{text}", "{out} -x");
        check("--file={out}", "--file=o.wav");
        check("{voice}", " -w");
        check("v={voice}", "v=-w");
        check("{project}/a", "/p/a");
        check("{other}{", "{other}{");
        check("{{text}}", "{{out} -x}");
    }
}
