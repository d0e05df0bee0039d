//! `deckle watch` with the real binary: files are written, renamed, deleted and broken in the ways
//! that editors and version control do it, and the package is looked at behind each build.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use std::{fs, thread};

use deckle::package::PackageReader;
use serde_json::Value;

use crate::cli::Place;
use crate::sample::sample;

/// Nothing is measured: so long a machine may take that does a hundred other things.
const PATIENCE: Duration = Duration::from_secs(120);

const MANIFEST: &str = "format: 1\nname: Latin\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n";

/// A running `deckle watch`, ended with the test.
struct Watch<'p> {
    place: &'p Place,
    child: Child,
    told: Receiver<String>,
}

impl<'p> Watch<'p> {
    fn begin(place: &'p Place, args: &[&str]) -> Self {
        Self::begin_as(place, &[&["watch"], args].concat())
    }

    fn begin_as(place: &'p Place, args: &[&str]) -> Self {
        let mut command = place.command(args);
        // The real clock: what is remembered of files goes by it.
        command.env_remove("SOURCE_DATE_EPOCH");
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, told) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { place, child, told }
    }

    fn line(&self) -> String {
        self.told.recv_timeout(PATIENCE).unwrap()
    }

    /// Waits for a build of which this is so. One change may be seen as several.
    fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Vec::new();
        loop {
            let Ok(line) = self.told.recv_timeout(PATIENCE) else {
                panic!("{what} was not built: {seen:#?}");
            };
            let told: Value = serde_json::from_str(&line).unwrap();
            if is_so(&told) {
                return told;
            }
            seen.push(told);
        }
    }

    /// Waits for a package of so many notes, and looks into it.
    fn until_notes(&self, what: &str, count: usize) -> Value {
        let told = self.until(what, |it| {
            it["notes"] == count && (it["outcome"] == "written" || it["outcome"] == "unchanged")
        });
        assert_eq!(self.notes().len(), count, "{what}");
        told
    }

    /// The first fields of the notes in the package.
    fn notes(&self) -> Vec<String> {
        let package = self.place.folder().join("Latin.apkg");
        let contents = PackageReader::open(package).unwrap().into_contents();
        let first =
            |it: &deckle::package::StoredNote| it.fields.split('\u{1f}').next().unwrap().to_owned();
        let mut notes: Vec<String> = contents.notes.iter().map(first).collect();
        notes.sort();
        notes
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.folder().join(name)
    }

    /// Ends it as the terminal does.
    fn end(mut self, signal: &str) -> ExitStatus {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn pages_follow_what_is_written() {
    let place = Place::new(&[("deckle.yaml", MANIFEST), ("a.md", "## One?\n\n1\n")]);
    let args = ["preview", "--watch", "--message-format", "json"];
    let watch = Watch::begin_as(&place, &args);
    let stamp = || fs::read_to_string(watch.path(".deckle/preview/stamp.js")).unwrap();
    let of_cards = |count: usize| {
        watch.until("the pages", |it| {
            it["preview"]["cards"] == count && it["outcome"] == "written"
        })
    };
    of_cards(1);
    let first = stamp();
    assert!(first.contains("\"live\":true"), "{first}");
    place.put("a.md", "## One?\n\n1\n\n## Two?\n\n2\n");
    of_cards(2);
    assert_ne!(stamp(), first);
    place.put("a.md", "## One?\n\n![](none.png)\n");
    let told = watch.until("an error", |it| it["outcome"] == "refused");
    assert_eq!(codes(&told), ["E0301"]);
    assert!(!watch.path("deckle.lock").exists() && !watch.path("Latin.apkg").exists());
    if cfg!(unix) {
        let path = watch.path(".deckle/preview/stamp.js");
        assert!(watch.end("-INT").success());
        let last = fs::read_to_string(path).unwrap();
        assert!(last.contains("\"live\":false"), "{last}");
    }
}

fn codes(told: &Value) -> Vec<&str> {
    let found = told["appeared"].as_array().unwrap();
    found.iter().filter_map(|it| it["code"].as_str()).collect()
}

fn every_kind_of_change(mode: &[&str]) {
    let place = Place::new(&[
        ("deckle.yaml", MANIFEST),
        ("a.md", "## One?\n\n1\n"),
        (".gitignore", "out/\n"),
    ]);
    let args = [mode, &["--message-format", "json"]].concat();
    let watch = Watch::begin(&place, &args);
    let first = watch.until_notes("the first build", 1);
    assert_eq!(
        (&first["rebuild"], &first["outcome"]),
        (&1.into(), &"written".into())
    );
    assert_eq!(first["changes"][0]["lock-change"], "new-note");

    place.put("b.md", "## Two?\n\n2\n");
    let told = watch.until_notes("a new file", 2);
    assert_eq!(told["changes"][0]["path"], "b.md");

    // As editors do that write through a temporary file.
    place.put(".b.md.tmp", "## Two?\n\n2\n\n## Three?\n\n3\n");
    fs::rename(watch.path(".b.md.tmp"), watch.path("b.md")).unwrap();
    watch.until_notes("a file in the place of another", 3);
    // As others do that keep what was.
    fs::rename(watch.path("b.md"), watch.path("b.md~")).unwrap();
    place.put("b.md", "## Two?\n\n2\n\n## Third?\n\n3\n\n## Four?\n\n4\n");
    watch.until_notes("a file that was renamed and written", 4);
    assert!(watch.notes().iter().any(|it| it.contains("Third")));

    fs::remove_file(watch.path("b.md")).unwrap();
    let told = watch.until_notes("a file that is gone", 1);
    assert_eq!(told["changes"][0]["lock-change"], "gone-note");

    // A checkout: many files, new folders, one build or a few.
    let before = told["rebuild"].as_u64().unwrap();
    for file in 0..200 {
        place.put(
            &format!("f{}/{file}.md", file % 7),
            format!("## Q{file}?\n\n{file}\n"),
        );
    }
    let told = watch.until_notes("many files", 201);
    let builds = told["rebuild"].as_u64().unwrap() - before;
    assert!(builds < 50, "{builds} builds of 200 files");
    for folder in 0..7 {
        fs::remove_dir_all(watch.path(&format!("f{folder}"))).unwrap();
    }
    watch.until_notes("folders that are gone", 1);

    // A picture that is missing, and comes: in a folder that is none of sources.
    place.put("a.md", "## One?\n\n![](img/p.png)\n");
    let told = watch.until("a missing picture", |it| it["outcome"] == "refused");
    assert_eq!(codes(&told), ["E0301"]);
    place.put("img/p.png", sample("p.png", "a picture"));
    let told = watch.until_notes("a picture that came", 1);
    assert_eq!((&told["media"], &told["errors"]), (&1.into(), &0.into()));
    assert!(
        told["gone"][0].as_str().unwrap().contains("E0301"),
        "{told}"
    );

    place.put("words.yaml", "- {front: two\n");
    let told = watch.until("YAML that is broken", |it| it["outcome"] == "refused");
    assert!(!codes(&told).is_empty());
    assert_eq!(watch.notes().len(), 1, "the package is as it was");
    place.put("words.yaml", "- {front: two, back: 2}\n");
    watch.until_notes("YAML that was mended", 2);

    place.put("deckle.yaml", "format: 1\nnome: Latin\n");
    watch.until("a project file that is broken", |it| {
        it["outcome"] == "refused"
    });
    fs::remove_file(watch.path("deckle.yaml")).unwrap();
    watch.until("a project file that is gone", |it| {
        it["outcome"] == "failed"
    });
    place.put("deckle.yaml", MANIFEST);
    watch.until_notes("a project file that is back", 2);

    // What version control does not see is no change; neither is what a build writes.
    place.put("out/c.md", "## Three?\n\n3\n");
    place.put(".hidden/d.md", "## Four?\n\n4\n");
    place.put("e.md", "## Five?\n\n5\n");
    watch.until_notes("a file behind others that do not count", 3);

    let status = watch.end("-INT");
    assert_eq!(status.code(), Some(0));
    let files = place.files();
    let left: Vec<&String> = files.keys().filter(|it| it.contains(".deckle-")).collect();
    assert!(left.is_empty(), "{left:?}");
    // All that is there is what one build would make.
    place.run(&["build"]).ends(0);
    assert_eq!(
        files.get("notes/Latin.apkg"),
        place.files().get("notes/Latin.apkg")
    );
    assert_eq!(
        files.get("notes/deckle.lock"),
        place.files().get("notes/deckle.lock")
    );
}

#[test]
fn changes_that_the_system_tells_of_are_built() {
    every_kind_of_change(&[]);
}

#[test]
fn changes_that_are_looked_for_are_built() {
    every_kind_of_change(&["--poll", "0.2"]);
}

#[test]
fn what_is_new_is_told_in_lines() {
    let place = Place::new(&[("deckle.yaml", MANIFEST), ("a.md", "## One?\n")]);
    let watch = Watch::begin(&place, &["--poll", "0.2", "--message-format", "short"]);
    assert!(watch.line().starts_with("a.md:1:"));
    // A finding that only moves is no news.
    place.put("a.md", "\n\n## One?\n");
    thread::sleep(Duration::from_millis(1));
    place.put("b.md", "## Two?\n");
    assert!(watch.line().starts_with("+ b.md:1:"));
    place.put("a.md", "## One?\n\n1\n");
    assert!(watch.line().starts_with("- a.md:"));
    assert_eq!(watch.end("-TERM").code(), Some(0));
}

#[test]
fn a_folder_becomes_a_project() {
    let place = Place::new(&[("a.md", "## One?\n\n1\n")]);
    let watch = Watch::begin(&place, &["--message-format", "json"]);
    let told = watch.until("a folder", |it| it["outcome"] == "written");
    assert_eq!(told["packages"][0]["package"], "notes.apkg");
    place.put("deckle.yaml", MANIFEST);
    let named = |it: &Value| it["packages"][0]["package"] == "Latin.apkg";
    watch.until("a project", named);
    assert_eq!(watch.end("-INT").code(), Some(0));
}

#[test]
fn what_is_built_is_delivered_and_again_where_that_failed() {
    let manifest =
        format!("{MANIFEST}ship:\n  phone: {{path: ../phone}}\n  tablet: {{path: ../tablet}}\n");
    let place = Place::new(&[("deckle.yaml", &manifest), ("a.md", "## One?\n\n1\n")]);
    let folder = |name: &str| place.outer.path().join(name);
    fs::create_dir(folder("phone")).unwrap();
    let watch = Watch::begin(&place, &["--ship", "--message-format", "json"]);
    let until = |target: &str, away: bool| {
        watch.until(&format!("a delivery to {target}"), |it| {
            let shipped = &it["shipped"];
            shipped["target"] == target && shipped["away"] == away
        })
    };
    let told = until("phone", false);
    assert_eq!(told["shipped"]["packages"][0]["state"], "new");
    let told = until("tablet", true);
    assert_eq!(told["shipped"]["error"], Value::Null);
    assert!(!folder("tablet").exists());
    // It is back, and nothing else changed.
    fs::create_dir(folder("tablet")).unwrap();
    until("tablet", false);
    assert!(folder("tablet").join("Latin.apkg").is_file());

    place.put("a.md", "## One?\n\nuno\n\n## Two?\n\ndue\n");
    let told = until("phone", false);
    let sent = &told["shipped"]["packages"][0];
    assert_eq!((&sent["added"], &sent["changed"]), (&1.into(), &1.into()));
    until("tablet", false);
    // Sources with errors, and a target that nobody knows any more, end nothing.
    place.put("a.md", "## One?\n");
    watch.until("an error", |it| it["outcome"] == "refused");
    place.put("deckle.yaml", MANIFEST);
    place.put("a.md", "## One?\n\nuno\n");
    watch.until_notes("a project without targets", 1);
    place.put("deckle.yaml", &manifest);
    watch.until("the targets are back", |it| {
        it["shipped"]["target"] == "tablet"
    });
    assert_eq!(watch.end("-INT").code(), Some(0));
    for name in ["phone", "tablet"] {
        let mut found: Vec<String> = fs::read_dir(folder(name))
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found, ["Latin.apkg", "Latin.html"]);
    }
}

#[test]
fn what_cannot_begin_ends_at_once() {
    let place = Place::new(&[("deckle.yaml", MANIFEST), ("a.md", "## One?\n\n1\n")]);
    place.run(&["watch", "nowhere"]).ends(3);
    place.run(&["watch", "--only", "verbs"]).ends(2);
    place.run(&["watch", "--poll", "0"]).ends(2);
    place.run(&["watch", "--ship"]).ends(2);
    place.run(&["watch", "--ship", "--format", "text"]).ends(2);
    place.run(&["watch", "--password-stdin"]).ends(2);
    place.run(&["watch", "--message-format", "sarif"]).ends(2);
}
