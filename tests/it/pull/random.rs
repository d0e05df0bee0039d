//! Random edits in the real Anki, desktop and AnkiDroid's backend, exported in both formats: behind
//! the pull and the next import the collection and the sources agree, and nothing is lost. It takes
//! long, because eight phones start, edit, export and import.

use std::collections::BTreeMap;
use std::path::Path;

use deckle::package::PackageReader;
use serde_json::{Value, json};

use super::{package, pull, read, run, ship, shipped};
use crate::cli::Place;
use crate::judge::{run_script, with_each_backend};
use crate::sample::sample;

/// Numbers that are the same at each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.roll(all.len())]
    }
}

/// What Anki's editors leave in fields.
const EDITS: [&str; 18] = [
    "plain words",
    "<b>bold</b> and <i>italic</i>",
    "one<br>two<br><br>three",
    "<div>one</div><div>two</div>",
    "a&nbsp;b&nbsp; c",
    "1 &lt; 2 &amp; 3",
    "\\(x^2\\) and \\[y_1 * z_1\\]",
    "<ul><li>a</li><li>b</li></ul>",
    "<img src=\"new.png\"> with words",
    "[sound:new.mp3]",
    "* star # hash | bar: \"quote\" 'single' \\ back",
    "- no list",
    "1. no list",
    "# no heading",
    "<pre><code>let x = 1;\n  y</code></pre>",
    "---",
    "a, b; c\td",
    "{{no cloze}} ünï 日本",
];

const FILES: [(&str, &str); 6] = [
    (
        "a.md",
        "# Part\r\n\r\n## h1 {.t1}\r\n\r\nan *answer*\r\nof __words__\r\n\r\n## h2\r\n<!-- {id: h2, tags: [t1, t2]} -->\r\n\r\n- a\r\n- b\r\n\r\n### Extra\r\n\r\nmore\r\n\r\n## h3\r\n\r\nlast",
    ),
    (
        "b.md",
        "Q: l1\nA: an answer\n\n<!-- tags: [t1] -->\nQ: l2\nA:\n- a\n- b\n",
    ),
    (
        "c.md",
        "---\nmarkdown: {inline: true}\n---\n\n- i1 :: an answer\n- i2 :: another\n  - with a list\n\n<!-- notes -->\n\n| Front | Back | tags |\n|---|---|---|\n| r1 | an answer | t1 |\n| r2 | another |  |\n",
    ),
    (
        "d.yaml",
        "# mine\ntags: [all]\nnotes:\n  - front: y1\n    back: an answer # why\n    tags: [t1]\n  - {front: \"y2\", back: 'an ''answer'''}\n  - [y3, an answer]\n  - front: y4\n    back: |\n      two\n\n      paragraphs\n    extra: \"more\\twords\"\n",
    ),
    (
        "e.csv",
        "Front,Back,tags\nc1,an answer,t1\nc2,\"quoted, \"\"words\"\"\",\n",
    ),
    ("f.tsv", "Front\tBack\r\nv1\tan answer\r\n"),
];

/// Runs the phone's steps; returns what they came to and, last, what is there.
fn phone(backend: &str, folder: &Path, steps: &Value) -> Result<Vec<Value>, String> {
    let input = serde_json::to_vec(steps).unwrap();
    let output = run_script(backend, "phone.py", &[folder.as_os_str()], &input)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let last = text.lines().last().unwrap_or_default();
    serde_json::from_str(last).map_err(|error| error.to_string())
}

/// What a field shows, whichever way it is written.
fn same(html: &str) -> String {
    html.replace("&nbsp;", "\u{a0}").replace("&quot;", "\"")
}

fn fields(note: &Value) -> BTreeMap<String, String> {
    let fields = note["fields"].as_object().unwrap();
    fields
        .iter()
        .map(|(name, html)| (name.clone(), same(html.as_str().unwrap())))
        .collect()
}

/// Keeps one side of each conflict: the phone's or the sources'.
pub(super) fn mend(text: &str, theirs: bool) -> String {
    let mut kept = String::new();
    let mut side = None;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") {
            side = Some(false);
        } else if side == Some(false) && line.trim_end() == "=======" {
            side = Some(true);
        } else if line.starts_with(">>>>>>> ") {
            side = None;
        } else if side.is_none_or(|it| it == theirs) {
            kept.push_str(line);
        }
    }
    kept
}

/// The fields and tags of a package by their guids.
fn built(place: &Place) -> BTreeMap<String, (Vec<String>, Vec<String>)> {
    let contents = PackageReader::open(package(place)).unwrap().into_contents();
    let notes = contents.notes.iter().map(|it| {
        let mut tags: Vec<String> = it.tags().map(str::to_owned).collect();
        tags.sort();
        (it.guid.clone(), (it.fields().map(same).collect(), tags))
    });
    notes.collect()
}

/// The step that adds a file.
fn media(name: &str, text: &str) -> Value {
    let digits = |it: &u8| format!("{it:02x}");
    let bytes: String = sample(name, text).iter().map(digits).collect();
    json!({"media": name, "hex": bytes})
}

/// One phone, from the first import to the last.
fn round(backend: &str, seed: u64, export: &str, legacy: bool) -> Result<[usize; 4], String> {
    let place = shipped(&FILES);
    let folder = place.outer.path().join("collection");
    let mut dice = Dice(seed);
    let first = phone(
        backend,
        &folder,
        &json!([{"import": package(&place)}, {"study": 6}]),
    )?;
    let notes = first.last().unwrap()["notes"].as_object().unwrap().clone();
    let mut steps = vec![
        media("new.png", &format!("png {seed}")),
        media("new.mp3", "mp3"),
    ];
    let mut desk: Vec<(String, String)> = Vec::new();
    for (guid, note) in &notes {
        let name = note["fields"]["Front"].as_str().unwrap();
        let mut edit = json!({"edit": guid, "fields": {}});
        match dice.roll(10) {
            0 | 1 => continue,
            2 => {
                steps.push(json!({"delete": guid}));
                continue;
            }
            3 | 4 => desk.push((name.to_owned(), "desk".to_owned())),
            _ => {}
        }
        edit["fields"]["Back"] = dice.of(&EDITS).into();
        match dice.roll(4) {
            0 => edit["fields"]["Extra"] = dice.of(&EDITS).into(),
            1 => edit["fields"]["Front"] = format!("{name} {}", dice.of(&EDITS[..3])).into(),
            2 => {
                // The tag that a file gives to all its notes stays.
                let tags = note["tags"].as_array().unwrap().iter().cloned();
                let mut tags: Vec<Value> = tags.filter(|it| it != "t1").collect();
                tags.push("phone::new".into());
                edit["tags"] = tags.into();
            }
            _ => {}
        }
        if dice.roll(5) == 0 {
            steps.push(json!({"flag": guid, "color": 1 + dice.roll(7)}));
        }
        steps.push(edit);
    }
    for number in 0..3 {
        let fields = json!({"Front": format!("new {number}"), "Back": dice.of(&EDITS)});
        let deck = dice.of(&["Heart", "Heart::a"]);
        steps.push(json!({"add": "Basic (deckle)", "deck": deck, "fields": fields, "tags": ["x"]}));
    }
    let path = place.outer.path().join(export);
    steps.push(json!({"export": path, "legacy": legacy}));
    let edited = phone(backend, &folder, &Value::Array(steps))?;
    let edited = edited.last().unwrap().clone();

    // On the desk the same notes were edited, in the field that the phone edited too.
    let mut sources: BTreeMap<&str, String> = FILES
        .iter()
        .map(|(path, _)| (*path, read(&place, path)))
        .collect();
    for text in sources.values_mut() {
        for (name, word) in &desk {
            for (from, to) in [
                (
                    format!("{name}\nA: an answer"),
                    format!("{name}\nA: {word} answer"),
                ),
                (format!("{name} :: an"), format!("{name} :: {word}")),
                (format!("| {name} | an"), format!("| {name} | {word}")),
                (format!("{name},an"), format!("{name},{word}")),
                (format!("{name}\tan"), format!("{name}\t{word}")),
                (
                    format!("front: {name}\n    back: an"),
                    format!("front: {name}\n    back: {word}"),
                ),
            ] {
                *text = text.replace(&from, &to);
            }
        }
    }
    for (path, text) in &sources {
        place.put(path, text);
    }
    // Every flag is found again, with its place.
    let flags = run(&place, &["flags", &path.to_string_lossy(), "--json"]).ends(0);
    let flags: Value = serde_json::from_str(&flags.stdout).map_err(|error| error.to_string())?;
    let flagged = edited["cards"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it[8] != 0)
        .count();
    let places = flags
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["place"].is_string())
        .count();
    if places != flagged {
        return Err(format!("seed {seed}: {flagged} flags, {flags:#}"));
    }
    let pulled = pull(&place, &path, &["--json", "--allow-dirty"]);
    if !matches!(pulled.code, Some(0 | 1)) {
        return Err(format!("{pulled:#?}"));
    }
    let found: Value = serde_json::from_str(&pulled.stdout).map_err(|error| error.to_string())?;
    let outcome = |wanted: &str| -> Vec<&Value> {
        let all = found["notes"].as_array().unwrap().iter();
        all.filter(|it| it["outcome"] == wanted).collect()
    };
    let left: Vec<&str> = outcome("left")
        .iter()
        .map(|it| it["guid"].as_str().unwrap())
        .collect();
    let conflicts: Vec<&str> = outcome("conflict")
        .iter()
        .map(|it| it["guid"].as_str().unwrap())
        .collect();
    if !outcome("older").is_empty() || !outcome("removed").is_empty() {
        return Err(format!("seed {seed}: {found:#}"));
    }
    // Each conflict keeps both versions.
    let theirs = seed.is_multiple_of(2);
    for path in FILES.iter().map(|it| it.0) {
        place.put(path, mend(&read(&place, path), theirs));
    }
    let shipped = ship(&place);
    if shipped.code != Some(0) {
        return Err(format!("seed {seed}: {shipped:#?} {found:#}"));
    }
    let again = phone(backend, &folder, &json!([{"import": package(&place)}]))?;
    let (log, after) = (&again[0], again.last().unwrap());
    if log["conflicting"] != 0 {
        return Err(format!("seed {seed}: {log}"));
    }
    let built = built(&place);
    let before = edited["notes"].as_object().unwrap();
    for (guid, note) in after["notes"].as_object().unwrap() {
        let Some((source, tags)) = built.get(guid) else {
            return Err(format!("seed {seed}: {note} is not in the sources"));
        };
        let html = fields(note);
        let was = before.get(guid).map(fields);
        if left.contains(&guid.as_str()) {
            // What could not be written stays on the phone.
            if was.as_ref() != Some(&html) {
                return Err(format!("seed {seed}: lost {was:?} for {html:?}"));
            }
            continue;
        }
        let mut shown: Vec<&String> = html.values().collect();
        let mut wanted: Vec<&String> = source.iter().collect();
        shown.sort();
        wanted.sort();
        let same_tags = note["tags"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| tags.iter().any(|tag| it == tag.as_str()));
        if shown != wanted || !same_tags {
            return Err(format!(
                "seed {seed}: the phone has {note}, the sources {source:?} {tags:?}"
            ));
        }
        // Without a conflict it is what the phone had.
        let kept = was.is_none_or(|was| was == html);
        if !kept && (theirs || !conflicts.contains(&guid.as_str())) {
            return Err(format!(
                "seed {seed}: lost {:?} for {html:?}",
                before.get(guid)
            ));
        }
    }
    // What was learned stays as it was.
    let rows = |state: &Value| -> Vec<Value> {
        let cards = state["cards"].as_array().unwrap().iter();
        cards
            .filter(|it| it[2] != 0 || it[8] != 0)
            .cloned()
            .collect()
    };
    if rows(&edited) != rows(after) {
        return Err(format!("seed {seed}: schedules differ"));
    }
    let count = |wanted: &str| outcome(wanted).len();
    Ok([count("edited"), conflicts.len(), count("new"), left.len()])
}

#[test]
fn the_collection_and_the_sources_agree_in_the_end() {
    let total = with_each_backend(|backend| {
        let mut total = [0; 4];
        for (seed, export, legacy) in [
            (1, "a.apkg", true),
            (2, "b.apkg", false),
            (3, "c.colpkg", true),
            (4, "d.colpkg", false),
        ] {
            // A phone each, with its own edits.
            let found =
                round(backend, seed, export, legacy).map_err(|it| format!("{backend}: {it}"))?;
            for (sum, count) in total.iter_mut().zip(found) {
                *sum += count;
            }
        }
        Ok(total)
    });
    let total = total.unwrap_or_else(|error| panic!("{error}"));
    for [edited, conflicts, new, left] in total.clone() {
        assert!(edited > 20 && conflicts > 0 && new == 12, "{total:?}");
        // What is left are tags and fields that a table has no column for, and lists of values no key.
        assert!(left * 5 < edited, "{total:?}");
    }
}
