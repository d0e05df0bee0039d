//! The real Anki, in its own process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::json;

use super::compare::{self, Tally};
use super::generate::Case;

pub struct Judge {
    pub version: &'static str,
    python: PathBuf,
}

#[derive(Deserialize)]
pub struct Told {
    pub types: Vec<TypeTold>,
    pub texts: Vec<TextTold>,
}

#[derive(Deserialize)]
pub struct TypeTold {
    pub refused: Option<String>,
    pub req: Vec<(usize, String, Vec<usize>)>,
    pub notes: Vec<NoteTold>,
}

#[derive(Deserialize)]
pub struct NoteTold {
    pub cards: Vec<CardTold>,
    pub sort: Option<String>,
    pub checksum: Option<u32>,
    pub clozes: Vec<u16>,
    pub deck: String,
    pub note_type: String,
}

#[derive(Deserialize)]
pub struct CardTold {
    pub ord: u16,
    pub id: i64,
    pub question: String,
    pub answer: String,
    pub blank: bool,
    pub error: Option<String>,
}

#[derive(Deserialize)]
pub struct TextTold {
    pub strip: String,
    pub keep: String,
    pub latex: String,
    pub images: Vec<(String, String)>,
    pub question: String,
    pub answer: String,
    pub played: Vec<Option<String>>,
}

impl Judge {
    pub fn find(version: &'static str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges");
        let python = folder.join(format!("anki-{version}/bin/python"));
        assert!(
            python.exists(),
            "the judge Anki {version} is not installed at {}; run: make judges",
            python.display()
        );
        Self { version, python }
    }

    pub fn ask(&self, types: &[Case], texts: &[Vec<String>]) -> Told {
        let types: Vec<_> = types
            .iter()
            .enumerate()
            .map(|(index, case)| case.as_json(&Self::type_name(index)))
            .collect();
        let texts: Vec<String> = texts.iter().map(|text| text.concat()).collect();
        let input = json!({"types": types, "texts": texts}).to_string();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/anki/cards.py");
        let mut child = Command::new(&self.python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the judge's python starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // The judge reads all of its input before it writes.
        stdin
            .write_all(input.as_bytes())
            .expect("the judge reads its input");
        drop(stdin);
        let output = child.wait_with_output().expect("the judge runs to its end");
        assert!(
            output.status.success(),
            "the judge Anki {} failed",
            self.version
        );
        serde_json::from_slice(&output.stdout).expect("the judge writes JSON")
    }

    pub fn type_name(index: usize) -> String {
        format!("type {index} &")
    }

    /// The smallest case that still differs, and how.
    pub fn shrink(&self, mut case: Case) -> (Case, String) {
        let mut difference = String::new();
        loop {
            let mut candidates = vec![case.clone()];
            candidates.extend(case.smaller());
            let told = self.ask(&candidates, &[]);
            let mut differing =
                candidates
                    .into_iter()
                    .zip(&told.types)
                    .filter_map(|(case, told)| {
                        let found =
                            compare::note_type(self.version, &case, told, &mut Tally::default());
                        Some((case, found.err()?))
                    });
            difference = differing.next().map_or(difference, |(_, found)| found);
            match differing.next() {
                Some((smaller, _)) => case = smaller,
                None => return (case, difference),
            }
        }
    }
}
