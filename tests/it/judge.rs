//! The real Anki as judge: imports packages into the backends of desktop and AnkiDroid.
//!
//! The promises themselves are checked by `tests/anki/packages.py`, in the Python of a
//! virtual environment each; this module starts both, over all packages at once, and
//! puts their reports together.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use serde_json::Value;

/// Current desktop, and the backend inside current AnkiDroid.
const BACKENDS: [&str; 2] = ["anki-26.9.3", "anki-25.9.2"];
/// How many offenders against one rule a report names for each package.
const SHOWN: usize = 8;
/// Where the backends differ about which cards a note has, note fields decide: a
/// sentence under this rule counts only if every backend says it.
const UNANIMOUS: &str = "generation";

/// Panics with a readable report unless both backends accept every package and every
/// promise of `tests/anki/packages.py` is kept.
pub(crate) fn judge(packages: &[PathBuf]) {
    if let Err(report) = verdict(packages) {
        panic!("{report}");
    }
}

/// Runs one script of `tests/anki` with a backend's Python.
///
/// # Errors
/// The text says what to do if the virtual environment is missing.
pub(crate) fn run_script(
    backend: &str,
    script: &str,
    arguments: &[&OsStr],
    input: &[u8],
) -> Result<Output, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root
        .join("target/judges")
        .join(backend)
        .join(if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        });
    if !python.exists() {
        return Err(format!("{} is missing, run: make judges", python.display()));
    }
    let mut child = Command::new(&python)
        // No compiled files beside the scripts, and the same text everywhere.
        .args(["-B", "-X", "utf8"])
        .arg(root.join("tests/anki").join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} does not start: {error}", python.display()))?;
    let sent = child.stdin.take().map(|mut pipe| pipe.write_all(input));
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    // A script that ends before it has read everything tells why on its stderr.
    match sent {
        Some(Err(error)) if output.status.success() => Err(error.to_string()),
        _ => Ok(output),
    }
}

/// What a script that reads and writes JSON answers.
///
/// # Errors
/// As [`run_script`].
pub(crate) fn answer(backend: &str, script: &str, input: &str) -> Result<String, String> {
    let output = run_script(backend, script, &[], input.as_bytes())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{backend} failed: {errors}");
    Ok(String::from_utf8(output.stdout).expect("the judge writes UTF-8"))
}

/// Starts a server of the tests, which ends with its standard input, and reads the port that it says.
///
/// # Panics
/// When it says none.
pub(crate) fn serve(command: &mut Command) -> (Child, u16) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let output = child.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let port = line.trim().parse().ok();
    let port = port.unwrap_or_else(|| panic!("it does not start: {command:?}"));
    (child, port)
}

/// The same call for each backend, at the same time.
pub(crate) fn with_each_backend<T: Send>(
    call: impl Fn(&'static str) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    thread::scope(|scope| {
        BACKENDS
            .map(|backend| scope.spawn(|| call(backend)))
            .into_iter()
            .map(|thread| thread.join().expect("the call does not panic"))
            .collect()
    })
}

fn verdict(packages: &[PathBuf]) -> Result<(), String> {
    if packages.is_empty() {
        return Err("no packages to judge".to_owned());
    }
    let reports = with_each_backend(|backend| reports(backend, packages))?;
    let mut text = String::new();
    for (index, package) in packages.iter().enumerate() {
        let of_package: Vec<&Value> = reports.iter().map(|each| &each[index]).collect();
        describe(package, &broken_promises(&of_package)?, &mut text);
    }
    if text.is_empty() { Ok(()) } else { Err(text) }
}

/// One report a package, in the order of the packages.
fn reports(backend: &str, packages: &[PathBuf]) -> Result<Vec<Value>, String> {
    let input = serde_json::to_vec(packages).map_err(|error| error.to_string())?;
    let output = run_script(backend, "packages.py", &[], &input)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!(
            "{backend}: the judge failed ({}); if its environment is broken, run: make judges\n{errors}",
            output.status
        ));
    }
    let reports: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{backend}: unreadable report: {error}\n{errors}"))?;
    if reports.len() != packages.len() {
        return Err(format!("{backend}: {} reports\n{errors}", reports.len()));
    }
    Ok(reports)
}

/// Rule, sentence, and the backends that say it.
type Promises<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>;

fn broken_promises<'a>(reports: &[&'a Value]) -> Result<Promises<'a>, String> {
    let mut promises = Promises::new();
    for report in reports {
        let backend = report["backend"]
            .as_str()
            .ok_or("a report names no backend")?;
        for broken in report["broken"].as_array().ok_or("a report has no list")? {
            let rule = broken["rule"].as_str().ok_or("a report names no rule")?;
            let what = broken["what"].as_str().ok_or("a report has no sentence")?;
            let backends = promises.entry(rule).or_default().entry(what).or_default();
            if backends.last() != Some(&backend) {
                backends.push(backend);
            }
        }
    }
    if let Some(sentences) = promises.get_mut(UNANIMOUS) {
        sentences.retain(|_, backends| backends.len() == reports.len());
    }
    promises.retain(|_, sentences| !sentences.is_empty());
    Ok(promises)
}

fn describe(package: &Path, promises: &Promises<'_>, text: &mut String) {
    if promises.is_empty() {
        return;
    }
    writeln!(text, "{} breaks promises:", package.display()).unwrap();
    for (rule, sentences) in promises {
        writeln!(text, "  {rule}").unwrap();
        for (what, backends) in sentences.iter().take(SHOWN) {
            writeln!(text, "    {what} [{}]", backends.join(", ")).unwrap();
        }
        if sentences.len() > SHOWN {
            writeln!(text, "    and {} more", sentences.len() - SHOWN).unwrap();
        }
    }
}

#[test]
fn a_sound_package_passes_and_a_broken_one_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.apkg");
    let written = run_script(BACKENDS[0], "sample.py", &[sound.as_os_str()], b"").unwrap();
    assert!(
        written.status.success(),
        "{}",
        String::from_utf8_lossy(&written.stderr)
    );
    judge(std::slice::from_ref(&sound));

    let broken = folder.path().join("broken.apkg");
    std::fs::write(&broken, "not a zip").unwrap();
    let report = verdict(&[sound, broken.clone()]).unwrap_err();
    let expected = format!(
        "{} breaks promises:\n  readable\n    File is not a zip file [26.09.3, 25.09.2]\n",
        broken.display()
    );
    assert_eq!(report, expected);
}

#[test]
fn the_makefile_installs_the_backends_that_judge() {
    let makefile = include_str!("../../Makefile");
    for backend in BACKENDS {
        let installs = format!("/{backend} {}", backend.replacen('-', "==", 1));
        assert!(
            makefile.contains(&installs),
            "the Makefile lacks {installs}"
        );
    }
}

#[test]
fn nothing_to_judge_is_no_success() {
    assert!(verdict(&[]).is_err());
}

#[test]
fn a_generated_card_counts_where_the_backends_agree() {
    let report = |backend: &str, sentences: &[&str]| {
        let broken: Vec<Value> = sentences
            .iter()
            .map(|what| serde_json::json!({ "rule": "generation", "what": what }))
            .collect();
        serde_json::json!({ "backend": backend, "broken": broken })
    };
    let one = report("26.09.3", &["card 0 is missing", "card 1 is missing"]);
    let other = report("25.09.2", &["card 1 is missing"]);
    let promises = broken_promises(&[&one, &other]).unwrap();
    let sentences: Vec<&str> = promises["generation"].keys().copied().collect();
    assert_eq!(sentences, ["card 1 is missing"]);
}

#[test]
fn the_judge_catches_each_kind_of_broken_package() {
    with_each_backend(|backend| {
        let output = run_script(backend, "test_judge.py", &[], b"")?;
        let text = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && text.contains("\nOK") {
            Ok(())
        } else {
            Err(format!("{backend}: {text}"))
        }
    })
    .unwrap_or_else(|report| panic!("{report}"));
}

/// What learners have who imported the packages of these steps one after another, as the last
/// report of `updates.py`; one for each backend.
#[track_caller]
pub(crate) fn imported(steps: &(impl serde::Serialize + ?Sized)) -> Vec<serde_json::Value> {
    let input = serde_json::to_vec(steps).unwrap();
    with_each_backend(|backend| {
        let output = run_script(backend, "updates.py", &[], &input)?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().last().unwrap_or_default();
        let mut reports: Vec<serde_json::Value> =
            serde_json::from_str(last).map_err(|error| error.to_string())?;
        reports.pop().ok_or_else(|| "no report".to_owned())
    })
    .unwrap_or_else(|report| panic!("{report}"))
}
