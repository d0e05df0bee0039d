//! Programs that the project needs: TeX, voices, encoders.

use std::path::Path;
use std::time::Duration;

use deckle::Error;
use deckle::diag::Code;
use deckle::files::{Command, CommandError, Scratch, is_program};
use deckle::project::{Project, Report};

use super::Findings;
use super::project::missing_tex;
use crate::cli::words::{plain, plural};

/// How long a program may take to say what it is: TeX of a cold disk needs a second.
const LONGEST: Duration = Duration::from_secs(20);

pub(super) fn look(
    project: &Project,
    report: &Report,
    findings: &mut Findings,
) -> Result<(), Error> {
    if missing_tex(report) > 0 {
        tex(report, findings)?;
    }
    let plan = project.audio()?;
    for program in plan.programs() {
        // What a project names is looked for, and never run.
        let shown = plain(&program);
        if is_there(&program, project.root()) {
            findings.ok("audio", format!("{shown} is there"));
        } else {
            findings.problem(
                "audio",
                format!("there is no program `{shown}`"),
                "install it, or name another one under `audio` in deckle.yaml (espeak-ng speaks, LAME encodes)",
            );
        }
    }
    let missing = plan.missing().len();
    match (plan.there(), missing) {
        (0, 0) => {}
        (there, 0) => findings.ok("audio", format!("{} made", plural(there, "sound"))),
        _ => findings.warn(
            "audio",
            format!("{} not made yet", plural(missing, "sound")),
            "run `deckle audio`",
        ),
    }
    Ok(())
}

fn tex(report: &Report, findings: &mut Findings) -> Result<(), Error> {
    // Somewhere to run in, which is gone afterwards: nothing is written into the project.
    let folder = Scratch::new()?;
    // The finding says which of the two makes the pictures here.
    let told = report.diagnostics.iter();
    let mut told = told.filter(|it| it.code == Code::LatexNotInstalled);
    let dvipng = told.any(|it| it.helps.iter().any(|it| it.contains("dvipng")));
    let picture = if dvipng { "dvipng" } else { "dvisvgm" };
    for program in ["latex", picture] {
        match said(program, &folder) {
            Some(version) => findings.ok("TeX", format!("{program}: {version}")),
            None => findings.problem(
                "TeX",
                format!("formulas need TeX, and there is no program `{program}`"),
                format!(
                    "install TeX Live (Debian: `apt install texlive-latex-base {picture}`; macOS: `brew install --cask mactex`; Windows: MiKTeX), or write formulas as `$..$` for MathJax"
                ),
            ),
        }
    }
    Ok(())
}

/// Whether a program can be found: by its path, which may begin in the project, or among those of
/// the system.
fn is_there(program: &str, root: &Path) -> bool {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return is_program(&root.join(path));
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|it| is_program(&it.join(path)))
}

/// The first line of what a program of TeX says of itself; `None` where there is none.
fn said(program: &str, folder: &Scratch) -> Option<String> {
    let command = Command::new(program, folder.path())
        .arguments(["--version"])
        .longest(LONGEST);
    match command.run() {
        Err(CommandError::Missing(_)) => None,
        Err(_) => Some("is there, and does not say its version".to_owned()),
        Ok(finished) => {
            let text = String::from_utf8_lossy(&finished.output).into_owned();
            let line = text.lines().find(|it| !it.trim().is_empty());
            line.map(|it| plain(it.trim()))
                .or_else(|| Some("is there".to_owned()))
        }
    }
}
