//! `deckle verify`

use std::fmt::Write as _;

use deckle::Error;
use deckle::package::{Finding, Harm, Place, Verification};

use super::Outcome;
use super::args::VerifyArgs;
use super::printer::Printer;
use super::words::plural;

pub(super) fn verify(args: &VerifyArgs, printer: &Printer) -> Result<Outcome, Error> {
    let verification = Verification::of_file(&args.file, super::build_time()?)?;
    if args.json {
        printer.data(&verification.to_json());
    } else {
        for finding in verification.findings() {
            printer.data(&told(finding));
        }
        printer.summary(&counts(&verification));
    }
    Ok(match verification.worst() {
        Some(Harm::Fails | Harm::Loses) => Outcome::Sources,
        _ => Outcome::Done,
    })
}

/// `2 findings: 1 lets an import fail, 1 looks odd`
pub(super) fn counts(verification: &Verification) -> String {
    let findings = verification.findings().len();
    if findings == 0 {
        return "Nothing found".to_owned();
    }
    let harms = [
        (Harm::Fails, "lets an import fail", "let an import fail"),
        (Harm::Loses, "loses content", "lose content"),
        (Harm::Odd, "looks odd", "look odd"),
    ];
    let words = harms.into_iter().filter_map(|(harm, one, several)| {
        let count = verification.count(harm);
        let words = if count == 1 { one } else { several };
        (count > 0).then(|| format!("{count} {words}"))
    });
    let words: Vec<String> = words.collect();
    format!("{}: {}", plural(findings, "finding"), words.join(", "))
}

/// What people read.
fn told(finding: &Finding) -> String {
    let rule = finding.rule();
    let mut text = format!("{}[{}]: {}\n", rule.harm().name(), rule.name(), rule.what());
    for example in finding.examples() {
        let place = match &example.place {
            Place::Package => String::new(),
            place => place.to_string(),
        };
        let between = if place.is_empty() || example.detail.is_empty() {
            ""
        } else {
            ": "
        };
        let line = format!("{place}{between}{}", example.detail);
        if !line.is_empty() {
            let _ = writeln!(text, "  {line}");
        }
    }
    let more = finding.count().saturating_sub(finding.examples().len());
    if more > 0 {
        let _ = writeln!(text, "  and {}", plural(more, "more").trim_end_matches('s'));
    }
    let _ = writeln!(text, "  why: {}\n  help: {}", rule.why(), rule.mend());
    text
}
