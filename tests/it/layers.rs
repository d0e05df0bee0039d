//! The layers of ARCHITECTURE.md, enforced: an import may point down only, and siblings never
//! import one another.

use std::fs;
use std::path::{Path, PathBuf};

/// From the lowest layer to the highest.
const LAYERS: &[&[&str]] = &[
    &["diag", "error", "files", "observe"],
    &["template"],
    &["model"],
    &["source", "check", "identity", "render", "package"],
    &["connect", "preview", "sync"],
    &["project"],
];

/// Crates that only some files may name.
const GUARDED: &[(&str, &[&str])] = &[
    ("granit_parser", &["src/source/yaml/tree.rs"]),
    ("rusqlite", &["src/package/"]),
    ("zip::", &["src/package/", "src/sync/media/parcel.rs"]),
    ("flate2::", &["src/package/deflate.rs"]),
    ("zstd::", &["src/package/", "src/sync/stream.rs"]),
    ("prost::", &["src/package/"]),
    ("pulldown_cmark", &["src/render/", "src/source/markdown/"]),
    ("syntect::", &["src/render/code/grammar.rs"]),
    ("two_face", &["src/render/code/grammar.rs"]),
    ("roxmltree", &["src/render/overlay/mod.rs"]),
    ("imagesize", &["src/files/picture.rs"]),
    ("quick_xml", &["src/files/svg.rs"]),
    ("use image::", &["src/render/picture/"]),
    ("oxipng", &["src/render/picture/pixels.rs"]),
    ("skera::", &["src/render/fonts/subset.rs"]),
    ("read_fonts::", &["src/render/fonts/"]),
    ("wuff::", &["src/render/fonts/"]),
    ("ttf2woff2::", &["src/render/fonts/subset.rs"]),
    ("ratex_", &["src/render/formula/engine.rs"]),
    ("ttf_parser", &["src/render/formula/font.rs"]),
    ("notify", &["src/cli/watch/alarm.rs"]),
    ("ctrlc", &["src/cli/watch/stop.rs"]),
    ("annotate_snippets", &["src/diag/"]),
    ("std::fs", &["src/files/"]),
    (
        "std::process::",
        &["src/files/command.rs", "src/cli/", "src/main.rs"],
    ),
    (
        "ureq::",
        &[
            "src/files/download.rs",
            "src/connect/wire.rs",
            "src/sync/address.rs",
            "src/sync/wire.rs",
        ],
    ),
    (
        "std::net",
        &[
            "src/files/download.rs",
            "src/connect/offer.rs",
            "src/connect/wire.rs",
        ],
    ),
    ("clap::", &["src/cli/"]),
    ("anstream", &["src/cli/"]),
    ("println!", &[]),
];

/// Modules that `lib.rs` hides from the documentation.
const HIDDEN: &[&str] = &["check", "files", "identity", "render", "source", "template"];

/// Those of them that the command line may name all the same, for what is no business of a deck: files
/// of its own, and text without tags.
const HIDDEN_YET_USED: &[&str] = &["files", "template"];

/// Where `lib.rs` re-exports from, for names that are imported from the crate's root.
const ROOT_NAMES: &[(&str, &[&str])] = &[("error", &["Error", "ErrorKind"])];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    sources(&root.join("src"), &mut paths);
    paths.sort();
    let relative = |path: &Path| {
        let parts: Vec<_> = path.strip_prefix(root).unwrap().iter().collect();
        parts
            .iter()
            .map(|it| it.to_str().unwrap())
            .collect::<Vec<_>>()
            .join("/")
    };
    paths
        .iter()
        .map(|path| (relative(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The modules of the crate that a file's code names, as `crate::module` or `use crate::{..}`.
fn imports(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        // What tests import is no part of the house.
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut item = String::new();
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => found.push(std::mem::take(&mut item)),
                    _ if depth == 1 => item.push(character),
                    _ => {}
                }
                if depth == 0 {
                    found.push(item);
                    break;
                }
            }
        } else {
            found.push(
                rest.chars()
                    .take_while(|it| it.is_alphanumeric() || *it == '_')
                    .collect(),
            );
        }
    }
    let first = |it: &String| it.trim().split("::").next().unwrap().trim().to_owned();
    found
        .iter()
        .map(first)
        .filter(|it| !it.is_empty())
        .collect()
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in all_sources() {
        let inside = path.strip_prefix("src/").unwrap();
        let module = inside.split('/').next().unwrap().trim_end_matches(".rs");
        let Some(layer) = layer_of(module) else {
            continue;
        };
        for import in imports(&text) {
            let root = ROOT_NAMES
                .iter()
                .find(|(_, names)| names.contains(&import.as_str()));
            let target = root.map_or(import.as_str(), |(module, _)| *module);
            if target == module {
                continue;
            }
            seen += 1;
            match layer_of(target) {
                Some(below) if below < layer => {}
                // The lowest layer is the crate's ground: errors name files, files fail with errors.
                Some(0) if layer == 0 => {}
                _ => wrong.push(format!("{path} ({module}) imports {target}")),
            }
        }
    }
    assert!(
        seen > 100,
        "only {seen} imports were seen; does the test still read them?"
    );
    assert!(
        wrong.is_empty(),
        "imports that do not point down:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_module_has_a_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        let top = matches!(module, "lib" | "main" | "cli");
        assert!(top || layer_of(module).is_some(), "`{module}` has no layer");
    }
}

#[test]
fn guarded_crates_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (path, text) in all_sources() {
        let code = text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]");
        let code = code.filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for (name, places) in GUARDED {
                let named = line.match_indices(name).any(|(at, _)| {
                    !line[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == '"')
                });
                let allowed = places.iter().any(|place| path.starts_with(place));
                if named && !allowed {
                    wrong.push(format!("{path} names {name}: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_command_line_sees_the_public_api_only() {
    for (path, text) in all_sources()
        .iter()
        .filter(|(path, _)| path.starts_with("src/cli/"))
    {
        for import in imports(text) {
            assert!(import == "cli", "{path} imports crate::{import}");
        }
    }
}

/// What the command line needs of a deck, other programs need as well: it has a documented place.
#[test]
fn programs_use_documented_modules() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let library = library.unwrap();
    for module in HIDDEN {
        let hidden = format!("#[doc(hidden)]\npub mod {module};");
        assert!(library.contains(&hidden), "`{module}` is not hidden");
    }
    let mut programs = all_sources();
    programs.retain(|(path, _)| path.starts_with("src/cli/"));
    let examples = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap();
    for path in examples.map(|it| it.unwrap().path()) {
        if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            programs.push((path.display().to_string(), text));
        }
    }
    for (path, text) in &programs {
        let may = |module: &str| path.starts_with("src/cli/") && HIDDEN_YET_USED.contains(&module);
        for module in HIDDEN.iter().filter(|it| !may(it)) {
            let named = text.contains(&format!("deckle::{module}::"));
            assert!(!named, "{path} names `deckle::{module}`, which is hidden");
        }
    }
}
