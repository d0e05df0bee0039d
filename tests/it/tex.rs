//! The real TeX: what it typesets, and that a hostile formula ends in a finding.
//!
//! `make test-all` runs these, with `DECKLE_TEST_TEX` in the environment, after it looked for the
//! programs; without that variable each passes without a word, since `make test` needs no TeX.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use deckle::BuildTime;
use deckle::diag::{Severity, render_short};
use deckle::project::{Build, BuildOptions, Project};
use serde_json::Value;

use crate::judge::{run_script, with_each_backend};
use crate::latex::pictures;

fn has_tex() -> bool {
    std::env::var_os("DECKLE_TEST_TEX").is_some()
}

const TIKZ: &str = "\\documentclass[12pt]{article}\n\\usepackage[utf8]{inputenc}\n\
    \\usepackage{amssymb,amsmath,tikz,chemfig}\n\\pagestyle{empty}\n\\setlength{\\parindent}{0in}\n\\begin{document}\n";

/// A project whose notes are these formulas, the nth in line n + 2 of its file.
fn project(folder: &Path, formulas: &[String], svg: bool) {
    let mut text = String::from("[\n");
    for (index, formula) in formulas.iter().enumerate() {
        let comma = if index + 1 < formulas.len() { "," } else { "" };
        let formula = serde_json::to_string(formula).unwrap();
        writeln!(text, "{{\"id\": \"n{index}\", \"type\": \"tex\", \"ask\": \"{index}\", \"answer\": {{\"html\": {formula}}}}}{comma}").unwrap();
    }
    text.push(']');
    fs::create_dir_all(folder.join("types/tex")).unwrap();
    let note_type = format!(
        "key: tex\nname: TeX\nfields: [Ask, Answer]\nlatex: {{svg: {svg}, preamble: preamble.tex}}\n\
        card-templates:\n  - {{name: Card, front: front.html, back: back.html}}\n"
    );
    for (name, content) in [
        (
            "deckle.yaml",
            "format: 1\nname: TeX\nuid: 4d1c7f0e2b9a4c55\nmath: {engine: latex}\n",
        ),
        ("types/tex/type.yaml", &note_type),
        ("types/tex/preamble.tex", TIKZ),
        ("types/tex/front.html", "{{Ask}}"),
        ("types/tex/back.html", "{{Answer}}"),
        ("notes.yaml", &text),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
}

fn build(folder: &Path) -> Build {
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000)).tex(true);
    Project::open(folder).unwrap().build(&options).unwrap()
}

fn findings(build: &Build) -> Vec<String> {
    let report = build.report();
    let found = report.diagnostics.iter();
    found.map(|it| render_short(it, &report.sources)).collect()
}

/// The pictures of formulas in one build, by their names.
fn made(formulas: &[String], svg: bool) -> std::collections::BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), formulas, svg);
    let build = build(folder.path());
    assert!(build.package().is_some(), "{}", findings(&build).join("\n"));
    let written = build.write().unwrap();
    pictures(&written[0].path)
}

fn good(count: usize) -> Vec<String> {
    let kinds = [
        "[$]x^{@} + \\frac{a}{b}[/$]",
        "[$$]\\sum_{i=1}^{@} i \\tag{@}[/$$]",
        "[latex]\\begin{equation}a = @\\end{equation}[/latex]",
        "[latex]Some text @ with $\\alpha$ and<br><br>a paragraph.[/latex]",
        "[latex]\\begin{tikzpicture}\\draw[->,red] (0,0) -- (1,@); \\node at (0,1) {@};\\end{tikzpicture}[/latex]",
        "[latex]\\chemfig{A-[:@]B=C}[/latex]",
        "[$]{\\color{blue} y_{@}}[/$]",
        "[latex]\\begin{enumerate}\\item one @\\item two\\end{enumerate}[/latex]",
    ];
    let kind = |index: usize| {
        kinds[index % kinds.len()].replace('@', &(index / kinds.len() + 1).to_string())
    };
    (0..count).map(kind).collect()
}

#[test]
fn pictures_do_not_depend_on_what_stands_beside_them() {
    if !has_tex() {
        return;
    }
    let formulas = good(48);
    let together = made(&formulas, true);
    assert_eq!(together.len(), 48);
    for formula in formulas.iter().take(16) {
        let alone = made(std::slice::from_ref(formula), true);
        for (name, bytes) in alone {
            let other = String::from_utf8_lossy(&together[&name]).into_owned();
            assert_eq!(String::from_utf8_lossy(&bytes), other, "{formula}");
            assert!(
                other.contains("<path") || other.contains("<use"),
                "{formula}: {other}"
            );
        }
    }
    assert_eq!(together, made(&formulas, true));
    // Without PostScript there is no way from tikz to PNG.
    let plain = formulas
        .iter()
        .filter(|it| !it.contains("tikz") && !it.contains("chemfig"));
    let plain: Vec<String> = plain.cloned().collect();
    let png = made(&plain, false);
    assert_eq!(png.len(), plain.len());
    assert!(png.values().all(|it| it.starts_with(b"\x89PNG")));
}

#[test]
fn bad_formulas_are_told_at_their_own_lines() {
    if !has_tex() {
        return;
    }
    let mut formulas = good(200);
    let bad = [
        (7, "[$]\\undefinedhere{x}[/$]"),
        (31, "[$]\\frac{a}{b[/$]"),
        (32, "[latex]\\begin{tabular}{c}a[/latex]"),
        (90, "[latex]$x[/latex]"),
        (91, "[latex]}[/latex]"),
        (150, "[latex]\\end{document}[/latex]"),
        (199, "[$]x^a^b[/$]"),
    ];
    for (at, formula) in bad {
        formulas[at] = formula.to_owned();
    }
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), &formulas, true);
    let build = build(folder.path());
    let report = build.report();
    let lines: Vec<String> = findings(&build)
        .iter()
        .map(|it| it.split(':').take(2).collect::<Vec<_>>().join(":"))
        .collect();
    let expect: Vec<String> = bad
        .iter()
        .map(|(at, _)| format!("notes.yaml:{}", at + 2))
        .collect();
    assert_eq!(lines, expect, "{}", findings(&build).join("\n"));
    assert_eq!(report.diagnostics.count(Severity::Error), bad.len());
}

#[test]
fn hostile_formulas_end_in_findings() {
    if !has_tex() {
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.tex");
    fs::write(&secret, "\\message{SESAME}OPENSESAME").unwrap();
    let target = outside.path().join("written.txt");
    let (secret, target) = (secret.to_str().unwrap(), target.to_str().unwrap());
    let refused: Vec<String> = [
        "\\loop\\iftrue\\repeat".to_owned(),
        "\\def\\x{\\x x}\\x".to_owned(),
        "\\def\\x{\\shipout\\hbox{xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}\\x}\\x".to_owned(),
        format!("\\input{{{secret}}}"),
        "\\input{../../../../../../etc/passwd}".to_owned(),
        "\\input|\"cat /etc/passwd\"".to_owned(),
        format!("\\newread\\f\\openin\\f={secret} \\ifeof\\f\\undefinedhere\\fi\\read\\f to\\x\\x"),
        format!("\\newwrite\\f\\immediate\\openout\\f={target} \\immediate\\write\\f{{x}}\\immediate\\closeout\\f \\undefinedhere"),
        format!("\\immediate\\write18{{touch {target}}}\\undefinedhere"),
        "x\\special{dvisvgm:raw &lt;script&gt;alert(1)&lt;/script&gt;}".to_owned(),
        "x\\special{dvisvgm:raw &lt;image xlink:href='file:///etc/passwd' width='9' height='9'/&gt;}".to_owned(),
        "\\newwrite\\f\\immediate\\openout\\f=big.txt \\def\\x{\\immediate\\write\\f{xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}\\x}\\x".to_owned(),
    ]
    .into_iter()
    .collect();
    let formulas: Vec<String> = refused
        .iter()
        .map(|it| format!("[latex]{it}[/latex]"))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), &formulas, true);
    let start = Instant::now();
    let build = build(folder.path());
    let found = findings(&build).join("\n");
    assert!(
        start.elapsed() < Duration::from_secs(150),
        "{:?}",
        start.elapsed()
    );
    assert!(build.package().is_none(), "{found}");
    for (index, formula) in formulas.iter().enumerate() {
        let line = format!("notes.yaml:{}:", index + 2);
        assert!(found.contains(&line), "{line} {formula}\n{found}");
    }
    assert!(
        !found.contains("SESAME") && !found.contains("root:"),
        "{found}"
    );
    assert!(!Path::new(target).exists());
    // What PostScript could read must not come into a picture either.
    let ps = format!(
        "x\\special{{ps: /Times-Roman findfont 9 scalefont setfont 0 0 moveto ({secret}) (r) file 100 string readline pop show}}"
    );
    let folder = tempfile::tempdir().unwrap();
    project(
        folder.path(),
        &[format!("[latex]{ps}[/latex]"), "[$]x[/$]".to_owned()],
        true,
    );
    let build = self::build(folder.path());
    let found = findings(&build).join("\n");
    assert!(found.is_empty() || build.package().is_none(), "{found}");
    eprintln!("{:?}; PostScript: {found}", start.elapsed());
    assert!(
        found.contains("notes.yaml:2:"),
        "PostScript read a file: {found}"
    );
}

#[test]
fn names_are_those_that_anki_asks_for_with_tex_too() {
    if !has_tex() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), &good(64), true);
    let build = build(folder.path());
    let written = build.write().unwrap();
    let package = &written[0].path;
    let reports = with_each_backend(|backend| {
        let output = run_script(backend, "latex.py", &[package.as_os_str()], b"")?;
        serde_json::from_slice::<Value>(&output.stdout).map_err(|error| error.to_string())
    });
    for report in reports.unwrap() {
        assert_eq!(report["asked"], report["shipped"]);
        assert_eq!(report["asked"].as_array().unwrap().len(), 64);
    }
}
