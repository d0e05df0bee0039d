//! An author edits, moves, removes and adds notes that have no ids; both backends then import the
//! next release into a collection where each card was studied.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};
use serde_json::{Value, json};

use crate::judge::imported;

const MANIFEST: &str = "\
format: 1
name: Body
uid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b11
defaults: {type: fact}
";
const TYPE: &str = "\
key: fact
name: Fact
fields: [Question, Answer]
card-templates:
  - {name: Card, front: {html: '{{Question}}'}, back: {html: '{{Answer}}'}}
";

struct Author {
    scratch: tempfile::TempDir,
    time: i64,
    told: Vec<&'static str>,
    found: usize,
}

impl Author {
    fn new() -> Self {
        let author = Self {
            scratch: tempfile::tempdir().unwrap(),
            time: 1_600_000_000,
            told: Vec::new(),
            found: 0,
        };
        author.put("deckle.yaml", MANIFEST);
        author.put("types/fact/type.yaml", TYPE);
        author
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.scratch.path().join("body").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A release of these notes by their files. What it told is kept.
    fn release(&mut self, notes: &[(&str, String, String)]) -> PathBuf {
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        for (path, question, answer) in notes {
            let line = format!("- [{}, {}]\n", json!(question), json!(answer));
            files.entry(path).or_default().push_str(&line);
        }
        for (path, text) in files {
            self.put(path, &text);
        }
        self.time += 86_400;
        let output = self.scratch.path().join(format!("{}.apkg", self.time));
        let options = BuildOptions::new(BuildTime::from_unix(self.time)).output(&output);
        let project = Project::open(self.scratch.path().join("body")).unwrap();
        let build = project.build(&options).unwrap();
        let report = build.report();
        self.told = report.diagnostics.iter().map(|it| it.code.id()).collect();
        self.found = report.matches.len();
        build.write().unwrap();
        output
    }
}

/// What both backends say after the last of these imports.
const ORGANS: [&str; 12] = [
    "heart", "liver", "kidney", "spleen", "stomach", "pancreas", "thyroid", "bladder", "retina",
    "cochlea", "trachea", "tongue",
];
const VERBS: [(&str, &str); 3] = [
    ("Which vessel supplies the", "branch of the aorta, number"),
    ("What happens if a surgeon removes the", "see chapter"),
    ("Who first drew the", "an anatomist of Padua, plate"),
];

/// Notes of questions that are much alike, as in a real deck.
fn notes() -> Vec<(&'static str, String, String)> {
    let pairs = VERBS
        .iter()
        .flat_map(|verb| ORGANS.map(|organ| (verb, organ)));
    let notes = pairs.enumerate().map(|(index, ((ask, answer), organ))| {
        let question = format!("{ask} {organ}?");
        (
            "organs.yaml",
            question,
            format!("{answer} {index} ({organ})"),
        )
    });
    notes.collect()
}

#[test]
fn learners_lose_nothing_whatever_the_author_edits() {
    let mut author = Author::new();
    let mut notes = notes();
    let first = author.release(&notes);

    // A third of the questions is edited, a third is moved to another file and deck.
    for (index, (path, question, _)) in notes.iter_mut().enumerate() {
        match index % 3 {
            0 => {
                *question = question
                    .replace(" the ", " our ")
                    .replace('?', ", and why?");
            }
            1 => *path = "more/tissues.yaml",
            _ => {}
        }
    }
    let kept = notes[2].1.clone();
    let gone = [notes.remove(35), notes.remove(20)];
    for (word, place) in [("bone", 0), ("skin", 9), ("hair", 30)] {
        let answer = format!("{word} is told of elsewhere");
        notes.insert(
            place,
            ("organs.yaml", format!("How old can {word} get?"), answer),
        );
    }
    let renamed = TYPE
        .replace("Answer]", "{name: Reply, was: Answer}]")
        .replace("{{Answer}}", "{{Reply}}");
    author.put("types/fact/type.yaml", &renamed);
    let second = author.release(&notes);
    assert_eq!(author.told, ["W0703"; 2], "the two that are gone");
    assert_eq!(author.found, 12);

    let steps = json!([
        {"path": first, "options": {}},
        {"path": second, "options": {}, "learner": {&kept: "my own words"}},
    ]);
    for report in imported(&steps) {
        let log = json!({"new": 3, "updated": 12, "duplicate": 22, "conflicting": 0});
        assert_eq!(report["log"], log, "{report}");
        assert_eq!(report["types"], json!({"Fact": ["Question", "Reply"]}));
        assert_eq!(report["one_way"], false);
        assert_eq!(
            (&report["cards"], &report["learned"]),
            (&json!(39), &json!(36))
        );
        let mut expected: BTreeMap<&str, &str> = notes
            .iter()
            .chain(&gone)
            .map(|(_, question, answer)| (question.as_str(), answer.as_str()))
            .collect();
        expected.insert(&kept, "my own words");
        let found = report["notes"].as_object().unwrap().values();
        let found: BTreeMap<&str, &str> = found
            .map(|it| &it["fields"])
            .map(|it| (it[0].as_str().unwrap(), it[1].as_str().unwrap()))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_renamed_file_whose_notes_were_edited_stays_the_same_notes() {
    let mut author = Author::new();
    let mut notes = notes();
    author.release(&notes);
    fs::remove_file(author.scratch.path().join("body/organs.yaml")).unwrap();
    for (index, (path, question, _)) in notes.iter_mut().enumerate() {
        *path = "organs/all.yaml";
        if index % 2 == 0 {
            *question = question.replace(" the ", " our ");
        }
    }
    author.release(&notes);
    assert!(author.told.is_empty(), "{:?}", author.told);
    assert_eq!(author.found, 18);
}

#[test]
fn a_build_of_one_file_leaves_the_notes_of_others_alone() {
    let mut author = Author::new();
    let mut notes = notes();
    author.release(&notes);
    // A new note much like one that is edited at the same time in a file that is not built.
    let (_, question, answer) = notes[3].clone();
    notes.push(("other.yaml", question.replace('?', "??"), answer));
    notes[3].1.push_str(" Tell all.");
    author.release(&notes[..36]);
    author.put(
        "other.yaml",
        &format!("- [{}, {}]\n", json!(notes[36].1), json!(notes[36].2)),
    );
    let other = author.scratch.path().join("body/other.yaml");
    let options = BuildOptions::new(BuildTime::from_unix(author.time + 9));
    let build = Project::open(other).unwrap().build(&options).unwrap();
    assert_eq!(build.report().matches, []);
}

#[test]
fn a_cloze_without_a_number_keeps_the_one_it_got() {
    let mut author = Author::new();
    let mut steps = Vec::new();
    let mut release = |text: &str| {
        author.put(
            "heart.yaml",
            &format!("type: cloze\nnotes:\n  - Text: {}\n", json!(text)),
        );
        let path = author.release(&[]);
        steps.push(json!({"path": path, "options": {}}));
        let reports = imported(&json!(steps));
        let text = |report: &Value| {
            let notes = report["notes"].as_object().unwrap();
            assert_eq!(notes.len(), 1);
            let text = notes.values().next().unwrap()["fields"][0].as_str();
            text.unwrap().to_owned()
        };
        assert_eq!(text(&reports[0]), text(&reports[1]));
        assert_eq!(author.told, [""; 0]);
        text(&reports[0])
    };
    assert_eq!(
        release("The ==left== atrium, the ==right== one, two ==ventricles==."),
        "The {{c1::left}} atrium, the {{c2::right}} one, two {{c3::ventricles}}."
    );
    // Without the second one, and with the third one edited at the same time as its neighbors.
    assert_eq!(
        release("The ==left== atrium, the right one, two ==ventricles==."),
        "The {{c1::left}} atrium, the right one, two {{c3::ventricles}}."
    );
    assert_eq!(
        release("The ==left== atrium, the right one, ==two== ==chambers==, {{c5::four}} valves."),
        "The {{c1::left}} atrium, the right one, {{c4::two}} {{c6::chambers}}, {{c5::four}} valves."
    );
    assert_eq!(
        release(
            "The ==left== atrium, the ==right== one, ==two== ==chambers==, {{c5::four}} valves."
        ),
        "The {{c1::left}} atrium, the {{c2::right}} one, {{c4::two}} {{c6::chambers}}, {{c5::four}} valves."
    );
}
