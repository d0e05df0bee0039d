//! `--allow`, `--warn` and `--deny`: how much findings matter.

use deckle::diag::{Level, Subject};
use deckle::project::BuildOptions;
use deckle::{Error, ErrorKind};

use super::args::LevelArgs;
use super::explain;

/// A code or group as somebody typed it.
pub(super) fn subject(typed: &str) -> Result<Subject, String> {
    Subject::parse(typed).ok_or_else(|| match Subject::suggest(typed) {
        Some(near @ ("warnings" | "infos")) => format!("did you mean `{near}`?"),
        _ => explain::unknown(typed),
    })
}

/// The options with the levels that were typed.
pub(super) fn apply(args: &LevelArgs, mut options: BuildOptions) -> Result<BuildOptions, Error> {
    let typed = [
        (Level::Allow, &args.allow),
        (Level::Warn, &args.warn),
        (Level::Deny, &args.deny),
    ];
    let mut seen: Vec<(Subject, Level)> = Vec::new();
    for (level, subjects) in typed {
        for subject in subjects {
            let word = level.as_str();
            if !subject.takes(level) {
                return Err(usage(format!(
                    "`--{word} {subject}`: {subject} is an error, which cannot be made less: no package can be made of such sources, or learners would lose by it"
                )));
            }
            let other = seen
                .iter()
                .find(|(it, other)| it == subject && *other != level);
            if let Some((_, other)) = other {
                return Err(usage(format!(
                    "`--{} {subject}` and `--{word} {subject}` contradict each other",
                    other.as_str()
                )));
            }
            seen.push((*subject, level));
            options = options.level(*subject, level);
        }
    }
    Ok(options)
}

fn usage(text: String) -> Error {
    Error::new(ErrorKind::Usage(text))
}
