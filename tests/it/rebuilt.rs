//! What deckle builds, unpacked: the sources that come of it build to the same notes, cards, note
//! types and media, and nothing is lost on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::diag::render_short;
use deckle::package::{Contents, PackageReader};
use deckle::project::{BuildOptions, Project};
use proptest::prelude::*;

use crate::golden::{PROJECTS, built};
use crate::judge::judge;
use crate::sample::sample;
use crate::unpack::round_trip;

fn read(package: &Path) -> Contents {
    PackageReader::open(package).unwrap().into_contents()
}

/// What a learner gets of a package, a line each; times of changes included, as an import goes by
/// them.
fn lines(contents: &Contents) -> BTreeSet<String> {
    let decks: BTreeMap<i64, &str> = contents.decks.iter().map(|it| (it.id, &*it.name)).collect();
    let mut lines = BTreeSet::new();
    for it in &contents.notes {
        lines.insert(format!(
            "note {} {} {} {} [{}] {:?}",
            it.guid, it.id, it.note_type, it.modified, it.tags, it.fields
        ));
    }
    for it in &contents.cards {
        lines.insert(format!(
            "card {} {} in {}, {} {} flag {}",
            it.note, it.ordinal, decks[&it.deck], it.due, it.queue, it.flags
        ));
    }
    for it in &contents.note_types {
        let fields: Vec<&str> = it.fields.iter().map(|it| &*it.name).collect();
        lines.insert(format!(
            "type {} {} {fields:?} {:?}",
            it.id, it.name, it.css
        ));
        for template in &it.templates {
            lines.insert(format!("template of {}: {template:?}", it.id));
        }
    }
    for it in contents.decks.iter().filter(|it| it.id != 1) {
        // An import knows a deck by its name alone.
        lines.insert(format!("deck {} {:?}", it.name, it.description));
    }
    for it in &contents.media {
        lines.insert(format!("media {} {:?} {:?}", it.name, it.size, it.sha1));
    }
    lines
}

/// What differs after a package was unpacked and built again, with all that was told.
fn differences(package: &Path) -> String {
    let (unpacked, rebuilt) = round_trip(package);
    let mut text = String::new();
    for notice in &unpacked.notices {
        writeln!(text, "{notice}").unwrap();
    }
    let (before, after) = (lines(&read(package)), lines(&read(&rebuilt)));
    for line in before.difference(&after) {
        writeln!(text, "- {line}").unwrap();
    }
    for line in after.difference(&before) {
        writeln!(text, "+ {line}").unwrap();
    }
    text
}

#[test]
fn whole_projects_come_back_from_their_packages() {
    let scratch = tempfile::tempdir().unwrap();
    let mut packages = Vec::new();
    for name in PROJECTS {
        let (_, built) = built(name, &scratch.path().join("projects"));
        let package = scratch.path().join(format!("{name}.apkg"));
        fs::copy(built, &package).unwrap();
        assert_eq!(differences(&package), "", "{name}");
        packages.push(package.with_extension("rebuilt.apkg"));
    }
    judge(&packages);
}

/// Parts of a field, of any note.
#[rustfmt::skip]
const BLOCKS: &[&str] = &[
    "plain words",
    "| a | b |\n|:--|--:|\n| 1 | `x|y` |\n| **2** | $x|y$ |",
    "- a\n- b\n  1. c\n  2. d\n- e",
    "- [ ] open\n- [x] done",
    "3. x\n\n   more of it\n\n4. y",
    "```rust\nfn main() {\n    let x: Vec<u8> = vec![]; // \"two\"\n\n}\n```",
    "```python\ndef f(x):\n    return 'a' % x\n```",
    "```\nplain < code\n```",
    "````md\n```sh\necho hi\n```\n````",
    "{東京|とうきょう} and {東京|とう|きょう}",
    "日本語[にほんご]",
    "> [!note] Title *x*\n> body **y**",
    "> [!tip]- Folded\n> - a\n> - b",
    "> [!warning]\n> ```rust\n> let a = 1;\n> ```",
    "> quoted\n>\n> > twice",
    "$$\n\\frac{a}{b} < c\n$$",
    "inline $x_1 < y$ and \\(a*b*c\\)",
    "[$]x_1 < y[/$]",
    "==marked== ~~gone~~ **b** *i* ***both*** `c < d` ``e ` f``",
    "![a picture](p.svg) ![[p.svg|30x20]]",
    "![](s.mp3)",
    "<div class=\"x\">html <b>inside</b></div>",
    "vector<int> a < b && c > d, std::map<K>",
    "a\\\nb  \nc\nd",
    "***",
    "[link](https://e.com/?a=1&b=2) and https://x.org/y_z_",
    "[[Page|alias]] and [[Other#Part]]",
    "[anki:tts lang=fr_FR]Bonjour _toi_[/anki:tts]",
    "##### A heading",
    "1\\. no list, \\*no emphasis\\*, \\$5 and $6 or $7",
    "a&nbsp;b &copy; &lt;x&gt; é e\u{301}",
    "%% percent %% {{ braces }}",
];

/// Parts of a cloze note's text.
#[rustfmt::skip]
const GAPS: &[&str] = &[
    "{{c1::a}} and {{c2::b::hint}}",
    "{{c3::`std::map`}}",
    "- a {{c1::x}}\n- b {{c2::y}}\n  - c",
    "```rust\nfn read() -> {{c1::io::Result<String>}} {\n    {{c2::open()}}\n}\n```",
    "$x = {{c1::\\frac{1}{\\sqrt{2}}}}$",
    "| h |\n|---|\n| {{c1::a\\|b}} |",
    "> [!tip]- Title\n> {{c4::z}}",
    "==auto== ==matic==",
    "{{c2::out {{c5::in}} side}}",
    "{{c1::one\n\ntwo}}",
];

/// A note: the word behind its heading, and its parts.
fn note() -> impl Strategy<Value = (&'static str, Vec<&'static str>)> {
    let marks = vec![
        "",
        "",
        "{reversed}",
        "{typed}",
        "{.tag .a::b}",
        "{flag=red}",
        "{suspended}",
        "{#own-INDEX}",
        "{type=optional-reversed}",
    ];
    let plain = (
        prop::sample::select(marks),
        prop::collection::vec(prop::sample::select(BLOCKS), 1..5),
    );
    let cloze = (
        prop::sample::select(GAPS),
        prop::collection::vec(prop::sample::select(BLOCKS), 0..3),
    )
        .prop_map(|(gap, mut parts)| {
            parts.insert(parts.len() / 2, gap);
            ("{cloze}", parts)
        });
    prop_oneof![3 => plain, 1 => cloze]
}

fn markdown(notes: &[(&str, Vec<&str>)], code: &str) -> String {
    let mut text = format!(
        "---\nmarkdown: {{ruby: true, context: breadcrumb, inline: true}}\ncode: {{highlight: {code}}}\nlinks: {{backlink: path}}\n---\n# Part {{.part}}\n"
    );
    for (index, (mark, parts)) in notes.iter().enumerate() {
        let mark = mark.replace("INDEX", &index.to_string());
        let parts = parts.join("\n\n");
        write!(text, "\n## Number {index} {mark}\n\n{parts}\n").unwrap();
    }
    text.push_str("\n# Rows\n\n<!-- notes: reversed -->\n\n| Front | Back | tags |\n|---|---|---|\n| row | `x|y` and $a|b$ | t |\n\n- item ::: and **back**\n  - with a list\n");
    text
}

/// The same parts as values of YAML, and as cells of a table where they are one line.
fn values(notes: &[(&str, Vec<&str>)]) -> (String, String) {
    let mut yaml = "markdown: {ruby: true}\nnotes:\n".to_owned();
    let mut table = "Front,Back\n".to_owned();
    for (index, (mark, parts)) in notes.iter().enumerate() {
        let text = parts.join("\n\n").replace('\n', "\n      ");
        let keys = if *mark == "{cloze}" {
            ["cloze", "extra"]
        } else {
            ["q", "a"]
        };
        let [first, second] = keys;
        writeln!(
            yaml,
            "  - {first}: |\n      {index}v\n\n      {text}\n    {second}: [x, '{index}']"
        )
        .unwrap();
        let is_line = |it: &&&str| !it.contains(['\n', '"']) && !it.contains("{{c");
        for (part, text) in parts.iter().filter(is_line).enumerate() {
            writeln!(table, "{index} in {part},\"{text}\"").unwrap();
        }
    }
    (yaml, table)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn generated_projects_come_back_from_their_packages(
        notes in prop::collection::vec(note(), 1..24),
        code in prop::sample::select(vec!["classes", "inline", "none"]),
    ) {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("project");
        fs::create_dir(&folder).unwrap();
        let put = |path: &str, text: &str| fs::write(folder.join(path), sample(path, text)).unwrap();
        let (yaml, table) = values(&notes);
        put("deckle.yaml", "format: 1\nname: G\nuid: u\n");
        put("a.md", &markdown(&notes, code));
        put("b.yaml", &yaml);
        put("c.csv", &table);
        put("p.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        put("s.mp3", "a sound");
        let package = scratch.path().join("out.apkg");
        let options = BuildOptions::new(BuildTime::from_unix(1_700_000_000)).output(&package);
        let build = Project::open(&folder).unwrap().build(&options).unwrap();
        let report = build.report();
        let told: Vec<String> = report.diagnostics.iter().map(|it| render_short(it, &report.sources)).collect();
        prop_assert!(!report.diagnostics.has_errors(), "{told:#?}\n{}", markdown(&notes, code));
        build.write().unwrap();
        prop_assert_eq!(differences(&package), "");
    }
}
