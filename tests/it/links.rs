//! Links between cards and the files that they were made of.

use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, Project};

const DAY: i64 = 86_400;

struct Release {
    /// The fields of the only note, and its time.
    fields: Vec<String>,
    modified: i64,
}

fn release(folder: &Path, day: i64) -> Release {
    let output = folder.join("out.apkg");
    let options =
        BuildOptions::new(BuildTime::from_unix(1_700_000_000 + day * DAY)).output(&output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    build.write().unwrap();
    let contents = PackageReader::open(&output).unwrap().into_contents();
    assert_eq!(contents.notes.len(), 1);
    let note = &contents.notes[0];
    Release {
        fields: note.fields.split('\u{1f}').map(str::to_owned).collect(),
        modified: note.modified,
    }
}

fn project(links: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!("format: 1\nname: My notes\nuid: 5d0c2f0e\nlinks: {links}\n");
    fs::write(folder.path().join("deckle.yaml"), manifest).unwrap();
    fs::create_dir(folder.path().join("Über Zellen")).unwrap();
    fs::write(note_file(folder.path()), "## a\n\nb\n").unwrap();
    folder
}

fn note_file(folder: &Path) -> std::path::PathBuf {
    folder.join("Über Zellen/1 & 2.md")
}

#[test]
fn an_empty_source_field_leads_back_to_the_file() {
    let check = |links: &str, expect: &str| {
        let folder = project(links);
        assert_eq!(release(folder.path(), 0).fields[4], expect, "{links}");
    };
    check("{}", "");
    check("{backlink: path}", "Über Zellen/1 &amp; 2.md");
    check(
        "{backlink: obsidian}",
        "<a href=\"obsidian://open?vault=My%20notes&amp;file=%C3%9Cber%20Zellen%2F1%20%26%202\">Über Zellen/1 &amp; 2.md</a>",
    );
    check(
        "{backlink: obsidian, vault: V}",
        "<a href=\"obsidian://open?vault=V&amp;file=%C3%9Cber%20Zellen%2F1%20%26%202\">Über Zellen/1 &amp; 2.md</a>",
    );
    let folder = project("{backlink: path}");
    fs::write(
        note_file(folder.path()),
        "## a\n\nb\n\n### Source\n\na book\n",
    )
    .unwrap();
    assert_eq!(release(folder.path(), 0).fields[4], "a book");
}

#[test]
fn a_note_that_moves_with_its_link_is_sent_anew_and_one_without_is_not() {
    for (links, changes) in [("{backlink: path}", true), ("{}", false)] {
        let folder = project(links);
        let first = release(folder.path(), 0);
        let again = release(folder.path(), 1);
        assert_eq!(first.modified, again.modified);
        fs::rename(note_file(folder.path()), folder.path().join("moved.md")).unwrap();
        let moved = release(folder.path(), 2);
        assert_eq!(moved.modified > first.modified, changes, "{links}");
    }
}
