//! Findings for other programs: SARIF and the commands of GitHub Actions, through the command line.

use serde_json::Value;

use crate::cli::Place;

const WARNED: &str = "## What is <b>?\n\nSee [it](a.pdf), 100% [\u{1f600}](b.pdf).\n";
const BAD: &str = "## Picture\n\n![](img/h\u{e4}rt.png)\n\n---\n\nx\n";

/// What the standard asks of the parts that deckle writes: section numbers are those of SARIF
/// 2.1.0.
fn is_valid(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    let allowed = |value: &Value, keys: &[&str]| {
        for key in value.as_object().unwrap().keys() {
            assert!(keys.contains(&key.as_str()), "{key} in {value:#}");
        }
    };
    allowed(run, &["tool", "columnKind", "results"]);
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let driver = &run["tool"]["driver"];
    allowed(driver, &["name", "semanticVersion", "rules"]);
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        allowed(
            rule,
            &[
                "id",
                "name",
                "shortDescription",
                "help",
                "defaultConfiguration",
            ],
        );
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["error", "warning", "note"].contains(&level));
        // 3.49.13: `help` has a text wherever it has Markdown.
        assert!(rule["help"]["text"].as_str().unwrap().len() > 80);
        assert!(rule["help"]["markdown"].is_string());
    }
    for result in run["results"].as_array().unwrap() {
        let keys = [
            "ruleId",
            "ruleIndex",
            "level",
            "message",
            "locations",
            "relatedLocations",
            "fixes",
        ];
        allowed(result, &keys);
        // 3.27.6: the index is that of the rule of this id.
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        for place in result["locations"].as_array().into_iter().flatten() {
            let place = &place["physicalLocation"];
            is_artifact(&place["artifactLocation"]);
            is_region(&place["region"]);
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            // 3.55.3, 3.56.3: at least one change, with at least one replacement.
            let changes = fix["artifactChanges"].as_array().unwrap();
            assert!(!changes.is_empty());
            for change in changes {
                is_artifact(&change["artifactLocation"]);
                let replacements = change["replacements"].as_array().unwrap();
                assert!(!replacements.is_empty());
                replacements
                    .iter()
                    .for_each(|it| is_region(&it["deletedRegion"]));
            }
        }
    }
}

/// 3.4.3: a URI reference; 3.4.4 wants relative ones without a leading slash.
fn is_artifact(artifact: &Value) {
    let uri = artifact["uri"].as_str().unwrap();
    assert!(!uri.starts_with('/') && !uri.is_empty());
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~/%".contains(&it);
    assert!(uri.bytes().all(plain), "{uri}");
}

/// 3.30.5 to 3.30.8: all from 1, and the end not before the start.
fn is_region(region: &Value) {
    let number = |key: &str| region[key].as_u64().unwrap();
    let start = (number("startLine"), number("startColumn"));
    assert!(start.0 > 0 && start.1 > 0);
    assert!((number("endLine"), number("endColumn")) >= start);
}

#[test]
fn a_sarif_log_says_all_there_is() {
    let place = Place::new(&[
        ("deep/\u{dc}b 1/a,b.md", WARNED),
        ("deep/\u{dc}b 1/bad.md", BAD),
    ]);
    let run = place
        .run(&["check", "deep", "--message-format", "sarif"])
        .ends(1);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    is_valid(&log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let told: Vec<(&str, &str, &str, u64)> = results
        .iter()
        .map(|it| {
            let place = &it["locations"][0]["physicalLocation"];
            (
                it["ruleId"].as_str().unwrap(),
                it["level"].as_str().unwrap(),
                place["artifactLocation"]["uri"].as_str().unwrap(),
                place["region"]["startColumn"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("W0125", "warning", "deep/%C3%9Cb%201/a%2Cb.md", 12),
            ("W0310", "warning", "deep/%C3%9Cb%201/a%2Cb.md", 5),
            ("W0310", "warning", "deep/%C3%9Cb%201/a%2Cb.md", 23),
            ("E0301", "error", "deep/%C3%9Cb%201/bad.md", 5),
        ]
    );
    // A run without findings is a log, too: it says that there are none.
    let good = Place::new(&[("a.yaml", "- [a, b]\n")]);
    let run = good.run(&["check", "--message-format", "sarif"]).ends(0);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    is_valid(&log);
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn github_shows_findings_beside_the_lines() {
    let place = Place::new(&[("deep/a,b.md", WARNED), ("deep/bad.md", BAD)]);
    let run = place
        .run(&["check", "deep", "--message-format", "github"])
        .ends(1);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{run:#?}");
    assert!(
        lines[1].starts_with(
            "::warning file=deep/a%2Cb.md,line=3,endLine=3,col=5,endColumn=15,title=W0310 link-target::a link to `a.pdf` "
        ),
        "{run:#?}"
    );
    assert!(
        lines[3].contains("::error file=deep/bad.md,line=3,"),
        "{run:#?}"
    );
    assert!(lines[3].contains("%0Anote: paths count"), "{run:#?}");
    // Actions say where the repository begins.
    let mut command = place.command(&["check", "deep", "--message-format", "github"]);
    command.env("GITHUB_WORKSPACE", place.outer.path());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("::warning file=notes/deep/a%2Cb.md,"),
        "{text}"
    );
}

#[test]
fn levels_of_the_command_line_win() {
    let manifest = "format: 1\nname: Bio\nuid: u\ndiagnostics: {warnings: deny, W0125: allow}\n";
    let place = Place::new(&[("deckle.yaml", manifest), ("a.md", WARNED)]);
    let found = |args: &[&str], code: i32| {
        let args = [&["check", "--message-format", "short"], args].concat();
        let run = place.run(&args).ends(code);
        let lines = run.stdout.lines();
        let found: Vec<String> = lines
            .map(|it| it.split(": ").nth(1).unwrap().to_owned())
            .collect();
        found.join(" ")
    };
    assert_eq!(found(&[], 1), "error[W0310] error[W0310]");
    assert_eq!(
        found(&["--warn", "warnings"], 0),
        "warning[W0310] warning[W0310]"
    );
    assert_eq!(found(&["--allow", "link-target"], 0), "");
    let both = ["--allow", "W0310", "--warn", "W0125"];
    assert_eq!(found(&both, 0), "warning[W0125]");
    assert_eq!(
        found(&["--deny", "W0125,W0310"], 1),
        "error[W0125] error[W0310] error[W0310]"
    );
    // What is denied keeps the package from being written.
    place.run(&["build"]).ends(1);
    assert!(!place.files().contains_key("notes/Bio.apkg"));
    place.run(&["build", "--warn", "warnings"]).ends(0);
    assert!(place.files().contains_key("notes/Bio.apkg"));
}
