//! How much findings matter to a project: levels for codes, as Rust's lints have them.
//!
//! `deckle.yaml` and the command line say `allow`, `warn` or `deny` of a code, of all warnings or
//! of all infos. In one place a code wins over a group. The command line wins over the project
//! file, but its groups are about what is a warning (or an info) to the project: what the project
//! allows is none, so `--deny warnings` leaves it alone. Errors stay errors: there is no package
//! that could be built in spite of them.

use std::collections::BTreeMap;

use super::{Code, Diagnostics, Severity};

/// What becomes of a finding that is no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// It is not told.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error: no package is written.
    Deny,
}

impl Level {
    /// Every level with the word for it.
    pub const ALL: [(&'static str, Self); 3] = [
        ("allow", Self::Allow),
        ("warn", Self::Warn),
        ("deny", Self::Deny),
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// What a level is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// All warnings.
    Warnings,
    /// All infos.
    Infos,
    /// The findings of one code.
    Code(Code),
}

impl Subject {
    /// The subject that somebody wrote: `warnings`, `infos` or a code in any spelling.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        match typed.trim().to_ascii_lowercase().as_str() {
            "warnings" => Some(Self::Warnings),
            "infos" => Some(Self::Infos),
            _ => Code::parse(typed).map(Self::Code),
        }
    }

    /// What somebody may have meant.
    #[must_use]
    pub fn suggest(typed: &str) -> Option<&'static str> {
        super::nearest(typed.trim(), ["warnings", "infos"]).or_else(|| Code::suggest(typed))
    }

    /// Whether this level changes anything about the subject. Errors cannot be allowed: a package
    /// could not be built, or learners would lose by it.
    #[must_use]
    pub fn takes(self, level: Level) -> bool {
        match self {
            Self::Code(code) => code.severity() != Severity::Error || level == Level::Deny,
            _ => true,
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Warnings => formatter.write_str("warnings"),
            Self::Infos => formatter.write_str("infos"),
            Self::Code(code) => write!(formatter, "{code}"),
        }
    }
}

/// Who set a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Project,
    Options,
}

/// Levels of codes and groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    set: BTreeMap<(Subject, Origin), Level>,
}

impl Levels {
    /// No levels: each finding is what its code says.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a level as the options of a build do.
    pub fn set(&mut self, subject: Subject, level: Level) {
        self.set.insert((subject, Origin::Options), level);
    }

    /// Sets a level as the project file does; options win over it.
    pub fn set_by_project(&mut self, subject: Subject, level: Level) {
        self.set.insert((subject, Origin::Project), level);
    }

    /// Takes over what is set in `others`, too.
    pub(crate) fn join(&mut self, others: &Self) {
        self.set
            .extend(others.set.iter().map(|(key, level)| (*key, *level)));
    }

    /// Makes of each finding what the levels say: some go, some become warnings or errors.
    pub fn apply(&self, diagnostics: &mut Diagnostics) {
        if self.set.is_empty() {
            return;
        }
        diagnostics.retain_mut(|found| {
            let group = match found.severity {
                Severity::Error => return true,
                Severity::Warning => Subject::Warnings,
                Severity::Info => Subject::Infos,
            };
            let Some((subject, origin, level)) = self.level(found.code, group) else {
                return true;
            };
            match level {
                Level::Allow => return false,
                Level::Warn => found.severity = Severity::Warning,
                Level::Deny => {
                    found.severity = Severity::Error;
                    found.notes.push(match origin {
                        Origin::Project => {
                            format!("`{subject}: deny` in deckle.yaml makes an error of it")
                        }
                        Origin::Options => format!("`--deny {subject}` makes an error of it"),
                    });
                }
            }
            true
        });
    }

    /// The level of a code whose findings belong to this group, and what says so.
    fn level(&self, code: Code, group: Subject) -> Option<(Subject, Origin, Level)> {
        let get = |subject, origin| {
            let level = self.set.get(&(subject, origin))?;
            Some((subject, origin, *level))
        };
        let code = Subject::Code(code);
        let typed = get(code, Origin::Options);
        if typed.is_some() {
            return typed;
        }
        let written = get(code, Origin::Project);
        match written {
            Some((_, _, Level::Warn)) => get(Subject::Warnings, Origin::Options).or(written),
            Some(_) => written,
            None => get(group, Origin::Options).or_else(|| get(group, Origin::Project)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;

    #[test]
    fn what_is_nearer_wins() {
        use Level::{Allow, Deny, Warn};
        let (code, other) = (Subject::Code(Code::LinkTarget), Subject::Warnings);
        let check = |project: &[(Subject, Level)], options: &[(Subject, Level)], expect| {
            let mut levels = Levels::new();
            for (subject, level) in project {
                levels.set_by_project(*subject, *level);
            }
            for (subject, level) in options {
                levels.set(*subject, *level);
            }
            let mut found = Diagnostics::new();
            found.push(Diagnostic::new(Code::LinkTarget, "x"));
            levels.apply(&mut found);
            let severity = found.iter().next().map(|it| it.severity);
            assert_eq!(severity, expect, "{project:?} {options:?}");
        };
        check(&[], &[], Some(Severity::Warning));
        check(&[(code, Allow)], &[], None);
        check(&[(other, Deny)], &[], Some(Severity::Error));
        check(&[(other, Deny), (code, Warn)], &[], Some(Severity::Warning));
        check(&[(code, Allow)], &[(code, Deny)], Some(Severity::Error));
        check(&[(other, Deny)], &[(other, Allow)], None);
        check(&[], &[(other, Deny), (code, Allow)], None);
        check(&[(code, Warn)], &[(other, Deny)], Some(Severity::Error));
        check(&[(code, Allow)], &[(other, Deny)], None);
        check(&[(code, Deny)], &[(other, Allow)], Some(Severity::Error));
        check(&[(other, Deny)], &[(other, Warn)], Some(Severity::Warning));
        check(&[(Subject::Infos, Deny)], &[], Some(Severity::Warning));
    }

    #[test]
    fn errors_stay_and_infos_can_be_raised() {
        let mut levels = Levels::new();
        levels.set(Subject::Code(Code::EmptyField), Level::Allow);
        levels.set(Subject::Code(Code::RenderedAnew), Level::Warn);
        let mut found = Diagnostics::new();
        found.push(Diagnostic::new(Code::EmptyField, "x"));
        found.push(Diagnostic::new(Code::RenderedAnew, "y").info());
        levels.apply(&mut found);
        assert_eq!(found.count(Severity::Error), 1);
        assert_eq!(found.count(Severity::Warning), 1);
        assert!(!Subject::Code(Code::EmptyField).takes(Level::Allow));
        assert!(Subject::Code(Code::EmptyField).takes(Level::Deny));
        assert_eq!(
            Subject::parse("E-Link-Target"),
            Some(Subject::Code(Code::LinkTarget))
        );
        assert_eq!(Subject::parse("WARNINGS"), Some(Subject::Warnings));
        assert_eq!(Subject::suggest("warning"), Some("warnings"));
    }
}
