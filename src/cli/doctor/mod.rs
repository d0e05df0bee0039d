//! `deckle doctor`: what is there and what is not, each with its mend. It looks, and writes nothing;
//! the network is asked for the servers that the project declares, and for nothing else.

mod machine;
mod project;
mod targets;
mod tools;

use deckle::Error;
use deckle::project::Project;
use serde_json::{Value, json};

use super::Outcome;
use super::args::DoctorArgs;
use super::printer::Printer;
use super::words::plural;

/// How many seconds a time may be ahead of the clock: those of two machines are rarely the same.
const AHEAD: i64 = 60;

/// One thing that was looked at.
struct Finding {
    /// What it is about, in a word or two.
    about: String,
    state: State,
    text: String,
    mend: Option<String>,
}

/// How it stands with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ok,
    Warning,
    Problem,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// Takes what is found.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, about: &str, text: impl Into<String>) {
        self.push(about, State::Ok, text.into(), None);
    }

    fn warn(&mut self, about: &str, text: impl Into<String>, mend: impl Into<String>) {
        self.push(about, State::Warning, text.into(), Some(mend.into()));
    }

    fn problem(&mut self, about: &str, text: impl Into<String>, mend: impl Into<String>) {
        self.push(about, State::Problem, text.into(), Some(mend.into()));
    }

    /// What could not be looked at, or did not answer.
    fn failed(&mut self, about: &str, error: &Error, mend: impl Into<String>) {
        self.problem(about, error.to_string(), mend);
    }

    fn push(&mut self, about: &str, state: State, text: String, mend: Option<String>) {
        let about = about.to_owned();
        self.0.push(Finding {
            about,
            state,
            text,
            mend,
        });
    }

    fn count(&self, state: State) -> usize {
        self.0.iter().filter(|it| it.state == state).count()
    }
}

pub(super) fn doctor(args: &DoctorArgs, printer: &Printer) -> Result<Outcome, Error> {
    let within = Project::open(&args.within.project)?;
    let project = Project::open(within.root())?;
    let mut findings = Findings::default();
    let report = project::look(&project, &mut findings)?;
    tools::look(&project, &report, &mut findings)?;
    targets::look(&project, &mut findings)?;
    machine::look(&project, &mut findings)?;
    if args.json {
        let objects = findings.0.iter().map(|it| {
            json!({
                "about": it.about,
                "state": it.state.as_str(),
                "text": it.text,
                "mend": it.mend,
            })
        });
        printer.data(&objects.collect::<Value>().to_string());
    } else {
        table(&findings, printer);
    }
    let (problems, warnings) = (
        findings.count(State::Problem),
        findings.count(State::Warning),
    );
    printer.summary(&match (problems, warnings) {
        (0, 0) => "All is well".to_owned(),
        _ => format!(
            "{}, {}",
            plural(problems, "problem"),
            plural(warnings, "warning")
        ),
    });
    Ok(match problems {
        0 => Outcome::Done,
        _ => Outcome::Sources,
    })
}

/// State, what it is about, what there is, and below it the mend.
fn table(findings: &Findings, printer: &Printer) {
    let width = |it: &Finding| it.about.chars().count();
    let width = findings.0.iter().map(width).max().unwrap_or_default();
    for it in &findings.0 {
        let (state, about, text) = (it.state.as_str(), &it.about, &it.text);
        printer.data(&format!("{state:<7}  {about:<width$}  {text}"));
        if let Some(mend) = &it.mend {
            printer.data(&format!("{:<7}  {:<width$}  -> {mend}", "", ""));
        }
    }
}
