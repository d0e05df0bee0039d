//! Pictures of LaTeX tags bear the names that the real Anki asks for, on every side of every card.
//!
//! The notes are made of parts that meet in all ways: clozes around, in and across formulas,
//! hints, entities, line breaks, tags in tags, fields of HTML.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, Project};
use serde_json::Value;

use crate::judge::{run_script, with_each_backend};

/// Formulas that can be drawn, by how they are written in Markdown.
const FORMULAS: &[&str] = &[
    "$x$",
    "$$\\frac{a}{b}$$",
    "$a < b$ and $c > d$",
    "[$]a < b[/$]",
    "[$]\\alpha[/$]",
    "[$$]\n\\sum_{i=1}^n i\n[/$$]",
    "[latex]$x^2$[/latex]",
    "[latex]\n\\begin{align*}\na &= b \\\\\nc &= d\n\\end{align*}\n[/latex]",
    "**bold $y$ text**",
    "- one $p$\n- two $q$",
    "`code` $\\{1, 2\\}$",
    "> quoted $z_1$",
    "$\\text{größer}$",
    "[$]a  b[/$] [$$]c[/$$]",
    "$$\n\\begin{pmatrix}1 & 2\\\\ 3 & 4\\end{pmatrix}\n$$",
];

/// Fields of HTML, as a deck of another tool may have them.
const HTML: &[&str] = &[
    "[$]x<br>+ y[/$]",
    "[$]x<br/>+ y[/$]",
    "[$]x<br />+ y[/$]",
    "[$]<b>x</b> + <i>y</i>[/$]",
    "<div>[$$]a<div>= b</div>[/$$]</div>",
    "[$]a&nbsp;b[/$]",
    "[latex]$x$&nbsp;[/latex]",
    "[LATEX]$a$[/latex] [$]b[/$]",
    "<i title=\"[$]v[/$]\">i</i>",
    "<!-- [$]w[/$] --> text",
    "[$]m &#60; n[/$]",
    "[$]a &#x2264; b[/$]",
];

const CLOZES: &[&str] = &[
    "Sum $a + {{c1::b}}$.",
    "{{c1::$x$}} and {{c2::$y$}}",
    "$a + {{c1::b}} + {{c2::c::hint}}$",
    "[$]{{c1::\\frac{1}{2} }} + {{c3::z::say it}}[/$]",
    "{{c1::one [$]u[/$] two {{c2::[$]v[/$]}} }}",
    "[latex]${{c1::x}} < {{c2::y}}$[/latex]",
    "$$\\frac{ {{c1::a}} }{ {{c2::b::?}} }$$",
    "{{c1::text}} beside $n$",
    "{{c2::second}} {{c1::$\\beta$::greek}} [$$]\\gamma[/$$]",
    "$p {{c1::q}}$ {{c1::r}} $s$",
];

const HTML_CLOZES: &[&str] = &[
    "[$]a<br>{{c1::b}}[/$]",
    "{{c1::[$]<b>x</b>[/$]::h <i>i</i>}} [$$]y[/$$]",
    "[$]{{c1::x}} &lt; {{c2::y::a &gt; b}}[/$]",
    "{{c1::a<br>[$]t[/$]}} [$]{{c2::u}}[/$]",
];

const TYPE: &str = "key: proof\nname: Proof\nfields: [Claim, Proof, Note]\nlatex: {svg: true}\n\
    card-templates:\n  - {name: Ask, front: front.html, back: back.html}\n  - {name: Turn, front: turn.html, back: back.html}\n";

/// A project of more than five hundred notes.
fn write_project(folder: &Path) {
    let mut text = String::from("notes:\n");
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let all: Vec<(&str, bool)> = FORMULAS
        .iter()
        .map(|it| (*it, false))
        .chain(HTML.iter().map(|it| (*it, true)))
        .collect();
    let field = |(text, is_html): (&str, bool)| {
        if is_html {
            format!("{{html: {}}}", quoted(text))
        } else {
            quoted(text)
        }
    };
    for (index, one) in all.iter().enumerate() {
        for (at, other) in all.iter().enumerate() {
            let kind = ["basic", "reversed", "typed", "proof"][(index + at) % 4];
            // Two plain texts and their number keep notes apart.
            let (first, second) = (field((one.0, one.1)), field(*other));
            let keys = if kind == "proof" {
                ["claim", "proof", "note"]
            } else {
                ["front", "back", "extra"]
            };
            writeln!(
                text,
                "  - type: {kind}\n    id: n{index}-{at}\n    {}: {first}\n    {}: {second}\n    {}: number $n_{{{index},{at}}}$",
                keys[0], keys[1], keys[2]
            )
            .unwrap();
        }
    }
    let clozes: Vec<(&str, bool)> = CLOZES
        .iter()
        .map(|it| (*it, false))
        .chain(HTML_CLOZES.iter().map(|it| (*it, true)))
        .collect();
    for (index, one) in clozes.iter().enumerate() {
        for at in 0..8 {
            let extra = field(all[(index + at * 3) % all.len()]);
            let cloze = field(*one);
            writeln!(
                text,
                "  - type: cloze\n    id: c{index}-{at}\n    text: {cloze}\n    extra: {extra}\n    title: number $m_{{{index},{at}}}$"
            )
            .unwrap();
        }
    }
    fs::create_dir_all(folder.join("types/proof")).unwrap();
    for (name, content) in [
        (
            "deckle.yaml",
            "format: 1\nname: Formulas\nuid: 4d1c7f0e2b9a4c55\nmath: {engine: latex-tag}\n",
        ),
        ("notes.yaml", text.as_str()),
        ("types/proof/type.yaml", TYPE),
        (
            "types/proof/front.html",
            "{{Claim}} {{Note}} {{hint:Proof}}",
        ),
        ("types/proof/turn.html", "{{text:Proof}} {{type:Claim}}"),
        (
            "types/proof/back.html",
            "{{FrontSide}}<hr id=answer>{{Proof}}",
        ),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
}

#[test]
fn pictures_have_the_names_that_anki_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    fs::create_dir(&project).unwrap();
    write_project(&project);
    let package = folder.path().join("formulas.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000)).output(&package);
    let build = Project::open(&project).unwrap().build(&options).unwrap();
    let report = build.report();
    let found: Vec<String> = report
        .diagnostics
        .iter()
        .map(|it| deckle::diag::render_short(it, &report.sources))
        .collect();
    let errors: Vec<&String> = found.iter().filter(|it| it.contains("error[")).collect();
    assert!(build.package().is_some(), "{errors:#?}");
    build.write().unwrap();
    let count = |it: &Value| it.as_array().unwrap().len();
    let reports = with_each_backend(|backend| {
        let output = run_script(backend, "latex.py", &[package.as_os_str()], b"")?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        serde_json::from_slice::<Value>(&output.stdout).map_err(|error| error.to_string())
    });
    for report in reports.unwrap() {
        let backend = report["backend"].as_str().unwrap().to_owned();
        assert_eq!(report["asked"], report["shipped"], "{backend}");
        assert_eq!(
            count(&report["missing"]),
            0,
            "{backend}: {}",
            report["missing"]
        );
        // Check Media reads fields, and `{{text:Proof}}` makes other formulas of two of them: it takes
        // out the line breaks.
        assert_eq!(
            count(&report["unused"]),
            2,
            "{backend}: {}",
            report["unused"]
        );
        assert!(
            report["notes"].as_u64().unwrap() >= 500,
            "{}",
            report["notes"]
        );
        assert!(
            count(&report["asked"]) >= 800,
            "{}",
            count(&report["asked"])
        );
        eprintln!(
            "{backend}: {} notes, {} sides, {} pictures",
            report["notes"],
            report["sides"],
            count(&report["asked"])
        );
    }
}

/// The names and bytes of a package's pictures of tags.
pub(crate) fn pictures(package: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = media(package);
    found.retain(|name, _| name.starts_with("latex-"));
    found
}

/// The names and bytes of a package's media.
pub(crate) fn media(package: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut reader = PackageReader::open(package).unwrap();
    let listed = reader.contents().media.clone();
    let mut found = BTreeMap::new();
    for media in &listed {
        let mut bytes = Vec::new();
        reader.copy_media(media, &mut bytes).unwrap();
        found.insert(media.name.clone(), bytes);
    }
    found
}

#[test]
fn a_file_of_the_project_comes_before_a_made_one() {
    let folder = tempfile::tempdir().unwrap();
    let name = "latex-26eeb5258ca5099acf8fe96b2a1049c48c89a5e6.svg";
    fs::create_dir(folder.path().join("media")).unwrap();
    fs::write(folder.path().join("media").join(name), "<svg/>").unwrap();
    fs::write(folder.path().join("a.md"), "## [$]x[/$] [$]y[/$]\n\nb\n").unwrap();
    let package = folder.path().join("x.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000)).output(&package);
    let build = Project::open(folder.path())
        .unwrap()
        .build(&options)
        .unwrap();
    build.write().unwrap();
    let pictures = pictures(&package);
    assert_eq!(pictures.len(), 2);
    assert_eq!(pictures[name], b"<svg/>");
}

/// A character that the fonts of mathematics lack comes from the font that the project names, in
/// pictures of tags as in pictures of their own.
#[test]
fn tags_are_drawn_with_the_font_of_the_project() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    let deck = |engine: &str, note: &str| {
        format!("---\nmath: {{engine: {engine}, font: tiny.ttf}}\n---\n## {note}\n\nb\n")
    };
    fs::write(at("tiny.ttf"), include_bytes!("../fonts/tiny.ttf")).unwrap();
    for (index, text) in [
        deck("latex-tag", "$\\text{日本}$"),
        deck("mathjax", "[$]\\text{日}[/$]"),
        deck("image", "$\\text{人 x}$"),
    ]
    .iter()
    .enumerate()
    {
        let source = at(&format!("{index}.md"));
        fs::write(&source, text).unwrap();
        let package = at("x.apkg");
        let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000)).output(&package);
        let build = Project::open(&source).unwrap().build(&options).unwrap();
        let told: Vec<_> = build.report().diagnostics.iter().collect();
        assert!(told.is_empty(), "{told:?}");
        build.write().unwrap();
        let pictures = media(&package);
        assert_eq!(pictures.len(), 1, "{text}");
        let svg = String::from_utf8(pictures.into_values().next().unwrap()).unwrap();
        assert!(svg.contains("<path") && !svg.contains("<text"), "{svg}");
    }
}
