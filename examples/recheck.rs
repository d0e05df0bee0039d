//! Checks a project again and again, as a program does that watches its files.
//!
//! A file gets a note more before the last check; say what it takes on a copy of your project.
//! `cargo run --release --example recheck -- FOLDER FILE`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program may read the clock and print, the library does neither"
)]

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Instant, SystemTime};

use deckle::project::{BuildOptions, Project};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: recheck FOLDER FILE".into());
    };
    // From here on the project remembers what it read.
    let project = Project::open(folder)?.remembering();
    check("cold", &project)?;
    check("nothing changed", &project)?;
    let mut changed = OpenOptions::new().append(true).open(file)?;
    changed.write_all(b"\n## A note more?\n\nYes.\n")?;
    drop(changed);
    check("one file changed", &project)
}

/// Checks the project, and says how long that took.
fn check(when: &str, project: &Project) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let report = project.check(&BuildOptions::new(SystemTime::now()))?;
    println!(
        "{when}: {:.2} s, {} files, {} notes, {} findings",
        start.elapsed().as_secs_f64(),
        report.statistics.files,
        report.statistics.notes,
        report.diagnostics.iter().count()
    );
    Ok(())
}
