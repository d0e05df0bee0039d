//! This machine, and this deckle.

use deckle::files::Cache;
use deckle::project::Project;
use deckle::{BuildTime, Error};

use super::{AHEAD, Findings};
use crate::cli::words::size;

/// From here on the cache is worth a word, in bytes.
const LARGE: u64 = 1_000_000_000;

/// What can be left out of a build of deckle, and whether it is in this one.
const FEATURES: &[(&str, bool)] = &[
    ("connect", cfg!(feature = "connect")),
    ("fetch", cfg!(feature = "fetch")),
    ("fonts", cfg!(feature = "fonts")),
    ("formulas", cfg!(feature = "formulas")),
    ("highlight", cfg!(feature = "highlight")),
    ("images", cfg!(feature = "images")),
    ("sync", cfg!(feature = "sync")),
    ("watch", cfg!(feature = "watch")),
];

pub(super) fn look(project: &Project, findings: &mut Findings) -> Result<(), Error> {
    let time = crate::cli::build_time()?.as_unix();
    let clock = BuildTime::from(crate::cli::clock()).as_unix();
    if crate::cli::is_time_given() && time > clock + AHEAD {
        findings.warn(
            "clock",
            format!("SOURCE_DATE_EPOCH is set, and lies ahead of the clock: {time}"),
            "take the time of the last commit, or none: Anki gives notes with ids of the future other ones, and a delivery does not find them again",
        );
    } else if crate::cli::is_time_given() {
        findings.ok(
            "clock",
            format!("SOURCE_DATE_EPOCH is set: builds take {time} for the time"),
        );
    } else if time < RELEASED {
        findings.problem(
            "clock",
            "the clock stands before the release of this deckle",
            "set it: learners get a changed note only if its time is newer than theirs",
        );
    } else {
        findings.ok("clock", "set");
    }
    let cached = Cache::of(project.root()).size();
    let text = format!("{} in .deckle/cache", size(cached));
    match cached {
        LARGE.. => findings.warn(
            "cache",
            text,
            "remove the folder if you like: builds make it anew",
        ),
        _ => findings.ok("cache", text),
    }
    let names = |is_in: bool| -> String {
        let chosen = FEATURES.iter().filter(|it| it.1 == is_in);
        chosen.map(|it| it.0).collect::<Vec<_>>().join(", ")
    };
    let version = env!("CARGO_PKG_VERSION");
    let text = match names(true) {
        all if all.is_empty() => format!("deckle {version}, without further features"),
        all => format!("deckle {version}, with {all}"),
    };
    match names(false) {
        missing if missing.is_empty() => findings.ok("program", text),
        missing => findings.warn(
            "program",
            format!("{text}; without {missing}"),
            "install one that was built with all features, if you need them",
        ),
    }
    Ok(())
}

/// 2026-11-01, in seconds since 1970.
const RELEASED: i64 = 1_793_491_200;
