//! What a rule is: a stable name, the harm that is done where it is broken, reason and mend.

/// What becomes of a package that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Harm {
    /// It arrives, but not as its maker may think.
    Odd,
    /// Content is lost, changed, or does not show.
    Loses,
    /// An import ends in an error and brings nothing.
    Fails,
}

impl Harm {
    /// A word for programs and people: `odd`, `loses`, `fails`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Odd => "odd",
            Self::Loses => "loses",
            Self::Fails => "fails",
        }
    }
}

/// A rule that a package can break. All texts are sentences or phrases for people; the name alone
/// is for programs, and stays.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub(super) name: &'static str,
    pub(super) harm: Harm,
    pub(super) what: &'static str,
    pub(super) why: &'static str,
    pub(super) mend: &'static str,
}

impl Rule {
    /// All rules, in the order in which findings of one harm are told.
    #[must_use]
    pub fn all() -> &'static [&'static Rule] {
        super::rules::ALL
    }

    /// The name, which stays: lower case words with hyphens.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What becomes of a package that breaks it.
    #[must_use]
    pub fn harm(&self) -> Harm {
        self.harm
    }

    /// What is wrong, as a phrase.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// What Anki does.
    #[must_use]
    pub fn why(&self) -> &'static str {
        self.why
    }

    /// What its maker can do.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        self.mend
    }
}
