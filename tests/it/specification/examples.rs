//! The examples of the specifications, from files that `make judges` downloads.

use std::fs;
use std::path::Path;

/// Where `tests/anki/examples.py` puts them.
const FOLDER: &str = "target/judges/marko-2.2.4";
/// What begins and ends an example.
const FENCE: &str = "````````````````````````````````";

/// An example: what an author writes, and the HTML that the specification gives for it.
#[derive(Debug)]
pub(super) struct Example {
    /// Its number in the specification, from 1 on.
    pub(super) number: u32,
    /// The extension that it is of; empty for none.
    pub(super) extension: String,
    pub(super) source: String,
    pub(super) html: String,
}

/// CommonMark 0.31.2.
pub(super) fn commonmark() -> Vec<Example> {
    let text = read("commonmark.txt");
    assert!(text.contains("\nversion: '0.31.2'\n"), "another version");
    let examples = parse(&text);
    assert_eq!(examples.len(), 652);
    examples
}

/// The examples of GFM's extensions. The others are those of an older CommonMark.
pub(super) fn gfm() -> Vec<Example> {
    let text = read("gfm.txt");
    assert!(
        text.contains("GitHub Flavored Markdown Spec"),
        "another text"
    );
    let mut examples = parse(&text);
    assert_eq!(examples.len(), 672);
    examples.retain(|example| !example.extension.is_empty());
    assert_eq!(examples.len(), 24);
    examples
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(FOLDER)
        .join(name);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}, run: make judges", path.display()))
}

fn parse(text: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix(FENCE) else {
            continue;
        };
        let Some(extension) = info.trim().strip_prefix("example") else {
            continue;
        };
        let mut part = |end: &str| -> String {
            let lines = lines.by_ref().take_while(|line| *line != end);
            // The specifications write tabs as arrows, so that they are seen.
            lines
                .map(|line| format!("{line}\n").replace('→', "\t"))
                .collect()
        };
        let (source, html) = (part("."), part(FENCE));
        let number = u32::try_from(examples.len() + 1).unwrap();
        examples.push(Example {
            number,
            extension: extension.trim().to_owned(),
            source,
            html,
        });
    }
    examples
}
