//! What was edited on the phone comes back into the sources: the bytes of each form of note, what is
//! marked, told and left alone, and, with the real Anki, that the collection and the sources agree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use deckle::model::{Guid, NoteType};
use deckle::package::PackageReader;
use deckle::{BuildTime, Deck, Note, Package};
use serde_json::Value;

use crate::cli::{Place, Run};

mod faults;
mod many;
mod phone;
mod random;
mod variants;

pub(crate) const MANIFEST: &str = "\
format: 1
name: Heart
uid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55
ship:
  phone: {via: folder, path: ../phone}
";

/// A project whose package was shipped.
pub(crate) fn shipped(files: &[(&str, &str)]) -> Place {
    let place = Place::new(&[("deckle.yaml", MANIFEST)]);
    for (path, text) in files {
        place.put(path, text);
    }
    fs::create_dir(place.outer.path().join("phone")).unwrap();
    ship(&place).ends(0);
    place
}

pub(crate) fn run(place: &Place, args: &[&str]) -> Run {
    // Before everything that is done on the phone.
    run_at(place, START, args)
}

/// When the first package is built.
const START: i64 = 1_700_000_000;

fn run_at(place: &Place, time: i64, args: &[&str]) -> Run {
    let mut command = place.command(args);
    command.env("SOURCE_DATE_EPOCH", time.to_string());
    Run::of(command.output().unwrap())
}

pub(crate) fn ship(place: &Place) -> Run {
    run(place, &["ship"])
}

pub(crate) fn read(place: &Place, path: &str) -> String {
    fs::read_to_string(place.folder().join(path)).unwrap()
}

pub(crate) fn package(place: &Place) -> PathBuf {
    place.outer.path().join("phone/Heart.apkg")
}

/// An edit on the phone: by its first field, which other one has which HTML now.
type Edit<'e> = (&'e str, &'e str, &'e str);

/// What the phone exports when these fields were edited there, a hundred seconds behind the package;
/// `tags` are those of the note that is edited first.
fn exported(place: &Place, edits: &[Edit<'_>], tags: Option<&str>) -> PathBuf {
    let contents = PackageReader::open(package(place)).unwrap().into_contents();
    let basic = NoteType::basic();
    let names: Vec<&str> = basic.field_names().collect();
    let mut deck = Deck::new("Heart");
    for stored in &contents.notes {
        let mut fields: Vec<String> = stored.fields().map(str::to_owned).collect();
        let first = fields[0].clone();
        let own: Vec<&Edit<'_>> = edits.iter().filter(|it| it.0 == first).collect();
        for (_, name, html) in &own {
            let at = names.iter().position(|it| it == name).unwrap();
            fields[at] = (*html).to_owned();
        }
        let later = if own.is_empty() { 0 } else { 100 };
        let mut note = Note::new(&basic)
            .fields(fields)
            .guid(Guid::new(stored.guid.clone()).unwrap())
            .id(stored.id)
            .modified(stored.modified + later);
        let is_first = edits.first().is_some_and(|it| it.0 == first);
        match tags.filter(|_| is_first) {
            Some(tags) => note = note.tags(tags.split(' ')),
            None => note = note.tags(stored.tags()),
        }
        deck.add(note).unwrap();
    }
    let path = place.outer.path().join("export.apkg");
    let _ = fs::remove_file(&path);
    let package = Package::new(BuildTime::from_unix(1_700_000_100)).deck(deck);
    package.write(&path).unwrap();
    path
}

fn pull(place: &Place, export: &Path, more: &[&str]) -> Run {
    let export = export.to_string_lossy().into_owned();
    let args: Vec<&str> = ["pull", export.as_str()]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    run(place, &args)
}

#[test]
fn each_form_of_note_is_written_as_it_was() {
    // Path, text, the edit of the note `Q`, and the text behind it.
    let check = |path: &str, before: &str, edits: &[Edit<'_>], tags: Option<&str>, after: &str| {
        let place = shipped(&[(path, before)]);
        let export = exported(&place, edits, tags);
        let run = pull(&place, &export, &[]).ends(0);
        assert_eq!(read(&place, path), after, "{before:?} {run:#?}");
        // The next build makes of it what the phone has.
        ship(&place).ends(0);
        let run = pull(&place, &export, &["--json"]).ends(0);
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(found["notes"], Value::Array(Vec::new()), "{before:?}");
    };
    let back = |html: &'static str| [("Q", "Back", html)];
    check(
        "a.md",
        "\u{feff}# T\r\n\r\n## Q\r\n<!-- id: x -->\r\n\r\nan *old*\r\n__text__\r\n\r\n## R\r\n\r\nr",
        &back("an <em>new</em> <strong>text</strong>"),
        None,
        "\u{feff}# T\r\n\r\n## Q\r\n<!-- id: x -->\r\n\r\nan *new*\r\n__text__\r\n\r\n## R\r\n\r\nr",
    );
    check(
        "a.md",
        "## Q\n\nold\n",
        &back("1<br>2"),
        None,
        "## Q\n\n1\\\n2\n",
    );
    check(
        "a.md",
        "## Q\n\n$x$ old\n",
        &back("\\(x\\) new \\(y_1\\)"),
        None,
        "## Q\n\n$x$ new $y_1$\n",
    );
    check(
        "a.md",
        "## Q\n\nold <!-- why -->\n",
        &[("Q", "Back", "new"), ("Q", "Extra", "<b>x</b>")],
        None,
        "## Q\n\nnew <!-- why -->\n\n### Extra\n\n<b>x</b>\n",
    );
    check(
        "a.md",
        "## Q\n\nold\n",
        &[("Q", "Front", "Q and more")],
        None,
        "## Q and more\n\nold\n",
    );
    check(
        "a.md",
        "## Q\n\n<i>old</i>\n",
        &back("<div>a</div><div>b</div>"),
        None,
        "## Q\n\n<div>a</div><div>b</div>\n",
    );
    check(
        "a.md",
        "Q: Q\nA: old\n\nQ: R\nA: r\n",
        &back("- new"),
        None,
        "Q: Q\nA: \\- new\n\nQ: R\nA: r\n",
    );
    check(
        "a.md",
        "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| Q | old |\n| R | r |\n",
        &back("a | <strong>b</strong><br>c"),
        None,
        "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| Q | a \\| **b**<br>c |\n| R | r |\n",
    );
    check(
        "a.md",
        "---\nmarkdown: {inline: true}\n---\n- Q :: old\n- R :: r\n",
        &back("new"),
        None,
        "---\nmarkdown: {inline: true}\n---\n- Q :: new\n- R :: r\n",
    );
    check(
        "a.md",
        "## Q {.t}\n\nold\n",
        &back("old"),
        Some("t u"),
        "## Q {.t .u}\n\nold\n",
    );
    check(
        "a.md",
        "## Q\n\nold\n",
        &back("old"),
        Some("u"),
        "## Q\n<!-- tags: [u] -->\n\nold\n",
    );
    check(
        "a.yaml",
        "# c\n- front: Q # q\n  back: >\n    an old\n    text\n",
        &back("an new text"),
        None,
        "# c\n- front: Q # q\n  back: >\n    an new\n    text\n",
    );
    check(
        "a.yaml",
        "- {front: Q, back: \"old\"}\n",
        &back("<div>a</div>"),
        None,
        "- {front: Q, back: \"<div>a</div>\"}\n",
    );
    check(
        "a.yaml",
        "groups:\n- deck: A\n  notes:\n  - [Q, old]\n  - [R, r]\n",
        &back("a, b"),
        None,
        "groups:\n- deck: A\n  notes:\n  - [Q, 'a, b']\n  - [R, r]\n",
    );
    check(
        "a.yaml",
        "- front: Q\n  back: {html: <b>old</b>}\n",
        &back("<b>new</b>"),
        None,
        "- front: Q\n  back: {html: <b>new</b>}\n",
    );
    check(
        "a.yaml",
        "- front: Q\n  back: {text: 1 < 2}\n",
        &back("1 &lt; 3"),
        None,
        "- front: Q\n  back: {text: 1 < 3}\n",
    );
    check(
        "a.yaml",
        "- front: Q\n  back: b\n  extra: old\n",
        &[("Q", "Extra", "")],
        None,
        "- front: Q\n  back: b\n",
    );
    check(
        "a.csv",
        "Front,Back,tags\r\nQ,old,t\r\nR,r,\r\n",
        &back("a, b"),
        Some("t"),
        "Front,Back,tags\r\nQ,\"a, b\",t\r\nR,r,\r\n",
    );
    check(
        "a.csv",
        "Front,Back,Extra\nQ,old,\n",
        &[("Q", "Extra", "x")],
        None,
        "Front,Back,Extra\nQ,old,x\n",
    );
    check(
        "a.tsv",
        "Front\tBack\nQ\told\n",
        &back("a \"b\""),
        None,
        "Front\tBack\nQ\t\"a \"\"b\"\"\"\n",
    );
}

#[test]
fn what_both_changed_is_marked_and_stops_the_build() {
    let before = "## Q\n\nold words\n\n### Extra\n\nmore\n\n## R\n\nr\n";
    let place = shipped(&[("a.md", before)]);
    let export = exported(
        &place,
        &[("Q", "Back", "phone words"), ("Q", "Extra", "much more")],
        None,
    );
    place.put("a.md", before.replace("old words", "desk words"));
    let told = pull(&place, &export, &[]).ends(1);
    assert!(
        told.stdout.starts_with("conflict\ta.md:1\tQ\n"),
        "{told:#?}"
    );
    let expect = "## Q\n\n<<<<<<< sources\ndesk words\n=======\nphone words\n>>>>>>> export.apkg\n\n### Extra\n\nmuch more\n\n## R\n\nr\n";
    assert_eq!(read(&place, "a.md"), expect);
    let told = run(&place, &["build"]).ends(1);
    assert!(
        told.stderr.contains("E0905") && told.stderr.contains("a.md:3:1"),
        "{told:#?}"
    );
    // Nothing is pulled into a file that nobody has mended.
    pull(&place, &export, &[]).ends(1);
    assert_eq!(read(&place, "a.md"), expect);

    // What the author decides for is newer than what the phone has.
    for (keep, gone) in [("desk words", "phone words"), ("phone words", "desk words")] {
        let mended = expect
            .replace("<<<<<<< sources\n", "")
            .replace("=======\n", "")
            .replace(">>>>>>> export.apkg\n", "")
            .replace(&format!("{gone}\n"), "");
        assert!(mended.contains(keep));
        place.put("a.md", mended);
        self::run(&place, &["build"]).ends(0);
        let built = PackageReader::open(place.folder().join("Heart.apkg")).unwrap();
        let note = built
            .contents()
            .notes
            .iter()
            .find(|it| it.fields.starts_with('Q'))
            .unwrap();
        assert!(note.modified > 1_700_000_100, "{}", note.modified);
        assert!(note.fields.contains(keep), "{}", note.fields);
    }
}

#[test]
fn a_conflict_about_the_question_leaves_the_note_who_it_is() {
    let place = shipped(&[("a.md", "## Q\n\nold\n\n## R\n\nr\n")]);
    let export = exported(
        &place,
        &[("Q", "Front", "phone"), ("Q", "Back", "phone")],
        None,
    );
    place.put("a.md", "## desk\n\nold\n\n## R\n\nr\n");
    // Only with an id can it be found again, whatever becomes of it.
    run(&place, &["build"]).ends(0);
    pull(&place, &export, &[]).ends(1);
    let marked = read(&place, "a.md");
    let parts: Vec<&str> = marked.split("-->").collect();
    assert_eq!(parts.len(), 3, "{marked}");
    let guids = || {
        let built = PackageReader::open(place.folder().join("Heart.apkg")).unwrap();
        let mut guids: Vec<String> = built
            .contents()
            .notes
            .iter()
            .map(|it| it.guid.clone())
            .collect();
        guids.sort();
        guids
    };
    let before = guids();
    for theirs in [false, true] {
        place.put("a.md", random::mend(&marked, theirs));
        let told = run(&place, &["build"]).ends(0);
        assert_eq!(guids(), before, "{told:#?}");
    }
}

#[test]
fn what_stands_in_no_one_place_is_told_and_not_written() {
    let check = |files: &[(&str, &str)], edit: Edit<'_>, reason: &str| {
        let place = shipped(files);
        let export = exported(&place, &[edit], None);
        let before = place.files();
        let run = pull(&place, &export, &[]).ends(1);
        assert!(run.stdout.starts_with("left\t"), "{run:#?}");
        assert!(run.stdout.contains(&format!("+ {}", edit.2)), "{run:#?}");
        assert!(run.stdout.contains(reason), "{run:#?}");
        assert_eq!(place.files(), before);
    };
    check(
        &[("a.yaml", "- front: Q\n  back: [one, two]\n")],
        ("Q", "Back", "<ul><li>one</li><li>three</li></ul>"),
        "list of values",
    );
    check(
        &[
            ("a.yaml", "- front: Q\n  back: {file: _q.md}\n"),
            ("_q.md", "old\n"),
        ],
        ("Q", "Back", "new"),
        "another file",
    );
    check(
        &[(
            "a.yaml",
            "- front: Q\n  back: &b old\n- front: R\n  back: *b\n",
        )],
        ("Q", "Back", "new"),
        "no way to write it",
    );
    // A build would refuse a note without an answer.
    check(
        &[("a.md", "## Q\n\nold\n")],
        ("Q", "Back", ""),
        "the build would refuse it",
    );
    check(
        &[
            ("a.csv", "w,m\nQ,old\n"),
            (
                "_deck.yaml",
                "csv: {columns: {w: Front}, fields: {Back: \"{{m}} of {{w}}\"}}\n",
            ),
        ],
        ("Q", "Back", "new of R"),
        "no way to write it",
    );
}

#[test]
fn without_anything_shipped_only_newer_notes_count() {
    let text = "- {front: Q, back: old}\n- {front: R, back: r}\n";
    let place = shipped(&[("a.yaml", text)]);
    let export = exported(&place, &[("Q", "Back", "new")], None);
    fs::remove_dir_all(place.folder().join(".deckle")).unwrap();
    // A note that changed since the last build was changed on both sides.
    place.put("a.yaml", text.replace("back: r", "back: s"));
    let run = pull(&place, &export, &["--dry-run"]).ends(0);
    assert!(
        run.stderr.contains("because nothing was shipped"),
        "{run:#?}"
    );
    assert!(run.stdout.starts_with("edited\ta.yaml:1\tQ\n"), "{run:#?}");
    assert_eq!(run.stdout.matches("a.yaml").count(), 1);
    place.put("a.yaml", text.replace("back: old", "back: desk"));
    let run = pull(&place, &export, &["--dry-run"]).ends(1);
    assert!(
        run.stdout.starts_with("conflict\ta.yaml:1\tQ\n"),
        "{run:#?}"
    );

    // What is older than the package that is named is no edit.
    let later = place.outer.path().join("later.apkg");
    place.put("a.yaml", text.replace("back: old", "back: later"));
    let mut build = place.command(&["build", "-o", later.to_str().unwrap()]);
    Run::of(build.output().unwrap()).ends(0);
    let run = pull(&place, &export, &["--base", later.to_str().unwrap()]).ends(0);
    assert!(run.stdout.starts_with("older\ta.yaml:1\tQ\n"), "{run:#?}");
}

#[test]
fn uncommitted_changes_are_not_written_over() {
    let place = shipped(&[("a.yaml", "- {front: Q, back: old}\n")]);
    let git = |args: &[&str]| {
        let names = ["-c", "user.name=x", "-c", "user.email=x@x"];
        let done = Command::new("git")
            .args(names)
            .args(args)
            .current_dir(place.folder())
            .output();
        assert!(done.unwrap().status.success(), "{args:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "a.yaml"]);
    git(&["commit", "-qm", "x"]);
    let export = exported(&place, &[("Q", "Back", "new")], None);
    place.put("a.yaml", "- {front: Q, back: old}\n# mine\n");
    let run = pull(&place, &export, &[]).ends(2);
    assert!(run.stderr.contains("--allow-dirty"), "{run:#?}");
    assert!(read(&place, "a.yaml").contains("old"));
    pull(&place, &export, &["--allow-dirty"]).ends(0);
    assert_eq!(read(&place, "a.yaml"), "- {front: Q, back: new}\n# mine\n");
}

#[test]
fn a_dry_run_writes_nothing_and_tells_all() {
    let place = shipped(&[("a.yaml", "- {front: Q, back: old}\n- {front: R, back: r}\n")]);
    let export = exported(&place, &[("Q", "Back", "new")], Some("t"));
    let before = place.files();
    let run = pull(&place, &export, &["--dry-run", "--json"]).ends(0);
    assert_eq!(place.files(), before);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(found["base"], "shipped");
    assert_eq!(found["written"], false);
    assert_eq!(found["unchanged"], 1);
    let note = &found["notes"][0];
    assert_eq!(note["outcome"], "edited");
    assert_eq!(
        (&note["path"], &note["line"]),
        (&"a.yaml".into(), &1.into())
    );
    let changes = note["changes"].as_array().unwrap();
    assert_eq!(changes[0]["wanted"], "new");
    assert_eq!(
        (&changes[1]["what"], &changes[1]["wanted"]),
        (&"tags".into(), &"t".into())
    );
}

#[test]
fn wrong_calls_are_refused() {
    let place = shipped(&[("a.yaml", "- {front: Q, back: old}\n")]);
    let export = exported(&place, &[], None);
    for (more, words) in [
        (&["--inbox", "inbox.txt"][..], "name a .md or .yaml file"),
        (&["--inbox", "../inbox.yaml"], "outside"),
        (&["--target", "desk"], "packages are kept of `phone`"),
        (&["--base", "nowhere.apkg"], "nowhere.apkg"),
    ] {
        let run = pull(&place, &export, more);
        assert!(run.code == Some(2) || run.code == Some(3), "{run:#?}");
        assert!(run.stderr.contains(words), "{run:#?}");
    }
    pull(&place, Path::new("nowhere.apkg"), &[]).ends(3);
}
