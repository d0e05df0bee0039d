//! Large projects.
use std::time::Instant;

use super::{exported, pull, shipped};

/// What Anki's editors leave behind an edit.
const EDITS: [&str; 8] = [
    "plain words",
    "<b>bold</b> and <i>italic</i>",
    "one<br>two<br><br>three",
    "<div>one</div><div>two</div>",
    "a&nbsp;b&nbsp; c",
    "\\(x^2\\) and \\[y_1 * z_1\\]",
    "<ul><li>a</li><li>b</li></ul>",
    "* star # hash | bar: \"quote\" 'single' \\ back",
];

#[test]
fn measure() {
    let env = |name: &str| std::env::var(name).map(|it| it.parse::<usize>().unwrap());
    let Ok(files) = env("FILES") else { return };
    let (each, edits) = (env("EACH").unwrap(), env("EDITS").unwrap());
    let texts: Vec<(String, String)> = (0..files)
        .map(|file| {
            let notes =
                (0..each).map(|note| format!("## q{file}x{note}\n\nan *answer* of\n__words__\n\n"));
            (format!("f{file}.md"), notes.collect())
        })
        .collect();
    let texts: Vec<(&str, &str)> = texts
        .iter()
        .map(|it| (it.0.as_str(), it.1.as_str()))
        .collect();
    let place = shipped(&texts);
    let total = files * each;
    let names: Vec<String> = (0..edits)
        .map(|it| it * total / edits)
        .map(|it| format!("q{}x{}", it / each, it % each))
        .collect();
    let all: Vec<(&str, &str, &str)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), "Back", EDITS[at % 8]))
        .collect();
    let export = exported(&place, &all, None);
    let start = Instant::now();
    let run = pull(&place, &export, &["--dry-run"]);
    eprintln!(
        "{files} {each} {edits}: {:?} {}",
        start.elapsed(),
        run.stderr
    );
    eprintln!(
        "{}",
        run.stdout
            .lines()
            .filter(|it| it.starts_with("left"))
            .count()
    );
}
