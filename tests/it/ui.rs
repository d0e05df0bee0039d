//! A folder a finding: `tests/ui/CODE-name/in/` is a project or a folder of notes, `out.txt` what
//! deckle says of it, byte for byte. `SNAPSHOTS=overwrite` writes what it says now.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::diag::{Code, Severity, Style, render, render_json, render_short};
use deckle::project::{BuildOptions, Project};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> &str {
    case.file_name().unwrap().to_str().unwrap()
}

/// What deckle says of a case, and the codes in it.
fn run(case: &Path) -> (String, BTreeSet<&'static str>) {
    let project = Project::open(case.join("in")).unwrap();
    // A fixed time, which lies before none of the locks in the cases but one.
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let build = project.build(&options).unwrap();
    let report = build.report();
    let has_errors = report.diagnostics.has_errors();
    assert_eq!(
        build.package().is_none(),
        has_errors,
        "{}: errors and a package",
        name(case)
    );
    let mut text = String::new();
    let mut codes = BTreeSet::new();
    for diagnostic in &report.diagnostics {
        codes.insert(diagnostic.code.id());
        text.push_str(&render(diagnostic, &report.sources, Style::Plain));
        text.push_str("\n\n");
        // The other forms must at least stand on one line each.
        let short = render_short(diagnostic, &report.sources);
        assert!(!short.contains('\n'), "{short}");
        let json = render_json(diagnostic, &report.sources);
        assert!(!json.contains('\n'), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["code"], diagnostic.code.id());
    }
    let count = |severity| report.diagnostics.count(severity);
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    text.push_str(&format!("{errors} errors, {warnings} warnings\n"));
    (text, codes)
}

#[test]
fn every_case_says_what_is_expected() {
    let cases = cases();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let mut failed = Vec::new();
    for case in &cases {
        let (text, codes) = run(case);
        let code = name(case).split('-').next().unwrap();
        if !codes.contains(code) {
            failed.push(format!("{}: says {codes:?}, not {code}", name(case)));
        }
        let path = case.join("out.txt");
        if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
            fs::write(&path, &text).unwrap();
        }
        let expected = fs::read_to_string(&path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        if expected != text {
            failed.push(format!(
                "{}: expected\n{expected}\nfound\n{text}",
                name(case)
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n----\n"));
}

#[test]
fn every_code_has_a_case() {
    let cases = cases();
    let named: BTreeSet<&str> = cases
        .iter()
        .map(|it| name(it).split('-').next().unwrap())
        .collect();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.id())
        .filter(|id| !named.contains(id))
        .collect();
    assert!(
        missing.is_empty(),
        "codes without a folder in tests/ui: {missing:?}"
    );
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    let unknown: Vec<&&str> = named.iter().filter(|id| !known.contains(**id)).collect();
    assert!(
        unknown.is_empty(),
        "folders in tests/ui without a code: {unknown:?}"
    );
    for case in &cases {
        let (id, rest) = name(case).split_once('-').unwrap();
        let code = Code::ALL.iter().find(|code| code.id() == id).unwrap();
        assert!(
            rest.starts_with(code.name()),
            "{}: {id} is called {}",
            name(case),
            code.name()
        );
    }
}
