//! The project itself: its file, its sources, its note types, its lock.

use deckle::diag::{Code, Severity};
use deckle::project::{BuildOptions, LockState, Project, Report};
use deckle::{BuildTime, Error};

use super::Findings;
use crate::cli::git;
use crate::cli::words::{plain, plural};

/// How far a lock may be ahead of the clock: clocks of two machines are rarely the same.
const AHEAD: i64 = 60;

/// Looks at the project. What a check of it finds serves others, too.
pub(super) fn look(project: &Project, findings: &mut Findings) -> Result<Report, Error> {
    let root = plain(&project.root().to_string_lossy());
    if project.is_declared() {
        findings.ok("project", format!("deckle.yaml in {root}"));
    } else {
        findings.warn(
            "project",
            format!("there is no deckle.yaml in {root} or above"),
            "run `deckle init` here, or name a project with `--project`: without one there are no targets, and edited questions are new notes",
        );
    }
    let time = crate::cli::build_time()?;
    // Nothing is made, kept or run: TeX is looked at for itself.
    let options = BuildOptions::new(time).cache(false).tex(false);
    let report = project.check(&options)?;
    sources(&report, findings);
    let locks = project.lock_states()?;
    note_types(&locks, findings);
    for it in &locks {
        lock(it, project, time, findings);
    }
    Ok(report)
}

fn sources(report: &Report, findings: &mut Findings) {
    let of = |code: Code| report.diagnostics.iter().filter(move |it| it.code == code);
    let copies = of(Code::SyncConflict).count();
    // Both are told on their own.
    let apart = copies + missing_tex(report);
    let errors = report.diagnostics.count(Severity::Error) - apart;
    let warnings = report.diagnostics.count(Severity::Warning);
    let statistics = &report.statistics;
    let text = format!(
        "{}, {} in {}",
        plural(statistics.notes, "note"),
        plural(statistics.cards, "card"),
        plural(statistics.files, "file")
    );
    let mend = "run `deckle check`: it shows each with its place and its mend";
    match (errors, warnings) {
        (0, 0) => findings.ok("sources", text),
        (0, _) => findings.warn(
            "sources",
            format!("{text}: {}", plural(warnings, "warning")),
            mend,
        ),
        _ => findings.problem(
            "sources",
            format!("{text}: {}", plural(errors, "error")),
            mend,
        ),
    }
    if copies > 0 {
        let text = format!(
            "{} of Syncthing among the sources",
            plural(copies, "conflict copy")
        );
        findings.problem(
            "conflicts",
            text.replace("copys", "copies"),
            "bring what is missing into the originals and delete the copies; `deckle check` names them",
        );
    }
}

/// How many findings say that TeX is missing, for it was not to be run.
pub(super) fn missing_tex(report: &Report) -> usize {
    let is_it = |it: &&deckle::diag::Diagnostic| {
        it.code == Code::LatexNotInstalled && it.severity == Severity::Error
    };
    report.diagnostics.iter().filter(is_it).count()
}

fn note_types(locks: &[LockState], findings: &mut Findings) {
    let held = locks.iter().filter_map(|it| it.held.as_ref());
    let mut names: Vec<String> = held.flat_map(|it| it.note_types.clone()).collect();
    names.sort();
    names.dedup();
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|it| plain(it)).collect();
        findings.ok("note types", format!("in use: {}", names.join(", ")));
    }
}

fn lock(state: &LockState, project: &Project, time: BuildTime, findings: &mut Findings) {
    let file = plain(&state.file);
    let Some(held) = &state.held else {
        findings.warn(
            "lock",
            format!("there is no {file}"),
            "run `deckle build`, and commit the lock with the sources: it keeps the notes' identities",
        );
        return;
    };
    for problem in &state.problems {
        findings.problem(
            "lock",
            format!("{file}: {}", plain(problem)),
            "`deckle check` shows the line; a lock of a newer deckle needs that one, and a conflict is resolved by keeping the lines of both sides",
        );
    }
    if !state.problems.is_empty() {
        return;
    }
    let mut text = format!("{file}: {}", plural(held.notes, "note"));
    if held.removed > 0 {
        text.push_str(&format!(", {} gone", held.removed));
    }
    let now = time.as_unix();
    match held.newest {
        Some(newest) if newest > now + AHEAD => findings.warn(
            "lock",
            format!("{text}; its newest change is {} ahead of the clock", age(newest - now)),
            "set the clock (or SOURCE_DATE_EPOCH): until then, changed notes get times in the future, and learners' own edits lose",
        ),
        Some(newest) => {
            findings.ok("lock", format!("{text}; the newest change is {} old", age(now - newest)));
        }
        None => findings.ok("lock", text),
    }
    match git::merge_attribute(project.root(), &state.file) {
        Some(merge) if merge != "union" => findings.warn(
            "git",
            format!("two branches that both build will conflict in {file}"),
            format!("add the line `{file} merge=union` to .gitattributes"),
        ),
        Some(_) => findings.ok(
            "git",
            format!("{file} is merged line by line (merge=union)"),
        ),
        None => {}
    }
}

/// `12 seconds`, `3 hours`, `40 days`
fn age(seconds: i64) -> String {
    let seconds = usize::try_from(seconds.max(0)).unwrap_or(usize::MAX);
    match seconds {
        0..120 => plural(seconds, "second"),
        120..7_200 => plural(seconds / 60, "minute"),
        7_200..172_800 => plural(seconds / 3_600, "hour"),
        _ => plural(seconds / 86_400, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_readable() {
        let check = |seconds: i64, expect: &str| assert_eq!(age(seconds), expect);
        check(-5, "0 seconds");
        check(1, "1 second");
        check(7_199, "119 minutes");
        check(172_799, "47 hours");
        check(i64::MAX, "106 751 991 167 300 days");
    }
}
