//! The real Anki, in its own process.

use serde::Deserialize;
use serde_json::json;

use super::compare::{self, Tally};
use super::generate::Case;
use crate::judge::run_script;

pub(super) struct Judge {
    pub(super) version: &'static str,
}

#[derive(Deserialize)]
pub(super) struct Told {
    pub types: Vec<TypeTold>,
    pub texts: Vec<TextTold>,
}

#[derive(Deserialize)]
pub(super) struct TypeTold {
    pub refused: Option<String>,
    pub req: Vec<(usize, String, Vec<usize>)>,
    pub notes: Vec<NoteTold>,
}

#[derive(Deserialize)]
pub(super) struct NoteTold {
    pub cards: Vec<CardTold>,
    pub sort: Option<String>,
    pub checksum: Option<u32>,
    pub clozes: Vec<u16>,
    pub deck: String,
    pub note_type: String,
}

#[derive(Deserialize)]
pub(super) struct CardTold {
    pub ord: u16,
    pub id: i64,
    pub question: String,
    pub answer: String,
    pub blank: bool,
    pub error: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct TextTold {
    pub strip: String,
    pub keep: String,
    pub latex: String,
    pub images: Vec<(String, String)>,
    pub question: String,
    pub answer: String,
    pub played: Vec<Option<String>>,
}

impl Judge {
    /// The backend of this version.
    pub(super) fn find(version: &'static str) -> Self {
        Self { version }
    }

    pub(super) fn ask(&self, types: &[Case], texts: &[Vec<String>]) -> Told {
        let types: Vec<_> = types
            .iter()
            .enumerate()
            .map(|(index, case)| case.as_json(&Self::type_name(index)))
            .collect();
        let texts: Vec<String> = texts.iter().map(|text| text.concat()).collect();
        let input = json!({"types": types, "texts": texts}).to_string();
        let backend = format!("anki-{}", self.version);
        let output = run_script(&backend, "cards.py", &[], input.as_bytes());
        let output = output.unwrap_or_else(|error| panic!("{error}"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{backend} failed: {errors}");
        serde_json::from_slice(&output.stdout).expect("the judge writes JSON")
    }

    pub(super) fn type_name(index: usize) -> String {
        format!("type {index} &")
    }

    /// The smallest case that still differs, and how.
    pub(super) fn shrink(&self, mut case: Case) -> (Case, String) {
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
