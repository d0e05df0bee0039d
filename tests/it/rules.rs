//! What wins over what: each level of a project, from what deckle brings to the note itself, sets
//! a flag, tags and a deck, and every pair of levels is built.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::{PackageReader, ReadLimits};
use deckle::project::{BuildOptions, Project};

/// The levels, the weakest first. What deckle brings is the level before them.
const LEVELS: [&str; 8] = [
    "deckle.yaml",
    "a/_deck.yaml",
    "a/b/_deck.yaml",
    "rule of deckle.yaml",
    "rule of a/_deck.yaml",
    "header",
    "section",
    "note",
];

/// Settings of each level, in the order of [`LEVELS`]: keys with values.
type Settings<'a> = BTreeMap<usize, Vec<(&'a str, String)>>;

fn attributes(settings: &[(&str, String)]) -> String {
    let each = settings.iter().map(|(key, value)| {
        let value = value.trim_matches(['[', ']', '\'']);
        format!("{key}=\"{value}\"")
    });
    format!("{{{}}}", each.collect::<Vec<_>>().join(" "))
}

fn block(settings: &[(&str, String)]) -> String {
    let lines = settings.iter();
    lines
        .map(|(key, value)| format!("{key}: {value}\n"))
        .collect()
}

fn rule(path: &str, settings: &[(&str, String)]) -> String {
    let block = block(settings).replace('\n', "\n    ");
    format!("rules:\n  - match: {path}\n    {}\n", block.trim_end())
}

/// Writes a project of one note in `a/b/c.md` and returns the note's flag, tags and deck.
fn built(project: &str, settings: &Settings<'_>) -> (u8, Vec<String>, String) {
    let of = |level: &str| {
        let index = LEVELS.iter().position(|it| *it == level).unwrap();
        settings.get(&index).map(Vec::as_slice).unwrap_or_default()
    };
    let mut manifest = format!("format: 1\nname: R\nuid: u\n{project}");
    if !of("deckle.yaml").is_empty() {
        let defaults = block(of("deckle.yaml")).replace('\n', "\n  ");
        manifest += &format!("defaults:\n  {}\n", defaults.trim_end());
    }
    if !of("rule of deckle.yaml").is_empty() {
        manifest += &rule("'a/**'", of("rule of deckle.yaml"));
    }
    let mut outer = block(of("a/_deck.yaml"));
    if !of("rule of a/_deck.yaml").is_empty() {
        outer += &rule("b/c.md", of("rule of a/_deck.yaml"));
    }
    let (section, note) = (attributes(of("section")), attributes(of("note")));
    let header = block(of("header"));
    let files = [
        ("deckle.yaml", manifest),
        ("a/_deck.yaml", outer),
        ("a/b/_deck.yaml", block(of("a/b/_deck.yaml"))),
        (
            "a/b/c.md",
            format!("---\n{header}---\n# S {section}\n\n## Q {note}\n\nA\n"),
        ),
    ];
    let scratch = tempfile::tempdir().unwrap();
    for (path, text) in &files {
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let contents = contents(scratch.path(), &format!("{files:?}"));
    let note = &contents.notes[0];
    let card = &contents.cards[0];
    let deck = contents.decks.iter().find(|it| it.id == card.deck);
    let tags = note.tags().map(str::to_owned).collect();
    (card.flag(), tags, deck.unwrap().name.clone())
}

fn contents(folder: &Path, what: &str) -> deckle::package::Contents {
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let found = report.diagnostics.iter();
    let found = found.map(|it| deckle::diag::render_short(it, &report.sources));
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{what}: {found:?}");
    let bytes = build.package().unwrap().to_bytes().unwrap();
    let reader = PackageReader::new(Cursor::new(bytes), ReadLimits::default()).unwrap();
    reader.into_contents()
}

/// Every pair of levels, neighbors and others, and what deckle brings against each.
fn pairs() -> impl Iterator<Item = (Option<usize>, usize)> {
    (0..LEVELS.len()).flat_map(|inner| {
        let outer = (0..inner).map(Some);
        std::iter::once(None)
            .chain(outer)
            .map(move |it| (it, inner))
    })
}

#[test]
fn the_inner_level_wins_with_a_flag() {
    const FLAGS: [&str; 2] = ["red", "blue"];
    for (outer, inner) in pairs() {
        let mut settings = Settings::new();
        if let Some(outer) = outer {
            settings.insert(outer, vec![("flag", FLAGS[0].to_owned())]);
        }
        settings.insert(inner, vec![("flag", FLAGS[1].to_owned())]);
        let (flag, ..) = built("", &settings);
        let names = (outer.map(|it| LEVELS[it]), LEVELS[inner]);
        assert_eq!(flag, 4, "{names:?}");
    }
}

#[test]
fn tags_of_all_levels_add_up_until_one_replaces_them() {
    for (outer, inner) in pairs() {
        let names = (outer.map(|it| LEVELS[it]), LEVELS[inner]);
        for replaces in [false, true] {
            let mut settings = Settings::new();
            if let Some(outer) = outer {
                settings.insert(outer, vec![("tags", "[outer]".to_owned())]);
            }
            let key = if replaces { "tags!" } else { "tags" };
            settings.insert(inner, vec![(key, "[inner]".to_owned())]);
            // The path counts as said by deckle.yaml.
            let (_, tags, _) = built("decks: {path-tags: true}\n", &settings);
            let outer = outer.map(|_| "outer").filter(|_| !replaces);
            let path = (!replaces || inner == 0).then_some("R::a::b::c");
            let mut expect: Vec<&str> = path.into_iter().chain(outer).chain(["inner"]).collect();
            let mut tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            expect.sort_unstable();
            tags.sort_unstable();
            if inner == 0 && replaces {
                expect.retain(|it| *it == "inner");
            }
            assert_eq!(tags, expect, "{names:?}, {key}");
        }
    }
}

#[test]
fn the_inner_level_names_the_deck() {
    // A project names its root deck; `defaults` takes none.
    for (outer, inner) in pairs().filter(|(outer, inner)| *inner > 0 && *outer != Some(0)) {
        let mut settings = Settings::new();
        if let Some(outer) = outer {
            settings.insert(outer, vec![("deck", "Outer".to_owned())]);
        }
        settings.insert(inner, vec![("deck", "Inner".to_owned())]);
        let (.., deck) = built("", &settings);
        // What is below a folder's deck keeps its own part.
        let expect = match (outer, inner) {
            (_, 1) => "Inner::b::c",
            (_, 2) => "Inner::c",
            _ => "Inner",
        };
        let names = (outer.map(|it| LEVELS[it]), LEVELS[inner]);
        assert_eq!(deck, expect, "{names:?}");
    }
}

#[test]
fn a_deck_below_counts_from_its_level() {
    let check = |levels: &[(usize, &str)], expect: &str| {
        let settings = levels
            .iter()
            .map(|(level, deck)| (*level, vec![("deck", format!("'{deck}'"))]));
        let (.., deck) = built("", &settings.collect());
        assert_eq!(deck, expect, "{levels:?}");
    };
    check(&[], "R::a::b::c");
    check(&[(1, "::X")], "R::X::b::c");
    check(&[(1, "::X"), (2, "::Y")], "R::X::Y::c");
    check(&[(3, "::X")], "R::a::b::X");
    check(&[(2, "::Y"), (3, "::X")], "R::a::Y::X");
    // Of rules, and of a rule and a header, one replaces the other.
    check(&[(3, "::X"), (4, "::Y")], "R::a::b::Y");
    check(&[(3, "All"), (4, "::Y")], "R::a::b::Y");
    check(&[(4, "::Y"), (5, "::Z")], "R::a::b::Z");
    check(&[(4, "All"), (6, "::S")], "All::S");
    check(&[(4, "All"), (6, "::S"), (7, "::N")], "All::N");
}

#[test]
fn decks_come_from_headers_alone_where_the_project_says_so() {
    let check = |project: &str, levels: &[(usize, &str)], expect: &str| {
        let settings = levels
            .iter()
            .map(|(level, deck)| (*level, vec![("deck", format!("'{deck}'"))]));
        let (.., deck) = built(project, &settings.collect());
        assert_eq!(deck, expect, "{project}: {levels:?}");
    };
    let named = "decks: {from: front-matter}\n";
    for level in 1..LEVELS.len() {
        check(named, &[(level, "X")], "X");
        check(named, &[(level, "::X")], "R::X");
    }
    check("decks: {from: flat}\n", &[], "R");
    check("decks: {from: flat, file-as-deck: true}\n", &[], "R");
    check("decks: {from: flat}\n", &[(5, "X")], "X");
}
