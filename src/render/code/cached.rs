//! Code that an earlier build read: a grammar takes a third of a millisecond for a line, a file of
//! the cache a fraction of that for a block. A build that finds all of its code there loads no grammar,
//! which takes as long as some hundred lines.

use super::Run;
use super::class::Class;
use super::grammar;
use crate::files::Cache;

/// What the entries were made with; to be changed with the grammars, the reader or the classes.
const MADE_WITH: &str = "two-face 0.5.2+bat-0.26.1, syntect 5.3.0, classes 1";

/// As [`grammar::runs`], from the cache where it is there.
pub(super) fn runs(grammar: &str, code: &str, cache: &Cache) -> Option<Vec<Run>> {
    let key = key(grammar, code);
    if let Some(known) = cache.get("code", &key).and_then(|it| read(&it, code)) {
        return Some(known);
    }
    let found = grammar::runs(grammar, code)?;
    cache.put("code", &key, &written(&found));
    Some(found)
}

fn key(grammar: &str, code: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in [MADE_WITH, "\0", grammar, "\0", code] {
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// Start, end and class of each run, in five bytes: code that is read has at most
/// [`MAX_BYTES`](super::MAX_BYTES).
fn written(runs: &[Run]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(runs.len() * 5);
    for Run { range, class } in runs {
        let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX).to_le_bytes();
        bytes.extend(place(range.start));
        bytes.extend(place(range.end));
        let class = Class::ALL.iter().position(|it| it == class);
        bytes.push(
            class
                .and_then(|it| u8::try_from(it).ok())
                .unwrap_or(u8::MAX),
        );
    }
    bytes
}

/// `None` where the bytes are no runs of this code.
fn read(bytes: &[u8], code: &str) -> Option<Vec<Run>> {
    let (entries, []) = bytes.as_chunks::<5>() else {
        return None;
    };
    let run = |&[a, b, c, d, class]: &[u8; 5]| {
        let range =
            usize::from(u16::from_le_bytes([a, b]))..usize::from(u16::from_le_bytes([c, d]));
        code.get(range.clone())?;
        let class = *Class::ALL.get(usize::from(class))?;
        Some(Run { range, class })
    };
    entries.iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str =
        "fn main() {\n    // Straße\n    println!(\"{}\", 1 + 2);\n    let name = 'x';\n}\n";

    #[test]
    fn what_is_kept_is_what_was_found() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::of(folder.path());
        let found = grammar::runs("source.rust", CODE).unwrap();
        assert!(found.len() > 5);
        for cache in [&cache, &cache, &Cache::none(), &Cache::of(folder.path())] {
            assert_eq!(runs("source.rust", CODE, cache).as_ref(), Some(&found));
        }
        assert!(cache.get("code", &key("source.rust", CODE)).is_some());
        assert!(cache.get("code", &key("source.go", CODE)).is_none());
    }

    #[test]
    fn a_newer_grammar_makes_another_key() {
        let lock = include_str!("../../../Cargo.lock");
        for name in ["two-face", "syntect"] {
            let (_, behind) = lock
                .split_once(&format!("name = \"{name}\"\nversion = \""))
                .unwrap();
            let (version, _) = behind.split_once('"').unwrap();
            assert!(
                MADE_WITH.contains(&format!("{name} {version}")),
                "{name} {version}"
            );
        }
    }

    #[test]
    fn what_is_no_run_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::of(folder.path());
        let found = grammar::runs("source.rust", CODE);
        for bad in [
            &[0, 0, 1, 0][..],
            &[0, 0, 1, 0, 99],
            &[0, 0, 0xFF, 0xFF, 0],
            &[9, 0, 1, 0, 0],
        ] {
            cache.put("code", &key("source.rust", CODE), bad);
            assert_eq!(runs("source.rust", CODE, &cache), found, "{bad:?}");
        }
    }
}
