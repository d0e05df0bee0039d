//! What users read is true: examples build, shown commands exist, lists are complete.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use deckle::diag::{Code, Severity, explain_markdown};
use deckle::model::support::{Loss, TABLE};
use deckle::project::{BuildOptions, Project};
use deckle::source::schema::Schema;
use deckle::source::{
    assets, budget, folder, header, includes, manifest, masks, note_types, outputs, rules,
    settings, ship, table, yaml,
};
use deckle::{BuildTime, DeckOptions};
use serde_json::Value;

use crate::sample::sample;

const PAGES: &[&str] = &[
    "README.md",
    "docs/guide.md",
    "docs/format.md",
    "docs/import.md",
];
/// A page without examples to build.
const IDENTITY: &str = "docs/identity.md";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A fenced block: its language, its text, and the file that the comment above it names.
struct Block {
    language: String,
    text: String,
    file: Option<String>,
    line: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut named = None;
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(name) = line.strip_prefix("<!-- build: ") {
            named = Some(name.trim_end_matches(" -->").to_owned());
        } else if line.starts_with("```") {
            let language = line.trim_start_matches('`');
            let fence = &line[..line.len() - language.len()];
            let mut text = String::new();
            for (_, inner) in lines.by_ref().take_while(|(_, it)| *it != fence) {
                text.push_str(inner);
                text.push('\n');
            }
            blocks.push(Block {
                language: language.to_owned(),
                text,
                file: named.take(),
                line: number + 1,
            });
        } else if !line.is_empty() {
            assert!(named.is_none(), "line {}: a block must follow", number + 1);
        }
    }
    blocks
}

/// `<!-- build: notes.md -->` above a block makes it a file that is built by itself; blocks under
/// `bio/deckle.yaml`, `bio/cells.md` and so on are one project. What examples show must build
/// without a single finding.
#[test]
fn every_example_builds_without_a_finding() {
    for page in PAGES {
        let mut projects: BTreeMap<String, Vec<Block>> = BTreeMap::new();
        for block in blocks(&read(page)) {
            let Some(file) = &block.file else { continue };
            let key = match file.split_once('/') {
                Some((project, _)) => project.to_owned(),
                None => format!("{file} in line {}", block.line),
            };
            projects.entry(key).or_default().push(block);
        }
        assert!(projects.len() > 1, "{page} has examples");
        for (name, files) in projects {
            build(&format!("{page}: {name}"), &files);
        }
    }
}

fn build(what: &str, files: &[Block]) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("Example");
    for (path, bytes) in [
        ("pump.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        (
            "img/pump.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        ),
        ("hola.mp3", "sound"),
        ("audio/ciao.mp3", "sound"),
    ] {
        for inside in ["img", "audio"] {
            fs::create_dir_all(folder.join(inside)).unwrap();
        }
        fs::write(folder.join(path), sample(path, bytes)).unwrap();
    }
    let mut target = folder.clone();
    for block in files {
        let file = block.file.as_deref().unwrap();
        let inside = file.split_once('/').map_or(file, |(_, rest)| rest);
        let path = folder.join(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &block.text).unwrap();
        if inside == file {
            target = path;
        }
    }
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let build = Project::open(&target).unwrap().build(&options).unwrap();
    let report = build.report();
    let found: Vec<String> = report
        .diagnostics
        .iter()
        .map(|it| deckle::diag::render_short(it, &report.sources))
        .collect();
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
    assert!(report.statistics.notes > 0, "{what}: no note");
}

#[test]
fn every_yaml_and_markdown_block_says_what_it_is() {
    for page in PAGES {
        for block in blocks(&read(page)) {
            let is_source = ["yaml", "markdown"].contains(&block.language.as_str());
            assert!(
                !is_source || block.file.is_some(),
                "{page}:{}: an example without `<!-- build: FILE -->`",
                block.line
            );
            let known = [
                "yaml", "json", "markdown", "rust", "sh", "console", "html", "text",
            ];
            assert!(
                known.contains(&block.language.as_str()),
                "{page}:{}: `{}` (a block without a language is Rust to rustdoc)",
                block.line,
                block.language
            );
        }
    }
}

/// Commands in the pages name subcommands and options that the command line has.
#[test]
fn every_command_that_is_shown_exists() {
    let help = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_deckle"))
            .args(arguments)
            .arg("--help")
            .output()
            .unwrap();
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).unwrap())
    };
    let mut seen = BTreeSet::new();
    for page in PAGES.iter().chain(&[
        "CONTRIBUTING.md",
        "docs/packages.md",
        "docs/pull.md",
        "examples/decks/README.md",
        IDENTITY,
    ]) {
        let text = read(page);
        let shown = text.lines().filter_map(|line| {
            let line = line.trim_start().trim_start_matches("$ ");
            let line = line.split(" # ").next().unwrap_or(line);
            let (before, command) = line.split_once("deckle ")?;
            let begins = before.split_whitespace().all(|it| it.contains('='));
            begins.then_some(command)
        });
        for command in shown {
            let mut words = command.split_whitespace();
            let name = words.next().unwrap();
            // A sentence that begins with the project's name is no command.
            let Some(outer) = help(&[name]) else {
                assert!(
                    !command.contains(" -") && !text.contains(&format!("$ deckle {command}")),
                    "{page}: `deckle {command}`"
                );
                continue;
            };
            seen.insert(name.to_owned());
            // Commands of commands have options of their own.
            let inner = command.split_whitespace().nth(1).filter(|_| name == "id");
            let inner = inner.and_then(|it| help(&[name, it])).unwrap_or(outer);
            for option in words.filter(|it| it.starts_with('-')) {
                let known = inner.split([' ', ',', '\n']).any(|it| it == option);
                assert!(known, "{page}: `deckle {command}`: no {option}");
            }
        }
    }
    let all = [
        "adopt",
        "audio",
        "build",
        "check",
        "completions",
        "connect",
        "diff",
        "doctor",
        "explain",
        "fetch",
        "flags",
        "id",
        "import",
        "init",
        "inspect",
        "man",
        "preview",
        "pull",
        "schema",
        "ship",
        "show",
        "unpack",
        "verify",
        "watch",
    ]
    .map(str::to_owned);
    assert_eq!(seen, all.into());
}

#[test]
fn the_list_of_diagnostics_is_complete() {
    let mut page = String::from(
        "# Diagnostics\n\nEverything that deckle can say about a source. `E` stops the build, `W` does not; `diagnostics` \
         in `deckle.yaml` and `--allow`, `--warn`, `--deny` say how much the latter matter (see [format.md](format.md)). \
         Codes keep their meaning for ever. `deckle explain E0301` prints the page of a code. This file is written by \
         `make snapshots` from src/diag/.\n",
    );
    let groups = [
        ("01", "Syntax of the sources"),
        ("02", "Notes and note types"),
        ("03", "Media"),
        ("04", "Card templates"),
        ("05", "Clozes, math, code"),
        ("06", "Packages"),
        ("07", "Identity"),
        ("08", "Files of other tools"),
        ("09", "Delivery"),
    ];
    let (mut listed, mut pages) = (0, String::new());
    for (hundred, title) in groups {
        let codes = Code::ALL.iter();
        let codes: Vec<&Code> = codes
            .filter(|it| it.id()[1..].starts_with(hundred))
            .collect();
        if codes.is_empty() {
            continue;
        }
        write!(
            page,
            "\n## {title}\n\n| code | name | meaning |\n|---|---|---|\n"
        )
        .unwrap();
        for code in codes {
            assert!(matches!(
                code.severity(),
                Severity::Error | Severity::Warning
            ));
            let (id, name) = (code.id(), code.name());
            let summary = code.summary().replace('|', "\\|");
            let anchor = format!("{}-{name}", id.to_ascii_lowercase());
            writeln!(page, "| [{id}](#{anchor}) | `{name}` | {summary} |").unwrap();
            let text = explain_markdown(*code);
            write!(pages, "\n### {id} {name}\n\n{}\n\n{text}\n", code.summary()).unwrap();
            listed += 1;
        }
    }
    page.push_str("\n## Pages\n");
    page.push_str(&pages);
    assert_eq!(listed, Code::ALL.len());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");
    // Byte for byte: snapbox takes the backslashes of TeX for those of Windows' paths.
    if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        fs::write(path, &page).unwrap();
    }
    let found = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(
        found == page,
        "docs/diagnostics.md is an old one: run `make snapshots`"
    );
}

/// docs/devices.md holds the table of the source, a row a line.
#[test]
fn the_table_of_devices_is_that_of_the_source() {
    const PAGE: &str = "docs/devices.md";
    let (begin, end) = ("<!-- table -->\n", "<!-- end of the table -->");
    let mut table =
        String::from("| what | client | what happens | known from |\n|---|---|---|---|\n");
    for row in TABLE {
        let sure = match row.loss {
            Loss::Always => "",
            Loss::Sometimes => " (not on every device)",
        };
        let words = row.feature.words();
        writeln!(
            table,
            "| {words} | {} | {}{sure} | {} |",
            row.client, row.what, row.source
        )
        .unwrap();
    }
    let page = read(PAGE).replace("\r\n", "\n");
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, behind) = rest.split_once(end).unwrap();
    let expect = format!("{before}{begin}{table}{end}{behind}");
    if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE), &expect).unwrap();
    }
    assert!(
        read(PAGE).replace("\r\n", "\n") == expect,
        "{PAGE} is an old one: run `make snapshots`"
    );
}

/// All references of a schema lead to something inside of it.
fn no_dangling(schema: &Value, part: &Value) {
    match part {
        Value::Object(entries) => {
            for (key, value) in entries {
                if let (true, Some(target)) = (key == "$ref", value.as_str()) {
                    let inside = target.strip_prefix('#').and_then(|it| schema.pointer(it));
                    assert!(inside.is_some(), "{target}");
                }
                no_dangling(schema, value);
            }
        }
        Value::Array(items) => items.iter().for_each(|it| no_dangling(schema, it)),
        _ => {}
    }
}

/// The keys in `properties` of a schema's part.
fn keys(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let part = schema.pointer(pointer).and_then(|it| it.get("properties"));
    let part = part.unwrap_or_else(|| panic!("no {pointer}"));
    part.as_object().unwrap().keys().cloned().collect()
}

fn set<'a>(keys: impl IntoIterator<Item = &'a &'a str>) -> BTreeSet<String> {
    keys.into_iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn the_schemas_list_the_keys_that_are_read() {
    let parse = |path| serde_json::from_str::<Value>(&read(path)).unwrap();
    let (notes, project) = (
        parse("docs/schema/notes.json"),
        parse("docs/schema/deckle.json"),
    );
    for schema in Schema::ALL {
        // Those that are put together lie there, too, for readers of the documentation.
        let path = format!("docs/schema/{}", schema.file_name());
        let text = schema.text();
        if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
            fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path), &text).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap().replace("\r\n", "\n") == text,
            "{path} is an old one: run `make snapshots`"
        );
        let value: Value = serde_json::from_str(&text).unwrap();
        no_dangling(&value, &value);
    }
    let folder: Value = serde_json::from_str(&Schema::Folder.text()).unwrap();
    assert_eq!(
        keys(&folder, ""),
        set(header::KEYS.iter().chain(folder::KEYS))
    );

    let of_files = |it: &&&str| !header::OF_FOLDERS.contains(*it);
    let file = set(header::KEYS.iter().filter(of_files).chain(&yaml::PARTS));
    assert_eq!(keys(&notes, "/definitions/file"), file);
    assert_eq!(keys(&notes, "/definitions/group"), file);
    let note = settings::KEYS.iter().chain(&[yaml::FIELDS]);
    let note = set(note.chain(&masks::KEYS));
    assert_eq!(keys(&notes, "/definitions/note/oneOf/1"), note);
    assert_eq!(keys(&notes, "/definitions/mask"), set(&masks::MASK_KEYS));
    assert_eq!(keys(&notes, "/definitions/form"), set(&yaml::FORMS));

    assert_eq!(keys(&project, ""), set(manifest::KEYS));
    let part = |name: &str| keys(&project, &format!("/definitions/{name}"));
    assert_eq!(keys(&project, "/properties/assets"), set(assets::KEYS));
    assert_eq!(keys(&project, "/properties/budget"), set(budget::KEYS));
    assert_eq!(part("decks"), set(manifest::DECKS_KEYS));
    assert_eq!(part("output"), set(outputs::KEYS));
    let ways = [
        ("folder", ship::FOLDER_KEYS),
        ("connect", ship::CONNECT_KEYS),
        ("sync", ship::SYNC_KEYS),
    ];
    for (way, own) in ways {
        let all = ship::COMMON_KEYS.iter().chain(own);
        assert_eq!(part(&format!("{way}Channel")), set(all), "{way}");
    }
    let defaults = header::KEYS.iter().filter(|it| **it != "deck");
    assert_eq!(part("defaults"), set(defaults));
    let rule = header::KEYS.iter().chain([&rules::MATCH]);
    assert_eq!(part("rule"), set(rule));
    assert_eq!(part("include"), set(includes::KEYS));
    let options: Vec<&str> = DeckOptions::keys().chain(["id", "name"]).collect();
    assert_eq!(part("preset"), set(&options));
    assert_eq!(part("noteType"), set(note_types::KEYS));
    assert_eq!(part("field/oneOf/1"), set(note_types::FIELD_KEYS));
    assert_eq!(part("cardTemplate"), set(note_types::TEMPLATE_KEYS));
    assert_eq!(part("latex"), set(note_types::LATEX_KEYS));
    assert_eq!(part("join"), set(table::JOIN_KEYS));
    for (block, known) in header::blocks() {
        let pointer = format!("/definitions/{block}");
        assert_eq!(keys(&project, &pointer), set(known), "{block}");
        if !header::OF_FOLDERS.contains(&block) {
            assert_eq!(keys(&notes, &pointer), set(known), "{block}");
        }
    }
}
