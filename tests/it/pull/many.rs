//! Large projects with many edits: the time of a pull grows as the project does, whatever the edits
//! come to.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{exported, pull, shipped};

/// What Anki's editors leave behind an edit, and what is no note any more: such an edit is found out
/// alone, and takes none of the others with it.
const EDITS: [&str; 10] = [
    "plain words",
    "<b>bold</b> and <i>italic</i>",
    "one<br>two<br><br>three",
    "<div>one</div><div>two</div>",
    "a&nbsp;b&nbsp; c",
    "\\(x^2\\) and \\[y_1 * z_1\\]",
    "<ul><li>a</li><li>b</li></ul>",
    "* star # hash | bar: \"quote\" 'single' \\ back",
    "# no heading",
    "",
];

/// The time of a pull of so many edits, into so many files with so many notes each.
fn time(files: usize, each: usize, edits: usize) -> Duration {
    let mut texts: Vec<(String, String)> = Vec::new();
    for file in 0..files {
        let mut text = String::new();
        for note in 0..each {
            writeln!(text, "## q{file}x{note}\n\nan *answer* of\n__words__\n").unwrap();
        }
        texts.push((format!("f{file}.md"), text));
    }
    let texts: Vec<(&str, &str)> = texts.iter().map(|it| (&*it.0, &*it.1)).collect();
    let place = shipped(&texts);
    let of_edit = |edit: usize| {
        let note = edit * files * each / edits;
        format!("q{}x{}", note / each, note % each)
    };
    let names: Vec<String> = (0..edits).map(of_edit).collect();
    let all: Vec<(&str, &str, &str)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), "Back", EDITS[at % EDITS.len()]))
        .collect();
    let export = exported(&place, &all, None);
    let start = Instant::now();
    let run = pull(&place, &export, &["--json"]).ends(1);
    let time = start.elapsed();
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let count = |wanted: &str| {
        let notes = found["notes"].as_array().unwrap().iter();
        notes.filter(|it| it["outcome"] == wanted).count()
    };
    // An empty answer is no note.
    assert_eq!(count("left"), edits / EDITS.len());
    assert_eq!(count("edited"), edits - edits / EDITS.len());
    time
}

#[test]
fn time_grows_as_the_project_does() {
    // By the square, four times as much would take sixteen times as long.
    let grows = |small: &dyn Fn() -> Duration, large: &dyn Fn() -> Duration| {
        (0..3).any(|_| large() < small() * 8)
    };
    assert!(grows(&|| time(20, 10, 20), &|| time(80, 10, 80)));
    assert!(grows(&|| time(1, 200, 20), &|| time(1, 800, 80)));
}
