//! Who looks on at a build: what is told of it, and that neither this nor the number of threads
//! changes a byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use deckle::project::{BuildOptions, Project};
use deckle::{BuildTime, Count, Format, Observer, Stage};

use crate::cli::Place;
use crate::sample::sample;

/// Writes everything down.
#[derive(Default)]
struct Seen {
    events: Mutex<Vec<(bool, Stage)>>,
    counts: Mutex<BTreeMap<Count, u64>>,
}

impl Observer for Seen {
    fn begins(&self, stage: Stage) {
        self.events.lock().unwrap().push((true, stage));
    }

    fn ends(&self, stage: Stage) {
        self.events.lock().unwrap().push((false, stage));
    }

    fn counts(&self, what: Count, more: u64) {
        *self.counts.lock().unwrap().entry(what).or_default() += more;
    }
}

impl Seen {
    /// The stages in the order in which they began, each once; all of them have ended.
    fn stages(&self) -> Vec<Stage> {
        let (mut order, mut open) = (Vec::new(), BTreeMap::new());
        for (begins, stage) in self.events.lock().unwrap().iter() {
            let open: &mut i32 = open.entry(*stage).or_default();
            *open += if *begins { 1 } else { -1 };
            assert!(*open >= 0, "{stage:?} ended before it began");
            if !order.contains(stage) {
                order.push(*stage);
            }
        }
        assert!(open.values().all(|it| *it == 0), "{open:?}");
        order
    }

    fn count(&self, what: Count) -> u64 {
        let counts = self.counts.lock().unwrap();
        counts.get(&what).copied().unwrap_or_default()
    }
}

const MANIFEST: &str = "format: 1\nname: Latin\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n";

fn written(folder: &Path) {
    fs::write(folder.join("deckle.yaml"), MANIFEST).unwrap();
    fs::write(
        folder.join("a.md"),
        "## One?\n\n![](a.png)\n\n## Two?\n\n2\n",
    )
    .unwrap();
    fs::write(folder.join("b.yaml"), "- [three, 3]\n- [four, 4]\n").unwrap();
    fs::write(folder.join("a.png"), sample("a.png", "a picture")).unwrap();
}

#[test]
fn an_observer_sees_every_stage_and_counts_what_is_done() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let seen = Arc::new(Seen::default());
    let options = BuildOptions::new(BuildTime::from_unix(1_767_225_600));
    let build = |seen: &Arc<Seen>| {
        let options = options.clone().observer(seen.clone());
        let build = Project::open(folder.path()).unwrap().build(&options);
        build.unwrap().write()
    };
    let built = build(&seen).unwrap().remove(0);
    let mut stages = seen.stages();
    // Two of them begin side by side.
    stages.sort_unstable();
    assert_eq!(stages, Stage::ALL);
    assert_eq!(seen.count(Count::Notes), 4);
    assert_eq!(seen.count(Count::Stored), 4);
    assert_eq!(seen.count(Count::Hashed), 1);
    // Two sources, and the project file, which is asked for variants first.
    assert_eq!(seen.count(Count::Files), 4);
    assert!(seen.count(Count::Bytes) >= built.bytes);

    fs::write(folder.path().join("b.yaml"), "- {front: \n").unwrap();
    let failed = Arc::new(Seen::default());
    build(&failed).unwrap_err();
    assert!(failed.stages().contains(&Stage::Render));
    assert!(!failed.stages().contains(&Stage::Write));
}

#[test]
fn changes_are_told_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let changes = |ask: bool| -> Vec<String> {
        let options = BuildOptions::new(BuildTime::from_unix(1_767_225_600)).changes(ask);
        let build = Project::open(folder.path())
            .unwrap()
            .build(&options)
            .unwrap();
        let changes = build
            .report()
            .changes
            .iter()
            .map(ToString::to_string)
            .collect();
        build.write().unwrap();
        changes
    };
    assert_eq!(changes(true).len(), 5, "four notes and a picture");
    assert_eq!(changes(true), [""; 0]);
    fs::write(folder.path().join("b.yaml"), "- [three, 33]\n").unwrap();
    let told = changes(true);
    let begins = |start: &str| told.iter().any(|it| it.starts_with(start));
    assert!(begins("changed note") && begins("gone note"), "{told:?}");
    fs::write(folder.path().join("b.yaml"), "- [three, 333]\n").unwrap();
    assert_eq!(changes(false), [""; 0]);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let built = |jobs: &str, format: &str| {
        let place = Place::new(&[("deckle.yaml", MANIFEST)]);
        for file in 0..40 {
            let notes = (0..40).map(|note| {
                format!("## Question {note} of {file}?\n\n![](img/{note}.svg) `code {note}`\n\n")
            });
            place.put(&format!("f{file}.md"), notes.collect::<String>());
            let shape = format!("<circle r=\"{file}\"/>");
            let picture = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{}</svg>",
                shape.repeat(file + 1)
            );
            place.put(&format!("img/{file}.svg"), picture);
        }
        place
            .run(&["build", "-j", jobs, "--format", format, "--no-cache"])
            .ends(0);
        place.files()
    };
    for format in ["legacy", "latest"] {
        let one = built("1", format);
        assert!(one.contains_key("notes/Latin.apkg"), "{:?}", one.keys());
        assert_eq!(one, built("16", format), "{format}");
    }
    Place::new(&[]).run(&["build", "-j", "0"]).ends(2);
}

#[test]
fn timings_are_told_for_people_and_for_programs() {
    let place = Place::new(&[("a.md", "## One?\n\n1\n")]);
    let run = place.run(&["build", "--timings"]).ends(0);
    assert!(
        run.stdout.starts_with("Where the time went, on "),
        "{run:#?}"
    );
    let run = place
        .run(&["check", "--timings", "-j", "1", "--message-format", "json"])
        .ends(0);
    let told: serde_json::Value = serde_json::from_str(run.stdout.trim()).unwrap();
    let timings = &told["timings"];
    assert_eq!(timings["threads"], 1);
    assert!(timings["total"].is_f64() && timings["other"].is_f64());
    let stages = timings["stages"].as_array().unwrap();
    let names: Vec<&str> = stages
        .iter()
        .filter_map(|it| it["stage"].as_str())
        .collect();
    assert_eq!(names, ["read", "render", "identify", "plan"]);
    // Errors do not keep anybody from asking.
    place.put("a.md", "## One?\n");
    let run = place.run(&["build", "--timings"]).ends(1);
    assert!(run.stdout.contains("render"), "{run:#?}");
}

#[test]
fn both_formats_are_observed_alike() {
    let stages = |format: Format| {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path());
        let seen = Arc::new(Seen::default());
        let options = BuildOptions::new(BuildTime::from_unix(1_767_225_600)).format(format);
        let options = options.observer(seen.clone());
        let build = Project::open(folder.path())
            .unwrap()
            .build(&options)
            .unwrap();
        build.write().unwrap();
        let mut stages = seen.stages();
        stages.sort_unstable();
        stages
    };
    assert_eq!(stages(Format::Legacy), stages(Format::Latest));
}
