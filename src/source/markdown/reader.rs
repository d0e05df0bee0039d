//! Walks over a page and cuts it into notes.

use std::ops::Range;

use super::attributes::HeadLine;
use super::comment::{Comment, Meaning};
use super::heading_note::HeadingNote;
use super::label_note::{LabelNote, card_tag};
use super::labels::Labels;
use super::mask::starts_line;
use super::page::{Label, Page};
use super::report;
use super::section::Sections;
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::written::WrittenNote;
use crate::source::defaults::MarkdownOptions;
use crate::source::draft::NoteSettings;
use crate::source::types::TypeSet;

/// What the first note of a file is, and all its others have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormKind {
    Headings,
    Labels,
}

/// What is known of a page before its notes are.
#[derive(Clone, Copy)]
pub(super) struct Shelf<'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) comments: &'a [Comment],
    pub(super) heads: &'a [HeadLine],
    pub(super) labels: &'a Labels,
    pub(super) types: &'a TypeSet,
    pub(super) options: &'a MarkdownOptions,
}

/// A page that is being read.
pub(super) struct Reader<'a> {
    pub(super) shelf: Shelf<'a>,
    sections: Sections,
    notes: Vec<WrittenNote>,
    open: Open<'a>,
    /// The form, and where it was decided.
    pub(super) form: Option<(FormKind, Range<usize>)>,
    /// What looks like notes of the other form.
    pub(super) others: Vec<Range<usize>>,
    claimed: Vec<bool>,
    /// What is to be told of text above `---`, unless the file turns out to be prose.
    underlined: Vec<Diagnostic>,
    /// Labels that stand in no note.
    orphans: Vec<&'a Label>,
    off: bool,
}

/// The note whose end is not reached yet.
enum Open<'a> {
    Nothing,
    Heading(HeadingNote<'a>),
    Label(LabelNote<'a>),
}

/// What may begin or end something.
#[derive(Clone, Copy)]
enum Mark<'a> {
    Heading(&'a HeadLine),
    /// Text above `---`, which makes a heading of it.
    Setext(&'a HeadLine, &'a Range<usize>),
    Label(&'a Label),
    Rule(&'a Range<usize>),
    Switch(&'a Comment),
}

impl Mark<'_> {
    fn start(&self) -> usize {
        match self {
            Self::Heading(head) => head.heading.range.start,
            Self::Setext(_, underline) => underline.start,
            Self::Label(label) => label.range.start,
            Self::Rule(line) => line.start,
            Self::Switch(comment) => comment.range.start,
        }
    }
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of a page.
    pub(super) fn new(shelf: Shelf<'a>, sections: Sections) -> Self {
        Self {
            shelf,
            sections,
            notes: Vec::new(),
            open: Open::Nothing,
            form: None,
            others: Vec::new(),
            claimed: vec![false; shelf.comments.len()],
            underlined: Vec::new(),
            orphans: Vec::new(),
            off: false,
        }
    }

    /// The notes of the page.
    pub(super) fn read(mut self, sink: &mut Diagnostics) -> Vec<WrittenNote> {
        for mark in self.marks() {
            match mark {
                Mark::Switch(comment) => {
                    self.close(comment.range.start, sink);
                    self.off = matches!(comment.meaning, Meaning::Off);
                }
                Mark::Heading(head) => self.heading(head, sink),
                Mark::Setext(head, underline) => self.setext(head, underline, sink),
                Mark::Label(label) if !self.off => self.label(label, sink),
                Mark::Rule(line) if !self.off => self.rule(line, sink),
                Mark::Label(_) | Mark::Rule(_) => {}
            }
        }
        self.close(self.shelf.page.source.len(), sink);
        if let Some((form, _)) = &self.form {
            for diagnostic in std::mem::take(&mut self.underlined) {
                sink.push(diagnostic);
            }
            // Among marked notes the unmarked ones are text, and so are their answers.
            if *form == FormKind::Labels && !self.shelf.options.tagged_only {
                for label in &self.orphans {
                    sink.push(report::orphan(self.shelf.page, label, self.shelf.types));
                }
            }
        }
        report::misplaced(&self, &self.claimed, sink);
        report::lookalikes(&self, sink);
        self.notes
    }

    fn marks(&self) -> Vec<Mark<'a>> {
        let headings = self
            .shelf
            .heads
            .iter()
            .map(|head| match &head.heading.underline {
                Some(underline) if head.heading.level == 2 => Mark::Setext(head, underline),
                _ => Mark::Heading(head),
            });
        let switches = self
            .shelf
            .comments
            .iter()
            .filter(|it| it.is_switch())
            .map(Mark::Switch);
        let mut marks: Vec<Mark<'a>> = headings
            .chain(self.shelf.page.labels.iter().map(Mark::Label))
            .chain(self.shelf.page.rules.iter().map(Mark::Rule))
            .chain(switches)
            .collect();
        marks.sort_by_key(Mark::start);
        marks
    }

    fn heading(&mut self, head: &'a HeadLine, sink: &mut Diagnostics) {
        let level = head.heading.level;
        let at = head.heading.range.start;
        if self.off {
            if level < self.shelf.options.note_level {
                self.section(head, true, sink);
            }
            return;
        }
        let note = !self.sections_skip(level) && self.is_note(head);
        if let Some((FormKind::Labels, _)) = self.form {
            // A deeper heading ends a label note, too; what it takes along must not be lost.
            let cuts = !matches!(self.open, Open::Nothing) && level > self.shelf.options.note_level;
            self.close(at, sink);
            if (note || cuts) && self.has_text(head) {
                self.others.push(head.heading.range.clone());
            }
            self.section(head, true, sink);
            return;
        }
        if note {
            self.close(at, sink);
            self.sections.leave(level);
            self.form
                .get_or_insert((FormKind::Headings, head.heading.range.clone()));
            self.open = Open::Heading(HeadingNote {
                head,
                scope: self.sections.current().clone(),
                comments: self.claim_below(head),
                inner: Vec::new(),
                breaks: Vec::new(),
            });
            return;
        }
        let note_level = self.shelf.options.note_level;
        match &mut self.open {
            Open::Heading(open) if level > note_level.max(open.head.heading.level) => {
                open.inner.push(&head.heading);
            }
            _ => {
                self.close(at, sink);
                // A heading that is no section of notes is prose, and so are its braces.
                self.section(head, level < self.shelf.options.note_level, sink);
            }
        }
    }

    /// Whether a heading of this level stands in a section that is left out.
    fn sections_skip(&mut self, level: u8) -> bool {
        self.sections.above(level).skip
    }

    fn section(&mut self, head: &HeadLine, with_settings: bool, sink: &mut Diagnostics) {
        let settings = if with_settings {
            head.settings(self.shelf.page, self.shelf.types, sink)
        } else {
            NoteSettings::default()
        };
        let title = self.shelf.page.text(head.content.clone());
        self.sections
            .enter(head.heading.level, title, settings, self.shelf.types, sink);
    }

    fn is_note(&self, head: &HeadLine) -> bool {
        let page = self.shelf.page;
        if head.has_word(page, "note") {
            return true;
        }
        let here =
            head.heading.level == self.shelf.options.note_level && !head.has_word(page, "skip");
        let tagged = || {
            head.card_tag
                || head.has_tag(page, &self.shelf.options.card_tag)
                || self.below(head).1.iter().any(Comment::has_settings)
        };
        here && (!self.shelf.options.tagged_only || tagged())
    }

    /// The comments directly below a heading, or behind it in its line, and the place of the
    /// first among all.
    fn below(&self, head: &HeadLine) -> (usize, &'a [Comment]) {
        let mut at = head.content.end;
        let from = self
            .shelf
            .comments
            .partition_point(|it| it.range.start < at);
        let mut to = from;
        while let Some(comment) = self.shelf.comments.get(to) {
            // Tails and the `##` that closes it stand behind the text of the heading.
            let blank_from = at.max(head.heading.range.end);
            let near = comment.range.start < blank_from
                || self.shelf.page.is_blank(blank_from..comment.range.start);
            if !near || comment.is_switch() {
                break;
            }
            at = comment.range.end;
            to += 1;
        }
        (from, &self.shelf.comments[from..to])
    }

    fn claim_below(&mut self, head: &HeadLine) -> &'a [Comment] {
        let (from, comments) = self.below(head);
        self.claimed[from..from + comments.len()].fill(true);
        comments
    }

    /// The comments directly above a label, each on lines of its own.
    fn above(&self, label: &Label) -> (usize, &'a [Comment]) {
        let mut at = label.range.start;
        let to = self
            .shelf
            .comments
            .partition_point(|it| it.range.start < at);
        let mut from = to;
        while let Some(comment) = from
            .checked_sub(1)
            .and_then(|it| self.shelf.comments.get(it))
        {
            let near = self.shelf.page.is_blank(comment.range.end..at)
                && starts_line(self.shelf.page.source, comment.range.start);
            if !near || comment.is_switch() {
                break;
            }
            at = comment.range.start;
            from -= 1;
        }
        (from, &self.shelf.comments[from..to])
    }

    /// Whether there is text between a heading and what may begin or end the next note.
    fn has_text(&self, head: &HeadLine) -> bool {
        let from = head.heading.range.end;
        let Shelf { page, heads, .. } = self.shelf;
        let label = page.labels.partition_point(|it| it.range.start < from);
        let label = page.labels.get(label).map(|it| it.range.start);
        let next = heads.partition_point(|it| it.heading.range.start < from);
        let next = heads.get(next).map(|it| it.heading.range.start);
        let end = label
            .into_iter()
            .chain(next)
            .min()
            .unwrap_or(page.source.len());
        !self.shelf.page.is_blank(from..end)
    }

    fn setext(&mut self, head: &'a HeadLine, underline: &Range<usize>, sink: &mut Diagnostics) {
        if self.off {
            return;
        }
        let open = match self.open {
            Open::Nothing => None,
            Open::Heading(_) => Some(FormKind::Headings),
            Open::Label(_) => Some(FormKind::Labels),
        };
        self.underlined.push(report::setext(
            self.shelf.page,
            &head.heading,
            underline,
            open,
        ));
        self.rule(underline, sink);
    }

    fn rule(&mut self, line: &Range<usize>, sink: &mut Diagnostics) {
        match &mut self.open {
            Open::Nothing => {}
            Open::Heading(note) => note.breaks.push(line.clone()),
            Open::Label(_) => self.close(line.start, sink),
        }
    }

    fn label(&mut self, label: &'a Label, sink: &mut Diagnostics) {
        let begins = self.shelf.labels.begins(&label.name);
        if let Some((FormKind::Headings, _)) = self.form {
            if begins {
                self.others.push(label.range.clone());
            }
            return;
        }
        if let Open::Label(note) = &mut self.open
            && (!begins || note.takes(&label.name, self.shelf.types))
        {
            note.labels.push(label);
            return;
        }
        if self.sections.current().skip {
            return;
        }
        if !begins {
            self.orphans.push(label);
            return;
        }
        let (from, comments) = self.above(label);
        let end = comments
            .first()
            .map_or(label.range.start, |it| it.range.start);
        self.close(end, sink);
        let tagged = || {
            card_tag(self.shelf.page, label, &self.shelf.options.card_tag).is_some()
                || comments.iter().any(Comment::has_settings)
        };
        if self.shelf.options.tagged_only && !tagged() {
            return;
        }
        self.claimed[from..from + comments.len()].fill(true);
        self.form
            .get_or_insert((FormKind::Labels, label.range.clone()));
        self.open = Open::Label(LabelNote {
            scope: self.sections.current().clone(),
            comments,
            labels: vec![label],
        });
    }

    /// Ends the open note.
    fn close(&mut self, end: usize, sink: &mut Diagnostics) {
        let note = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => None,
            Open::Heading(note) => note.read(self.shelf.page, end, self.shelf.types, sink),
            Open::Label(note) => note.read(self.shelf.page, end, self.shelf.types, sink),
        };
        self.notes.extend(note);
    }
}
