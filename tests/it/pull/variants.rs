//! Projects with a matrix: the notes of a phone find their variant, what several variants share changes
//! in each, and what cannot be written is told.

use std::fs;
use std::path::PathBuf;

use deckle::package::PackageReader;
use serde_json::Value;

use super::phone::Phone;
use super::{START, pull, read, run_at};
use crate::cli::{Place, Run};

const DAY: i64 = 86_400;

const MANIFEST: &str = "\
format: 1
name: \"Atlas {{=lang}}\"
uid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55
output: \"atlas-{{=lang}}.apkg\"
matrix: {lang: [de, fr]}
sources: [\"*.csv\", \"inbox*\", \"more/{{=lang}}*\"]
ship:
  phone: {via: folder, path: ../phone}
";
const FOLDER: &str = "csv:\n  columns: {\"{{=lang}}\": Front, all: Back, \"*\": ~}\n";
const TABLE: &str = "de,fr,all,tags\nLand,Pays,one,t\nStadt,Ville,two,\n";

struct Atlas {
    place: Place,
    phone: Phone,
    days: i64,
}

impl Atlas {
    fn new() -> Self {
        let place = Place::new(&[
            ("deckle.yaml", MANIFEST),
            ("_deck.yaml", FOLDER),
            ("a.csv", TABLE),
            ("more/de.md", "## Fluss\n\nriver\n"),
        ]);
        fs::create_dir(place.outer.path().join("phone")).unwrap();
        let phone = Phone::new();
        let mut atlas = Self {
            place,
            phone,
            days: 0,
        };
        atlas.ship();
        atlas
    }

    /// Ships on another day, and imports everything.
    fn ship(&mut self) {
        run_at(&self.place, START + self.days * DAY, &["ship"]).ends(0);
        self.days += 2;
        for key in ["de", "fr"] {
            self.phone.import(&self.package(key));
        }
    }

    fn package(&self, key: &str) -> PathBuf {
        self.place
            .outer
            .path()
            .join(format!("phone/atlas-{key}.apkg"))
    }

    fn edit(&mut self, front: &str, fields: &[(usize, &str)]) {
        let time = START + (self.days - 1) * DAY;
        self.phone.edit(front, fields, time);
    }

    fn pull(&self, more: &[&str]) -> Run {
        pull(
            &self.place,
            &self.phone.export(&self.place),
            &[&["--json"], more].concat(),
        )
    }

    fn guids(&self, key: &str) -> Vec<String> {
        let contents = PackageReader::open(self.package(key))
            .unwrap()
            .into_contents();
        contents.notes.into_iter().map(|it| it.guid).collect()
    }
}

fn told(run: &Run) -> Vec<String> {
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let notes = found["notes"].as_array().unwrap().iter();
    let words = |it: &Value| format!("{} {}", it["outcome"], it["text"]).replace('"', "");
    notes
        .map(words)
        .filter(|it| !it.starts_with("absent"))
        .collect()
}

#[test]
fn what_is_one_variants_own_changes_there_alone() {
    let mut atlas = Atlas::new();
    let before = (atlas.guids("de"), fs::read(atlas.package("fr")).unwrap());
    // The question by which a note is known, and an answer in a file of its own.
    atlas.edit("Land", &[(0, "Staat")]);
    atlas.edit("Fluss", &[(1, "<b>stream</b>")]);
    let run = atlas.pull(&[]).ends(0);
    assert_eq!(told(&run), ["edited Land", "edited Fluss"]);
    assert_eq!(read(&atlas.place, "a.csv"), TABLE.replace("Land", "Staat"));
    assert_eq!(
        read(&atlas.place, "more/de.md"),
        "## Fluss\n\n<b>stream</b>\n"
    );
    atlas.ship();
    let after = (atlas.guids("de"), fs::read(atlas.package("fr")).unwrap());
    assert!(before == after);
    assert_eq!(told(&atlas.pull(&[]).ends(0)), [""; 0]);
}

#[test]
fn what_variants_share_changes_in_each() {
    let mut atlas = Atlas::new();
    let before = [atlas.guids("de"), atlas.guids("fr")];
    atlas.edit("Pays", &[(1, "une")]);
    let run = atlas.pull(&[]).ends(0);
    assert_eq!(told(&run), ["edited Pays"]);
    assert_eq!(read(&atlas.place, "a.csv"), TABLE.replace("one", "une"));
    atlas.ship();
    assert_eq!([atlas.guids("de"), atlas.guids("fr")], before);
    assert_eq!(atlas.phone.has("Land").1[1], "une");
    assert_eq!(told(&atlas.pull(&[]).ends(0)), [""; 0]);

    // Edited in both at once: the same way once, in another way a conflict.
    for (german, code, expect) in [("uno", 0, "uno"), ("eins", 1, "<<<<<<<")] {
        let mut atlas = Atlas::new();
        atlas.edit("Land", &[(1, german)]);
        atlas.edit("Pays", &[(1, "uno")]);
        let run = atlas.pull(&[]).ends(code);
        let text = read(&atlas.place, "a.csv");
        assert!(
            text.contains(expect) && text.contains(german) && text.contains("uno"),
            "{run:#?} {text}"
        );
    }
}

#[test]
fn a_conflict_of_one_variant_keeps_the_others_out_of_the_file() {
    let mut atlas = Atlas::new();
    atlas.edit("Land", &[(1, "phone")]);
    atlas.edit("Ville", &[(1, "phone")]);
    atlas.place.put("a.csv", TABLE.replace("one", "desk"));
    let run = atlas.pull(&[]).ends(1);
    assert_eq!(told(&run), ["conflict Land", "left Ville"]);
    assert!(
        run.stdout.contains("conflict of another variant"),
        "{run:#?}"
    );
    let text = read(&atlas.place, "a.csv");
    assert!(
        text.contains("desk") && text.contains("phone") && text.contains("two"),
        "{text}"
    );
    // Behind the mend the rest comes.
    atlas.place.put("a.csv", TABLE.replace("one", "desk"));
    let run = atlas.pull(&[]);
    let told = told(&run);
    assert!(
        told.contains(&"edited Ville".to_owned()) || told.contains(&"left Ville".to_owned()),
        "{run:#?}"
    );
}

#[test]
fn new_notes_need_a_file_of_their_variant() {
    let mut atlas = Atlas::new();
    atlas
        .phone
        .add("one", "Atlas de", ["Berg", "mountain"], START + DAY);
    let before = atlas.place.files();
    let run = atlas.pull(&[]).ends(1);
    assert_eq!(told(&run), ["left Berg"]);
    assert!(run.stdout.contains("read by several variants"), "{run:#?}");
    let mut after = atlas.place.files();
    after.remove("export.apkg");
    assert!(after == before);
    let run = atlas.pull(&["--inbox", "more/{{=lang}}-new.yaml"]).ends(0);
    assert_eq!(told(&run), ["new Berg"]);
    assert!(read(&atlas.place, "more/de-new.yaml").contains("Berg"));
    atlas.ship();
    assert_eq!(atlas.guids("fr").len(), 2);
    assert_eq!(atlas.guids("de").len(), 4);
}

#[test]
fn flags_are_found_in_each_variant_and_one_can_be_chosen() {
    let mut atlas = Atlas::new();
    atlas.edit("Land", &[(1, "eins")]);
    let export = atlas.phone.export(&atlas.place);
    let run = run_at(
        &atlas.place,
        START,
        &["flags", export.to_str().unwrap(), "--json"],
    )
    .ends(0);
    assert_eq!(run.stdout.trim(), "[]");
    let before = read(&atlas.place, "a.csv");
    let run = atlas.pull(&["--variant", "fr"]).ends(0);
    assert_eq!(told(&run), [""; 0]);
    assert_eq!(read(&atlas.place, "a.csv"), before);
}
