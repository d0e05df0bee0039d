//! What is told, as people see it: what is read beside what comes of it, a case each.

#![allow(
    clippy::disallowed_methods,
    reason = "the snapshot macro looks for this file itself"
)]

mod attributes;
mod files;
mod front_matter;
mod headings;
mod labels;
mod lookalikes;
mod tables;

use super::read;

/// All findings of the sources, each with its source in front of it.
fn told(sources: &[&str]) -> String {
    let mut out = String::new();
    for source in sources {
        let text = source.replace('\n', "⏎");
        let human = read(source).human();
        out.push_str(&format!("=== {text}\n{human}\n"));
    }
    out
}
