//! Two branches that both built: git merges their locks by itself, and the next build makes one of
//! them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::lock::{Line, TWO, Words};

/// git, which a project is cloned with; a test that needs it must not pass without it.
fn git(folder: &Path, args: &[&str]) -> bool {
    let identity = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "init.defaultBranch=main",
    ];
    let output = Command::new("git")
        .args(identity)
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap_or_else(|error| panic!("git is needed for this test and does not start: {error}"));
    output.status.success()
}

fn commit(words: &Words) {
    assert!(git(&words.folder, &["add", "-A"]));
    assert!(git(&words.folder, &["commit", "-qm", "x"]));
}

/// A project with `before`, on which two branches put `ours` and `theirs`, each built and
/// committed; then both are merged.
fn merged(
    before: &[(&str, &str)],
    ours: &[(&str, &str)],
    theirs: &[(&str, &str)],
) -> (Words, BTreeMap<String, Line>, BTreeMap<String, Line>) {
    let mut words = Words::new(&[
        (".gitattributes", "deckle.lock merge=union\n"),
        (".gitignore", "*.apkg\n"),
    ]);
    assert!(git(&words.folder, &["init", "-q"]));
    if before.is_empty() {
        commit(&words);
    } else {
        put_all(&mut words, before);
    }
    assert!(git(&words.folder, &["checkout", "-qb", "theirs"]));
    put_all(&mut words, theirs);
    let of_theirs = words.notes();
    assert!(git(&words.folder, &["checkout", "-q", "main"]));
    // Two people may build within one second.
    words.time -= 86_400;
    put_all(&mut words, ours);
    let of_ours = words.notes();
    assert!(
        git(&words.folder, &["merge", "-q", "theirs", "-m", "merge"]),
        "the merge has conflicts"
    );
    (words, of_ours, of_theirs)
}

fn put_all(words: &mut Words, files: &[(&str, &str)]) {
    for (path, text) in files {
        words.put(path, text);
    }
    words.build();
    commit(words);
}

#[test]
fn branches_that_both_add_notes_merge() {
    let before = [("a.yaml", TWO)];
    let ours = [("ours.md", "## uno\n\none\n\n## dos\n\ntwo\n")];
    let theirs = [
        ("theirs.md", "## tres\n\nthree\n\n## cuatro\n\nfour\n"),
        ("0.md", "## cero\n\nzero\n"),
    ];
    let (mut words, of_ours, of_theirs) = merged(&before, &ours, &theirs);
    assert!(words.build().is_empty());
    let notes = words.notes();
    assert_eq!(notes.len(), 7);
    for (id, line) in of_ours.iter().chain(&of_theirs) {
        assert_eq!(
            (&notes[id].guid, notes[id].modified),
            (&line.guid, line.modified),
            "{id}"
        );
    }
    // Both gave their new notes the same ids of that second.
    let mut ids: Vec<i64> = notes.values().map(|it| it.note_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 7);
    let lock = words.read("deckle.lock");
    assert!(words.build().is_empty());
    assert_eq!(words.read("deckle.lock"), lock);
}

#[test]
fn branches_that_edit_and_remove_notes_merge() {
    let lines = "- {id: a, front: A, back: '1'}\n# \n# \n# \n- {id: b, front: B, back: '2'}\n# \n# \n# \n- {id: c, front: C, back: '3'}\n";
    let ours = lines
        .replace("'1'", "one")
        .replace("- {id: c, front: C, back: '3'}\n", "");
    let theirs = lines.replace("'2'", "two");
    let (mut words, before, of_theirs) = merged(
        &[("n.yaml", lines)],
        &[("n.yaml", &ours)],
        &[("n.yaml", &theirs)],
    );
    let told = words.build();
    assert!(
        told.iter().all(|it| ["E0701", "W0703"].contains(it)),
        "{told:?}"
    );
    let notes = words.notes();
    assert_eq!(notes.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(notes["a"], before["a"]);
    assert_eq!(notes["b"], of_theirs["b"]);
    assert!(words.lines("gone").contains_key("c"));
    assert!(words.build().is_empty());
}

#[test]
fn branches_that_edit_one_note_send_it_out_once_more() {
    let text = "## one {#one}\n\n1\n\n\n\n\n### Extra\n\nx\n";
    let (mut words, before, of_theirs) = merged(
        &[("n.md", text)],
        &[("n.md", &text.replace("\n1\n", "\neins\n"))],
        &[("n.md", &text.replace("\nx\n", "\ny\n"))],
    );
    words.build();
    let newest = before["one"].modified.max(of_theirs["one"].modified);
    assert!(words.note("one").modified > newest);
    assert_eq!(words.note("one").guid, before["one"].guid);
    assert!(words.build().is_empty());
}

#[test]
fn branches_that_begin_the_lock_merge() {
    let ours = [("a.md", "## uno\n\none\n")];
    let theirs = [("b.md", "## dos\n\ntwo\n")];
    let (mut words, of_ours, of_theirs) = merged(&[], &ours, &theirs);
    assert!(words.build().is_empty());
    let notes = words.notes();
    for (id, line) in of_ours.iter().chain(&of_theirs) {
        assert_eq!(notes[id].guid, line.guid, "{id}");
    }
    assert_eq!(notes.len(), 2);
}

#[test]
fn a_rename_on_one_branch_and_an_edit_on_the_other_merge() {
    let renamed = TWO.replace("id: cat", "id: tom, was: cat");
    let text = format!("{TWO}# \n# \n# \n- {{id: cow, front: la vaca, back: cow}}\n");
    let (_, rest) = text.split_once("# ").unwrap();
    let (mut words, before, _) = merged(
        &[("n.yaml", &text)],
        &[("n.yaml", &format!("{renamed}# {rest}"))],
        &[("n.yaml", &text.replace("back: cow", "back: the cow"))],
    );
    words.build();
    assert_eq!(words.note("tom").guid, before["tom"].guid);
    assert_eq!(words.notes().len(), 3);
    assert!(words.build().is_empty());
}
