//! A folder a finding: `tests/ui/CODE-name/in/` is a project or a folder of notes, `out.txt` what
//! deckle says of it, byte for byte. `SNAPSHOTS=overwrite` writes what it says now. A file
//! `allow-schema-change` beside `in` stands for the option of that name, `text` for `--format text`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::diag::{
    Code, Diagnostic, FileId, Fix, Severity, Sources, Style, render, render_json, render_short,
};
use deckle::project::{Build, BuildOptions, Project};

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

/// A build of a folder at a fixed time, which lies before none of the locks in the cases but one.
pub(crate) fn build(folder: &Path, case: &Path) -> Build {
    let project = Project::open(folder).unwrap();
    let allow = case.join("allow-schema-change").exists();
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000))
        .allow_schema_change(allow)
        .text(case.join("text").exists());
    project.build(&options).unwrap()
}

/// What deckle says of a case, and the codes in it.
fn run(case: &Path) -> (String, BTreeSet<&'static str>) {
    let build = build(&case.join("in"), case);
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
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    text.push_str(&format!(
        "{errors} error{}, {warnings} warning{}\n",
        plural(errors),
        plural(warnings)
    ));
    (text, codes)
}

#[test]
fn every_fix_mends_what_it_is_offered_for() {
    let mut failed = Vec::new();
    let mut applied = 0;
    for case in cases() {
        let before = build(&case.join("in"), &case).into_report();
        for diagnostic in &before.diagnostics {
            let Some(fix) = &diagnostic.fix else { continue };
            applied += 1;
            let copy = tempfile::tempdir().unwrap();
            copy_folder(&case.join("in"), copy.path());
            for file in edited(fix, &before.sources) {
                let path = copy.path().join(before.sources.path(file));
                let text = apply(fix, file, &fs::read_to_string(&path).unwrap());
                fs::write(&path, text).unwrap();
            }
            let after = build(copy.path(), &case).into_report();
            let same = |it: &&Diagnostic| {
                (it.code, &it.message, it.span().start)
                    == (
                        diagnostic.code,
                        &diagnostic.message,
                        diagnostic.span().start,
                    )
                    && after.sources.path(it.span().file)
                        == before.sources.path(diagnostic.span().file)
            };
            let stays = after.diagnostics.iter().any(|it| same(&it));
            // A mend that makes another error of the same line is none.
            let (was, is) = (
                before.diagnostics.count(Severity::Error),
                after.diagnostics.count(Severity::Error),
            );
            if stays || is > was {
                let rest: Vec<String> = after
                    .diagnostics
                    .iter()
                    .map(|it| render(it, &after.sources, Style::Plain))
                    .collect();
                failed.push(format!(
                    "{}: `{}` leaves\n{}",
                    name(&case),
                    fix.message,
                    rest.join("\n")
                ));
            }
        }
    }
    assert!(applied >= 40, "only {applied} fixes");
    assert!(failed.is_empty(), "{}", failed.join("\n----\n"));
}

/// The files that a fix changes, each once.
fn edited(fix: &Fix, sources: &Sources) -> Vec<FileId> {
    let mut files: Vec<FileId> = fix.edits.iter().map(|(span, _)| span.file).collect();
    files.dedup();
    files.retain(|file| sources.get(*file).is_some());
    files
}

fn apply(fix: &Fix, file: FileId, text: &str) -> String {
    let mut edits: Vec<_> = fix.edits.iter().filter(|it| it.0.file == file).collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = text.to_owned();
    for (span, replacement) in edits {
        text.replace_range(span.range(), replacement);
    }
    text
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
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
