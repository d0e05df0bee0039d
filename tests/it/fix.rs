//! `check --fix`: certain mends are made, guesses are not, and nothing else in a file changes.

use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};

use crate::cli::{Place, git};
use crate::ui;

#[test]
fn certain_mends_of_all_cases_help() {
    let options =
        || BuildOptions::new(BuildTime::from_unix(1_800_000_000)).allow_schema_change(true);
    let mut mended = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")).unwrap() {
        let case = entry.unwrap().path();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let original = Project::open(case.join("in")).unwrap();
        let before = original.check(&options()).unwrap();
        let certain = |report: &deckle::project::Report| {
            let fixes = report.diagnostics.iter().filter_map(|it| it.fix.as_ref());
            fixes.filter(|it| it.certain).count()
        };
        if certain(&before) == 0 {
            continue;
        }
        let copy = tempfile::tempdir().unwrap();
        ui::copy_folder(&case.join("in"), copy.path());
        let project = Project::open(copy.path()).unwrap();
        let plan = project.fix(&options()).unwrap();
        assert!(plan.mends() > 0, "{name}: nothing mended");
        mended += plan.mends();
        let left = plan.write().unwrap();
        assert_eq!(certain(&left), 0, "{name}: mends that do not help");
        let again = project.fix(&options()).unwrap();
        assert_eq!(again.mends(), 0, "{name}: mended twice");
        assert_eq!(
            left.diagnostics.iter().count(),
            again.report().diagnostics.iter().count()
        );
    }
    assert!(mended > 30, "only {mended} certain mends");
}

#[test]
fn what_is_certain_is_written_and_guesses_stay() {
    let text =
        "\u{feff}# Kept\r\n- q: Ratio: what is it?\r\n  a: {{c}} is \u{e9}\r\n  Extar: x\r\n";
    let place = Place::new(&[("a b.yaml", text), ("c.md", "## Q?\n\nA\n")]);
    let before = place.files();
    let run = place.run(&["check", "--fix"]).ends(1);
    let new =
        "\u{feff}# Kept\r\n- q: 'Ratio: what is it?'\r\n  a: '{{c}} is \u{e9}'\r\n  Extar: x\r\n";
    assert_eq!(
        fs::read_to_string(place.folder().join("a b.yaml")).unwrap(),
        new
    );
    assert!(
        run.stderr.contains("mended  a b.yaml:2  E0103  "),
        "{run:#?}"
    );
    assert!(
        run.stderr.contains("\nMended 2 findings in 1 file\n"),
        "{run:#?}"
    );
    assert!(run.stderr.contains("unknown field `Extar`"), "{run:#?}");
    let after = place.files();
    assert_eq!(after.len(), before.len());
    assert_eq!(after["notes/c.md"], before["notes/c.md"]);
    let again = place.run(&["check", "--fix"]).ends(1);
    assert!(
        again
            .stderr
            .starts_with("Nothing could be mended without doubt\n"),
        "{again:#?}"
    );
    assert_eq!(place.files(), after);
}

#[test]
fn uncommitted_changes_are_not_written_over() {
    let place = Place::new(&[("a.yaml", "- q: a: b\n  a: c\n"), ("b.yaml", "- [a, b]\n")]);
    git(&place, &["init", "-q"]);
    let before = place.files();
    let refused = place.run(&["check", "--fix"]).ends(2);
    assert!(
        refused.stderr.contains("`a.yaml` has uncommitted changes"),
        "{refused:#?}"
    );
    assert_eq!(place.files(), before);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "x"]);
    place.put("b.yaml", "- [a, c]\n");
    let run = place
        .run(&["check", "--fix", "--message-format", "short"])
        .ends(0);
    assert_eq!(run.stdout, "");
    place.put("a.yaml", "- q: c: d\n  a: c\n");
    place.run(&["check", "--fix"]).ends(2);
    place.run(&["check", "--fix", "--allow-dirty"]).ends(0);
    let text = fs::read_to_string(place.folder().join("a.yaml")).unwrap();
    assert_eq!(text, "- q: 'c: d'\n  a: c\n");
}
