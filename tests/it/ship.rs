//! Delivery into folders: what arrives, what is left alone, what is told, and that nobody ever sees
//! half of a package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use deckle::package::PackageReader;
use serde_json::Value;

use crate::cli::{Place, Run};

const MANIFEST: &str = "\
format: 1
name: Heart
uid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55
ship:
  phone: {via: folder, path: ../phone}
";
const NOTES: &str = "- {id: a, front: What pumps?, back: The heart}\n";
const CONFLICT: &str = "sync-conflict-20261123-101500-ABCDEFG";

fn shipping(manifest: &str, notes: &str) -> Place {
    let place = Place::new(&[("deckle.yaml", manifest), ("a.yaml", notes)]);
    fs::create_dir(phone(&place)).unwrap();
    place
}

fn phone(place: &Place) -> PathBuf {
    place.outer.path().join("phone")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[track_caller]
fn packages(run: &Run, target: usize) -> Vec<Value> {
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    value[target]["packages"].as_array().unwrap().clone()
}

#[test]
fn packages_arrive_and_equal_ones_are_not_touched() {
    let place = shipping(MANIFEST, NOTES);
    let run = place.run(&["ship"]).ends(0);
    assert!(run.stderr.contains("phone: delivered"), "{}", run.stderr);
    assert!(run.stderr.contains("1 note, all new"), "{}", run.stderr);
    assert_eq!(names(&phone(&place)), ["Heart.apkg", "Heart.html"]);
    let package = phone(&place).join("Heart.apkg");
    let built = fs::read(place.folder().join("Heart.apkg")).unwrap();
    assert_eq!(fs::read(&package).unwrap(), built);
    let base = place.folder().join(".deckle/base/phone/Heart.apkg");
    assert_eq!(fs::read(&base).unwrap(), built);

    let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let all = [package.clone(), phone(&place).join("Heart.html"), base];
    for path in &all {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let run = place.run(&["ship"]).ends(0);
    assert!(run.stderr.contains("phone: unchanged"), "{}", run.stderr);
    for path in &all {
        assert_eq!(fs::metadata(path).unwrap().modified().unwrap(), long_ago);
    }

    // A page that is gone comes back, and the package stays.
    fs::remove_file(phone(&place).join("Heart.html")).unwrap();
    place.run(&["ship"]).ends(0);
    assert!(phone(&place).join("Heart.html").is_file());
    let modified = fs::metadata(&package).unwrap().modified().unwrap();
    assert_eq!(modified, long_ago);
}

#[test]
fn a_dry_run_tells_the_plan_and_writes_nothing() {
    let place = shipping(MANIFEST, NOTES);
    place.run(&["ship"]).ends(0);
    place.put(
        "a.yaml",
        "- {id: a, front: What pumps?, back: The heart!}\n- {id: b, front: B, back: b}\n",
    );
    let before = place.files();
    let run = place.run(&["ship", "--dry-run", "--json"]).ends(0);
    assert_eq!(place.files(), before);
    let found = &packages(&run, 0)[0];
    assert_eq!(found["state"], "changed");
    for (key, expect) in [("added", 1), ("changed", 1), ("removed", 0), ("notes", 2)] {
        assert_eq!(found[key], expect, "{key}");
    }
    assert_eq!(found["transfer"], found["bytes"]);
    let planned = found["bytes"].clone();
    let run = place.run(&["ship", "--json"]).ends(0);
    assert_eq!(packages(&run, 0)[0]["bytes"], planned);

    place.put("a.yaml", "- {id: b, front: B, back: b}\n");
    let run = place.run(&["ship", "phone"]).ends(0);
    assert!(
        run.stderr
            .contains("0 new, 0 changed, 0 cards moved, 1 removed (phones keep them)"),
        "{run:#?}"
    );
}

#[test]
fn a_folder_that_is_away_is_told_and_never_made() {
    let manifest = format!("{MANIFEST}  tablet: {{path: ../tablet/anki}}\n");
    let place = shipping(&manifest, NOTES);
    let run = place.run(&["ship", "--json"]).ends(4);
    assert!(
        run.stderr.contains("tablet: there is no folder"),
        "{}",
        run.stderr
    );
    assert!(!place.outer.path().join("tablet").exists());
    assert_eq!(names(&phone(&place)), ["Heart.apkg", "Heart.html"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&value[0]["away"], &value[1]["away"]),
        (&false.into(), &true.into())
    );
    place.run(&["ship", "phone"]).ends(0);
    let run = place.run(&["ship", "phnoe"]).ends(2);
    assert!(
        run.stderr.contains("it has `phone`, `tablet`"),
        "{}",
        run.stderr
    );
}

#[test]
fn targets_take_the_packages_that_they_name() {
    let manifest = format!(
        "{MANIFEST}  tablet: {{path: ~/tablet, output: verbs, page: false}}\n\
         output:\n  verbs: {{match: b.yaml}}\n  all: {{}}\n"
    );
    let place = shipping(&manifest, NOTES);
    place.put("b.yaml", "- [ser, to be]\n");
    fs::create_dir(place.outer.path().join("tablet")).unwrap();
    let ship = |place: &Place| {
        let mut command = place.command(&["ship"]);
        Run::of(command.env("HOME", place.outer.path()).output().unwrap())
    };
    ship(&place).ends(0);
    let expect = ["all.apkg", "all.html", "verbs.apkg", "verbs.html"];
    assert_eq!(names(&phone(&place)), expect);
    assert_eq!(names(&place.outer.path().join("tablet")), ["verbs.apkg"]);

    place.put(
        "deckle.yaml",
        manifest.replace("output: verbs", "output: nouns"),
    );
    let run = ship(&place).ends(2);
    assert!(run.stderr.contains("names `nouns`"), "{}", run.stderr);
    place.put(
        "deckle.yaml",
        manifest.replace("all: {}", "all: {file: x/verbs.apkg}"),
    );
    let run = ship(&place).ends(2);
    assert!(
        run.stderr.contains("would both be delivered"),
        "{}",
        run.stderr
    );
}

#[test]
fn variants_go_where_they_say() {
    let manifest = MANIFEST.replace("../phone}", "'../phone/{{=lang}}'}");
    let place = shipping(
        &format!("{manifest}output: 'heart-{{{{=lang}}}}.apkg'\nmatrix: {{lang: [de, fr]}}\n"),
        NOTES,
    );
    for key in ["de", "fr"] {
        fs::create_dir(phone(&place).join(key)).unwrap();
    }
    place.run(&["ship"]).ends(0);
    for key in ["de", "fr"] {
        let found = names(&phone(&place).join(key));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains(key) && found[0].ends_with(".apkg"),
            "{found:?}"
        );
    }
}

#[test]
fn without_a_target_there_is_nothing_to_ship_to() {
    let place = shipping(MANIFEST.split_once("ship").unwrap().0, NOTES);
    let run = place.run(&["ship"]).ends(2);
    assert!(run.stderr.contains("names no target"), "{}", run.stderr);
    place.put("deckle.yaml", MANIFEST.replace("folder", "connect"));
    let run = place.run(&["ship"]).ends(1);
    assert!(
        run.stderr.contains("`via: connect` takes no `path`"),
        "{}",
        run.stderr
    );
    assert_eq!(names(&phone(&place)), [""; 0]);
}

#[test]
fn what_deckle_did_not_write_stays() {
    let place = shipping(MANIFEST, NOTES);
    let package = phone(&place).join("Heart.apkg");
    fs::write(&package, "an export of the phone").unwrap();
    let run = place.run(&["ship"]).ends(2);
    assert!(run.stderr.contains("--force"), "{}", run.stderr);
    assert_eq!(fs::read(&package).unwrap(), b"an export of the phone");
    place.run(&["ship", "--force"]).ends(0);
    assert!(fs::read(&package).unwrap().starts_with(b"PK"));
}

#[test]
fn projects_do_not_take_each_others_place() {
    let place = shipping(MANIFEST, NOTES);
    place.run(&["ship"]).ends(0);
    let package = phone(&place).join("Heart.apkg");
    let first = fs::read(&package).unwrap();
    // Another project that delivers under the same name.
    let other = Place::new(&[
        ("deckle.yaml", &MANIFEST.replace("5f3f55", "5f3f66")),
        ("a.yaml", "- {id: z, front: z, back: z}\n"),
    ]);
    let folder = phone(&place).to_string_lossy().replace('\\', "/");
    let manifest = MANIFEST.replace("5f3f55", "5f3f66");
    other.put("deckle.yaml", manifest.replace("../phone", &folder));
    let run = other.run(&["ship"]).ends(2);
    assert!(run.stderr.contains("holds other notes"), "{}", run.stderr);
    assert_eq!(fs::read(&package).unwrap(), first);
    // A project that begins anew is still the one that delivered last.
    place.put("a.yaml", "- {id: y, front: y, back: y}\n");
    place.run(&["ship"]).ends(0);
    other.run(&["ship", "--force"]).ends(0);
}

#[test]
fn conflict_copies_are_told() {
    let place = shipping(MANIFEST, NOTES);
    let copy = format!("Heart.{CONFLICT}.apkg");
    fs::write(phone(&place).join(&copy), "old").unwrap();
    let run = place.run(&["ship", "--json"]).ends(0);
    assert!(
        run.stderr.contains(&format!("`{copy}` is a conflict copy")),
        "{}",
        run.stderr
    );
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value[0]["conflict-copies"][0], copy.as_str());

    // Of a source it would double every note.
    place.put(&format!("a.{CONFLICT}.yaml"), NOTES);
    let run = place.run(&["check"]).ends(1);
    assert!(run.stderr.contains("E0128"), "{}", run.stderr);
    place.put(
        "deckle.yaml",
        format!("{MANIFEST}exclude: ['*.sync-conflict-*']\n"),
    );
    place.run(&["check"]).ends(0);
}

#[test]
fn names_that_are_cut_off_on_phones_are_told() {
    let name = "心".repeat(12);
    let place = shipping(&MANIFEST.replace("Heart", &name), NOTES);
    let run = place.run(&["ship"]).ends(0);
    assert!(
        run.stderr.contains("has 113 bytes in an address"),
        "{}",
        run.stderr
    );
}

#[test]
fn syncthing_is_told_what_not_to_send() {
    let place = shipping(MANIFEST, NOTES);
    let ignore = phone(&place).join(".stignore");
    fs::write(&ignore, "// mine\n*.bak").unwrap();
    let run = place.run(&["ship", "--stignore"]).ends(0);
    assert!(run.stderr.contains("4 lines added"), "{}", run.stderr);
    let text = fs::read_to_string(&ignore).unwrap();
    assert!(text.starts_with("// mine\n*.bak\n(?d)"), "{text}");
    place.run(&["ship", "--stignore"]).ends(0);
    assert_eq!(fs::read_to_string(&ignore).unwrap(), text);

    // A file in a folder below the one that is synced has no effect.
    fs::remove_file(&ignore).unwrap();
    fs::create_dir(place.outer.path().join(".stfolder")).unwrap();
    let run = place.run(&["ship", "--stignore"]).ends(0);
    assert!(run.stderr.contains("only `"), "{}", run.stderr);
    assert!(!ignore.exists());
}

#[test]
fn the_page_says_what_is_new_and_how_to_import() {
    let manifest = format!(
        "{MANIFEST}decks: {{presets: {{'*': slow}}}}\npresets: {{slow: {{new-per-day: 8}}}}\n"
    );
    let place = shipping(&manifest, "");
    let note = |id: &str, text: &str| format!("- {{id: {id}, front: {text}, back: x}}\n");
    place.put(
        "a.yaml",
        note("a", "'1 < 2 & \"3\"'") + &note("b", "bee") + &note("c", "sea"),
    );
    place.run(&["ship"]).ends(0);
    let page = phone(&place).join("Heart.html");
    let first = fs::read_to_string(&page).unwrap();
    assert!(first.contains("the first delivery"), "{first}");

    let new: String = (0..10)
        .map(|it| note(&format!("n{it}"), &format!("new {it}")))
        .collect();
    let changed = note("a", "'1 < 2 & \"4\"'") + &note("b", "bee");
    let marked = "- {id: s, front: s, back: s, suspend: true, flag: red}\n";
    place.put("a.yaml", changed + &new + marked);
    place.run(&["ship"]).ends(0);
    let text = fs::read_to_string(&page).unwrap();
    // The size depends on the version of the compressor.
    let size = text.find(" kB</p>").unwrap();
    let start = text[..size].rfind(' ').unwrap();
    let text = format!("{} ..{}", &text[..start], &text[size..]);
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/ship-page.html");
    if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        fs::write(&snapshot, &text).unwrap();
    }
    let expected = fs::read_to_string(&snapshot).unwrap_or_default();
    assert_eq!(text, expected.replace("\r\n", "\n"));
    assert!(
        !text.contains("<script") && !text.contains("1 < 2"),
        "{text}"
    );
}

/// Bytes that no compressor makes smaller, the same at each run.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

fn with_sounds(count: u64, length: usize) -> Place {
    let place = shipping(MANIFEST, "");
    for index in 0..count {
        place.put(&format!("{index}.mp3"), noise(index + 1, length));
    }
    place
}

fn notes_with_sounds(count: u64, edit: u32) -> String {
    let note = |it: u64| {
        let edit = if it == 1 { edit } else { 0 };
        format!("- {{id: n{it}, front: Sound {it}, back: 'edit {edit} [sound:{it}.mp3]'}}\n")
    };
    (0..count).map(note).collect()
}

#[test]
fn an_edited_note_does_not_send_the_media_again() {
    let place = with_sounds(30, 500_000);
    place.put("a.yaml", notes_with_sounds(30, 0));
    place.run(&["ship"]).ends(0);
    let package = phone(&place).join("Heart.apkg");
    let old = fs::read(&package).unwrap();
    place.put("a.yaml", notes_with_sounds(30, 1));
    let run = place.run(&["ship", "--json"]).ends(0);
    let found = &packages(&run, 0)[0];
    assert_eq!(found["changed"], 1);
    let sent = found["transfer"].as_u64().unwrap();
    let new = fs::read(&package).unwrap();
    assert!(new.len() > 15_000_000 && old.len() > 15_000_000);
    assert!((1..1_000_000).contains(&sent), "{sent}");
    // The same, counted by another way: blocks that are not where they were.
    let block = 128 << 10;
    let parts = new.chunks(block).enumerate();
    let moved = parts.filter(|(at, part)| old.chunks(block).nth(*at) != Some(*part));
    let moved: usize = moved.map(|(_, part)| part.len()).sum();
    assert_eq!(sent, moved as u64);
}

#[test]
fn killed_at_any_moment_no_half_package_lies_in_the_folder() {
    let place = with_sounds(8, 500_000);
    place.put("a.yaml", notes_with_sounds(8, 0));
    let started = Instant::now();
    place.run(&["ship"]).ends(0);
    let whole = started.elapsed();
    let package = phone(&place).join("Heart.apkg");
    let delays = noise(7, 100);
    for (edit, delay) in (1..).zip(&delays) {
        place.put("a.yaml", notes_with_sounds(8, edit));
        let mut command = place.command(&["ship"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(*delay) / 230.0));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = names(&phone(&place));
        let seen = found.iter().filter(|it| !it.starts_with(".syncthing."));
        assert_eq!(seen.collect::<Vec<_>>(), ["Heart.apkg", "Heart.html"]);
        let reader = PackageReader::open(&package).unwrap();
        let contents = reader.into_contents_with_hashes().unwrap();
        assert_eq!((contents.notes.len(), contents.media.len()), (8, 8));
        assert!(contents.media.iter().all(|it| it.present));
    }
    place.run(&["ship"]).ends(0);
    place.put("a.yaml", notes_with_sounds(8, 99));
    place.run(&["ship"]).ends(0);
    assert_eq!(names(&phone(&place)), ["Heart.apkg", "Heart.html"]);
    let base = place.folder().join(".deckle/base/phone");
    // Nothing half written; what the notes were before stands beside the package.
    assert_eq!(names(&base), ["Heart.apkg", "Heart.apkg.history"]);
}
