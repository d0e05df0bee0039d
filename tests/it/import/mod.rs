//! What imports do, predicted and done: pairs of random packages, the second a changed version of
//! the first, imported by the real Anki in two versions and by `Collection::import`.
//!
//! `DECKLE_SEED` and `DECKLE_PAIRS` choose other runs; each pair has a seed of its own, which a
//! failure names, and `DECKLE_KEEP` a folder for the packages.

mod compare;
mod edit;
mod learners;
mod odd;
mod random;
mod raw;
mod world;

use std::path::{Path, PathBuf};

use deckle::package::{Difference, Format, ImportOptions, Importer, PackageReader, Update};
use serde_json::{Value, json};

use crate::judge::{answer, with_each_backend};
use edit::Edit;
use odd::Oddity;
use random::Random;
use world::World;

const SEED: u64 = 20_260_201;
const PAIRS: usize = 310;
/// How many wrong predictions a failure shows.
const SHOWN: usize = 30;

/// Two packages, how the second came from the first, and what is ticked for it.
struct Pair {
    seed: u64,
    old: PathBuf,
    new: PathBuf,
    options: ImportOptions,
    /// Whether one of them is imported once more, and which.
    third: bool,
    third_is_new: bool,
    /// Whether learners are told to merge note types.
    merge: bool,
    story: String,
}

#[test]
fn predictions_are_what_anki_does() {
    let Cases {
        folder: _folder,
        cases: pairs,
    } = cases(SEED, PAIRS, pair);
    let count = pairs.len();
    let input = Value::from_iter(pairs.iter().map(|pair| {
        let number = |update| match update {
            Update::Always => 1,
            Update::Never => 2,
            _ => 0,
        };
        json!({
            "old": pair.old,
            "new": pair.new,
            "options": {
                "notes": number(pair.options.update_notes),
                "types": number(pair.options.update_note_types),
            },
            "third": pair.third.then_some(if pair.third_is_new { &pair.new } else { &pair.old }),
            "merge": pair.merge,
        })
    }));
    let input = input.to_string();
    let told = with_each_backend(|backend| answer(backend, "imports.py", &input));
    let told = told.unwrap_or_else(|error| panic!("{error}"));
    let mut tally = compare::Tally::default();
    let mut wrong: Vec<(usize, String)> = Vec::new();
    for (client, told) in deckle::package::Importer::ALL.into_iter().zip(&told) {
        let told: Vec<&str> = told.lines().collect();
        assert_eq!(told.len(), pairs.len(), "an answer for each pair");
        for (pair, told) in pairs.iter().zip(told) {
            let mut told: Value = serde_json::from_str(told).expect("the judge writes JSON");
            if let Err(difference) = compare::pair(pair, client, &mut told, &mut tally) {
                let text = format!(
                    "seed {}, {client:?}:\n{}{difference}\n",
                    pair.seed, pair.story
                );
                wrong.push((text.len(), text));
            }
        }
    }
    tell(wrong, 2 * count);
    tally.assert_sound(count);
}

/// The pair that this seed makes.
fn pair(seed: u64, folder: &Path) -> Pair {
    let mut random = Random::new(seed);
    let mut story = String::new();
    let (old_world, new_world) = worlds(&mut random, &mut story);
    let paths = ["old", "new"].map(|name| folder.join(format!("{seed}-{name}.apkg")));
    // A third of the pairs are deckle's own packages as they are.
    let oddities = if random.chance(33) {
        0
    } else {
        1 + random.below(4)
    };
    if oddities == 0 {
        for (world, path) in [&old_world, &new_world].into_iter().zip(&paths) {
            let format = *random.pick(&[Format::Legacy, Format::Latest]);
            story += &format!("  {format:?}\n");
            std::fs::write(path, world.bytes(format)).unwrap();
        }
    } else {
        let packages = [&old_world, &new_world].map(|world| world.bytes(Format::Legacy));
        write_odd(packages, &paths, oddities, &mut random, &mut story);
    }
    let update = |random: &mut Random| match random.below(10) {
        0 => Update::Always,
        1 => Update::Never,
        _ => Update::IfNewer,
    };
    let options = ImportOptions::default()
        .update_notes(update(&mut random))
        .update_note_types(update(&mut random));
    let [old, new] = paths;
    let read = |path| PackageReader::open(path).and_then(PackageReader::into_contents_with_hashes);
    let merge = match (oddities, read(&old), read(&new)) {
        (0, Ok(old), Ok(new)) => {
            let default = ImportOptions::default();
            let advice = Difference::new(&old, &new, Importer::Desktop, &default).advice();
            advice.merge_note_types
        }
        _ => false,
    };
    Pair {
        seed,
        merge,
        third: random.chance(30),
        third_is_new: random.chance(60),
        old,
        new,
        options,
        story,
    }
}

/// Changes packages into what other programs write.
fn write_odd(
    packages: [Vec<u8>; 2],
    paths: &[PathBuf; 2],
    oddities: usize,
    random: &mut Random,
    story: &mut String,
) {
    let mut raws = packages.map(|bytes| raw::Raw::read(&bytes));
    for _ in 0..oddities {
        let oddity = Oddity::choose(random);
        let seed = random.next();
        let (wanted, place) = match random.below(3) {
            0 => ([true, true], "both"),
            1 => ([true, false], "old"),
            _ => ([false, true], "new"),
        };
        for (raw, wanted) in raws.iter_mut().zip(wanted) {
            if wanted {
                oddity.apply(raw, &mut Random::new(seed));
            }
        }
        *story += &format!("  odd in {place}: {oddity:?}\n");
    }
    for (raw, path) in raws.iter_mut().zip(paths) {
        raw.latest = random.chance(25);
        if raw.latest {
            *story += "  schema 11 in the latest container\n";
        }
        std::fs::write(path, raw.bytes()).unwrap();
    }
}

/// The cases of a run, and the folder that their packages lie in.
struct Cases<T> {
    folder: Folder,
    cases: Vec<T>,
}

/// A folder of its own, or the one that is to be kept.
struct Folder {
    kept: Option<PathBuf>,
    temporary: tempfile::TempDir,
}

impl Folder {
    fn path(&self) -> &Path {
        self.kept.as_deref().unwrap_or(self.temporary.path())
    }
}

/// As many cases as are asked for in the environment, or these.
fn cases<T>(seed: u64, count: usize, make: impl Fn(u64, &Path) -> T) -> Cases<T> {
    let seed = number("DECKLE_SEED").unwrap_or(seed);
    let count = number("DECKLE_PAIRS").map_or(count, |pairs| pairs as usize);
    let folder = Folder {
        kept: std::env::var_os("DECKLE_KEEP").map(PathBuf::from),
        temporary: tempfile::tempdir().unwrap(),
    };
    let cases = (seed..).take(count);
    let cases = cases.map(|seed| make(seed, folder.path())).collect();
    Cases { folder, cases }
}

/// What an author publishes first, and what it becomes by up to eight edits.
fn worlds(random: &mut Random, story: &mut String) -> (World, World) {
    let old = World::new(random);
    let mut new = old.clone();
    for _ in 0..random.below(9) {
        let edit = Edit::choose(random);
        if let Some(done) = edit.apply(&mut new, random) {
            *story += &format!("  edit: {done}\n");
        }
    }
    (old, new)
}

/// Fails with the shortest of the wrong predictions, if there are any.
#[track_caller]
fn tell(mut wrong: Vec<(usize, String)>, count: usize) {
    wrong.sort();
    let shown = wrong.iter().take(SHOWN);
    let shown: String = shown.map(|(_, text)| text.as_str()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {count} predictions are wrong (DECKLE_SEED=seed DECKLE_PAIRS=1 repeats one), the \
         shortest:\n{shown}",
        wrong.len()
    );
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    let parsed = value.parse();
    Some(parsed.unwrap_or_else(|_| panic!("{variable} must be a number, not {value:?}")))
}
