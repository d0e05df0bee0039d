//! How a delivery treats notes that an author took out, and its guard.

use super::Removed;

/// What becomes of removed notes, and of how many at most.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// What becomes of them.
    pub how: Removed,
    /// The tag that [`Removed::Tag`] gives.
    pub tag: String,
    /// How many may be treated in one delivery, where that is said.
    pub most: Option<usize>,
}

impl Removal {
    /// This becomes of them.
    #[must_use]
    pub fn new(how: Removed) -> Self {
        Self {
            how,
            tag: Removed::TAG.to_owned(),
            most: None,
        }
    }

    /// With this tag for [`Removed::Tag`] [default: [`Removed::TAG`]].
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = tag.into();
        self
    }

    /// Where more notes than this were to be treated, nothing is sent [default: see
    /// [`Removal::limit`]].
    #[must_use]
    pub fn most(mut self, most: usize) -> Self {
        self.most = Some(most);
        self
    }

    /// How many notes one delivery deletes where nobody says how many it may: a folder that was
    /// left out by mistake must not cost a learner a year.
    pub const MOST_DELETED: usize = 20;

    /// How many notes may be treated in one delivery: what was said, else for [`Removed::Delete`]
    /// [`Removal::MOST_DELETED`], else any number.
    #[must_use]
    pub fn limit(&self) -> Option<usize> {
        let deletes = self.how == Removed::Delete;
        self.most.or(deletes.then_some(Self::MOST_DELETED))
    }
}

/// Removed notes stay.
impl Default for Removal {
    fn default() -> Self {
        Self::new(Removed::Keep)
    }
}

impl From<Removed> for Removal {
    fn from(how: Removed) -> Self {
        Self::new(how)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deletions_are_limited_unasked() {
        let check = |how: Removed, most: Option<usize>, expect: Option<usize>| {
            let removal = Removal {
                how,
                most,
                ..Removal::default()
            };
            assert_eq!(removal.limit(), expect, "{how:?} {most:?}");
        };
        check(Removed::Suspend, None, None);
        check(Removed::Suspend, Some(3), Some(3));
        check(Removed::Delete, None, Some(20));
        check(Removed::Delete, Some(500), Some(500));
    }
}
