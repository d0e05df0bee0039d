//! What is not as it was in the package.

use std::fmt;

/// Something that is not as it was in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// What became of it.
    pub kind: NoticeKind,
    /// What it is about.
    pub text: String,
}

/// What became of something in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoticeKind {
    /// A build refuses it until it is mended.
    Broken,
    /// It is another one now.
    Changed,
    /// The project does not have it.
    Lost,
    /// It is as it was, and not as an author would write it.
    Kept,
}

impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            NoticeKind::Broken => "to mend",
            NoticeKind::Changed => "changed",
            NoticeKind::Lost => "left out",
            NoticeKind::Kept => "kept",
        };
        write!(formatter, "{kind}: {}", self.text)
    }
}

/// Notices while they are collected.
#[derive(Debug, Default)]
pub(in crate::project) struct Notices {
    list: Vec<Notice>,
    /// How many there were before those about decks, which are found again when a note is left
    /// out.
    before_decks: Option<usize>,
}

impl Notices {
    fn push(&mut self, kind: NoticeKind, text: String) {
        self.list.push(Notice { kind, text });
    }

    pub(in crate::project) fn broken(&mut self, text: String) {
        self.push(NoticeKind::Broken, text);
    }

    pub(in crate::project) fn changed(&mut self, text: String) {
        self.push(NoticeKind::Changed, text);
    }

    pub(in crate::project) fn lost(&mut self, text: String) {
        self.push(NoticeKind::Lost, text);
    }

    pub(in crate::project) fn count_changed(&mut self, count: usize, one: &str, many: &str) {
        self.counted(NoticeKind::Changed, count, one, many);
    }

    pub(in crate::project) fn count_lost(&mut self, count: usize, one: &str, many: &str) {
        self.counted(NoticeKind::Lost, count, one, many);
    }

    pub(in crate::project) fn count_kept(&mut self, count: usize, one: &str, many: &str) {
        self.counted(NoticeKind::Kept, count, one, many);
    }

    fn counted(&mut self, kind: NoticeKind, count: usize, one: &str, many: &str) {
        if count > 0 {
            let what = if count == 1 { one } else { many };
            self.push(kind, format!("{count} {what}"));
        }
    }

    /// Begins with the notices about decks anew.
    pub(in crate::project) fn forget_decks(&mut self) {
        let before = *self.before_decks.get_or_insert(self.list.len());
        self.list.truncate(before);
    }

    /// All of them, what is to be mended first.
    pub(in crate::project) fn into_list(mut self) -> Vec<Notice> {
        self.list.sort_by_key(|it| it.kind);
        self.list
    }
}
