//! What imports do to people who have studied: a package is imported by the real Anki, studied and
//! edited at random, and exported, and the next version is imported. What the export says is all
//! that the prediction knows.

use std::path::{Path, PathBuf};

use deckle::package::{Collection, Difference, Format, ImportOptions, Importer, PackageReader};
use serde_json::{Value, json};

use super::compare::{agrees, differing, log_json, sorted, state};
use super::random::Random;
use super::{Cases, cases, tell, worlds};
use crate::judge::{answer, with_each_backend};

const SEED: u64 = 20_261_101;
const CASES: usize = 100;

struct Case {
    seed: u64,
    old: PathBuf,
    new: PathBuf,
    /// Whether the learner exports the whole collection.
    colpkg: bool,
    legacy: bool,
    /// Whether the new package comes from somebody who studied it.
    studied: bool,
    story: String,
}

/// What a run has looked at.
#[derive(Debug, Default)]
struct Tally {
    whole: usize,
    hidden: usize,
    outcomes: [usize; 4],
    studied: usize,
    empty: usize,
}

#[test]
fn predictions_for_learners_are_what_anki_does() {
    let Cases { folder, cases } = cases(SEED, CASES, case);
    let (folder, count) = (folder.path(), cases.len());
    let told = with_each_backend(|backend| {
        let input: Value = cases
            .iter()
            .map(|case| {
                let studied = case.studied.then(|| case.path(folder, backend, "studied"));
                json!({
                    "seed": case.seed,
                    "old": case.old,
                    "new": case.new,
                    "export": case.path(folder, backend, "learner"),
                    "colpkg": case.colpkg,
                    "legacy": case.legacy,
                    "studied": studied,
                })
            })
            .collect();
        let text = answer(backend, "learners.py", &input.to_string())?;
        Ok((backend, text))
    });
    let told = told.unwrap_or_else(|error| panic!("{error}"));
    let mut tally = Tally::default();
    let mut wrong: Vec<(usize, String)> = Vec::new();
    for (client, (backend, told)) in Importer::ALL.into_iter().zip(&told) {
        let told: Vec<&str> = told.lines().collect();
        assert_eq!(told.len(), cases.len(), "an answer for each case");
        for (case, told) in cases.iter().zip(told) {
            let mut told: Value = serde_json::from_str(told).expect("the judge writes JSON");
            let learner = case.path(folder, backend, "learner");
            let new = match case.studied {
                true => case.path(folder, backend, "studied"),
                false => case.new.clone(),
            };
            if let Err(difference) = case.compare(&learner, &new, client, &mut told, &mut tally) {
                let story = &told["story"];
                let text = format!(
                    "seed {}, {client:?}:\n{}  learner: {story}\n{difference}\n",
                    case.seed, case.story
                );
                wrong.push((text.len(), text));
            }
        }
    }
    println!("{tally:?}");
    tell(wrong, 2 * count);
    if count >= CASES {
        assert!(tally.whole * 3 > count, "{tally:?}");
        assert!(tally.studied > count, "{tally:?}");
        assert!(tally.empty > count / 8, "{tally:?}");
        assert!(tally.outcomes.iter().all(|it| *it > count / 5), "{tally:?}");
    }
}

fn case(seed: u64, folder: &Path) -> Case {
    let mut random = Random::new(seed);
    let mut story = String::new();
    let (old_world, new_world) = worlds(&mut random, &mut story);
    let [old, new] = [(&old_world, "old"), (&new_world, "new")].map(|(world, name)| {
        let path = folder.join(format!("{seed}-{name}.apkg"));
        let format = *random.pick(&[Format::Legacy, Format::Latest]);
        std::fs::write(&path, world.bytes(format)).unwrap();
        path
    });
    let case = Case {
        seed,
        old,
        new,
        colpkg: random.chance(60),
        legacy: random.chance(50),
        studied: random.chance(30),
        story: String::new(),
    };
    story += &format!(
        "  colpkg {}, legacy {}, studied new {}\n",
        case.colpkg, case.legacy, case.studied
    );
    Case { story, ..case }
}

impl Case {
    /// Where the judge of this backend writes what a person exports.
    fn path(&self, folder: &Path, backend: &str, whose: &str) -> PathBuf {
        let ending = match self.colpkg && whose == "learner" {
            true => "colpkg",
            false => "apkg",
        };
        folder.join(format!("{}-{backend}-{whose}.{ending}", self.seed))
    }

    fn compare(
        &self,
        learner: &Path,
        new: &Path,
        client: Importer,
        told: &mut Value,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let read = |path| {
            let reader = PackageReader::open(path).map_err(|error| error.to_string())?;
            let contents = reader.into_contents_with_hashes();
            contents.map_err(|error| error.to_string())
        };
        let (old, new) = (read(learner)?, read(new)?);
        if told["lost"] != json!([]) {
            return Err(format!("the import touched cards: {}", told["lost"]));
        }
        if !self.colpkg && told["hidden"] == true {
            tally.hidden += 1;
            return Ok(());
        }
        let options = ImportOptions::default();
        let before = Collection::of_learner(&old, client);
        let (after, log) = before
            .import(&new, &options)
            .map_err(|refusal| format!("predicted {refusal}, Anki {}", told["second"]))?;
        let predicted = log_json(&new, &log);
        if predicted != told["second"] {
            return Err(format!("predicted {predicted}\n  Anki {}", told["second"]));
        }
        for (count, group) in
            tally
                .outcomes
                .iter_mut()
                .zip(["new", "updated", "duplicate", "conflicting"])
        {
            *count += predicted[group].as_array().map_or(0, Vec::len);
        }
        let difference = Difference::of_learner(&old, &new, client, &options);
        agrees(&difference, &told["second"]).map_err(|it| format!("difference: {it}"))?;
        tally.studied += usize::from(old.holds_progress());
        let mut predicted = self.state(&after, &told["stock"]);
        self.without_what_does_not_show(&mut predicted);
        self.without_what_does_not_show(&mut told["state"]);
        let mut wrong = String::new();
        for (key, value) in predicted.as_object().unwrap() {
            let told = &told["state"][key];
            let told = match told.as_array() {
                Some(list) => sorted(list.iter().cloned()),
                None => told.clone(),
            };
            if *value != told {
                wrong += &format!("{key}: {}\n", differing(value, &told));
            }
        }
        tally.whole += usize::from(self.colpkg);
        tally.empty += told["state"]["empty"].as_array().map_or(0, Vec::len);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn state(&self, collection: &Collection<'_>, stock: &Value) -> Value {
        let mut state = state(collection);
        let cards = collection.notes().iter().flat_map(|note| {
            note.cards.iter().map(|card| {
                let deck = collection.deck_of(card).unwrap_or("#");
                let progress = card.progress;
                json!([
                    note.guid,
                    card.ordinal,
                    deck,
                    progress.reviews,
                    progress.interval,
                    progress.studied
                ])
            })
        });
        state["cards"] = sorted(cards);
        let empty = collection.empty_cards();
        state["empty"] = sorted(empty.iter().map(|(guid, ordinal)| json!([guid, ordinal])));
        let types = state["types"].as_array().unwrap().iter();
        let own = types.filter(|it| !stock.as_array().unwrap().contains(&it[0]));
        state["types"] = sorted(own.cloned());
        state
    }

    /// A package for others holds only the decks, note types and media that its notes use, and
    /// so it does not say which names of media are taken.
    fn without_what_does_not_show(&self, state: &mut Value) {
        if self.colpkg {
            return;
        }
        let state = state.as_object_mut().unwrap();
        for key in ["types", "decks", "media"] {
            state.remove(key);
        }
        for note in state["notes"].as_array_mut().unwrap() {
            if note[4].as_str().is_some_and(|it| it.contains(['<', '['])) {
                note[4].take();
            }
        }
    }
}
