//! Walks over a page and cuts it into notes.

use std::ops::Range;
use std::rc::Rc;

use super::comment::{Comment, Meaning};
use super::formless::Behind;
use super::heading_note::HeadingNote;
use super::item_note::ItemNote;
use super::label_note::{LabelNote, has_card_tag};
use super::labels::Labels;
use super::mask::starts_line;
use super::page::{Item, Label, Page};
use super::report;
use super::section::Sections;
use super::table::Table;
use super::tails::{HeadLine, Reading};
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::written::WrittenNote;
use crate::source::defaults::MarkdownOptions;
use crate::source::draft::NoteSettings;
use crate::source::include::Includes;
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
    pub(super) includes: &'a Includes<'a>,
}

/// A page that is being read.
pub(super) struct Reader<'a> {
    pub(super) shelf: Shelf<'a>,
    pub(super) sections: Sections,
    pub(super) notes: Vec<WrittenNote>,
    pub(super) open: Open<'a>,
    /// The form, and where it was decided.
    pub(super) form: Option<(FormKind, Range<usize>)>,
    /// What looks like notes of the other form.
    pub(super) others: Vec<Range<usize>>,
    pub(super) claimed: Vec<bool>,
    /// What is to be told of text above `---`, unless the file turns out to be prose.
    pub(super) underlined: Vec<Diagnostic>,
    /// Headings below those of notes that stand in no note: told where headings are notes.
    pub(super) deeper: Vec<Diagnostic>,
    /// Labels that stand in no note.
    pub(super) orphans: Vec<&'a Label>,
    /// The tables of notes, by where the comments above them begin.
    pub(super) tables: Vec<(usize, Rc<Table>)>,
    /// Where notes of neither form begin, in order: tables, list items, included files.
    pub(super) formless: Vec<usize>,
    /// Whether there are such notes.
    pub(super) has_formless: bool,
    /// List items that would be notes if lists were read.
    pub(super) unread_items: Vec<&'a Item>,
    /// The level of a heading with `{skip}`, below which no notes of neither form are read.
    pub(super) skipped: Option<u8>,
    /// The last table or list, behind which text belongs to nothing.
    pub(super) behind: Option<Behind>,
    /// Headings with the card tag that are none of the notes' level.
    pub(super) tagged_elsewhere: Vec<&'a HeadLine>,
    /// Where the reading of notes is switched off, and what would be notes there.
    pub(super) off: Option<(Range<usize>, usize)>,
}

/// The note whose end is not reached yet.
pub(super) enum Open<'a> {
    Nothing,
    Heading(HeadingNote<'a>),
    Label(LabelNote<'a>),
    Item(ItemNote<'a>),
}

/// What may begin or end something.
#[derive(Clone, Copy)]
enum Mark<'a> {
    Heading(&'a HeadLine),
    /// Text above `---`, which makes a heading of it.
    Setext(&'a HeadLine, &'a Range<usize>),
    Label(&'a Label),
    Rule(&'a Range<usize>),
    Item(&'a Item),
    /// A comment that stands for something at its place.
    Order(&'a Comment),
}

impl Mark<'_> {
    fn start(&self) -> usize {
        match self {
            Self::Heading(head) => head.heading.range.start,
            Self::Setext(_, underline) => underline.start,
            Self::Label(label) => label.range.start,
            Self::Rule(line) => line.start,
            Self::Item(item) => item.range.start,
            Self::Order(comment) => comment.range.start,
        }
    }
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of a page.
    pub(super) fn new(shelf: Shelf<'a>, sections: Sections) -> Self {
        let Shelf { page, comments, .. } = shelf;
        let tables: Vec<(usize, Rc<Table>)> = comments
            .iter()
            .filter_map(|it| Some((it.range.start, Rc::new(it.table(page)?))))
            .collect();
        let includes = comments
            .iter()
            .filter(|it| matches!(it.meaning, Meaning::Include(_)));
        let items = page.items.iter().filter(|_| shelf.options.inline);
        let mut formless: Vec<usize> = tables
            .iter()
            .map(|it| it.0)
            .chain(includes.map(|it| it.range.start))
            .chain(items.map(|it| it.range.start))
            .collect();
        formless.sort_unstable();
        Self {
            shelf,
            sections,
            notes: Vec::new(),
            open: Open::Nothing,
            form: None,
            others: Vec::new(),
            claimed: vec![false; shelf.comments.len()],
            underlined: Vec::new(),
            deeper: Vec::new(),
            orphans: Vec::new(),
            tables,
            formless,
            has_formless: false,
            unread_items: Vec::new(),
            skipped: None,
            behind: None,
            tagged_elsewhere: Vec::new(),
            off: None,
        }
    }

    /// The notes of the page.
    pub(super) fn read(mut self, sink: &mut Diagnostics) -> Vec<WrittenNote> {
        for mark in self.marks() {
            self.look_behind(mark.start(), sink);
            if let Some((_, count)) = &mut self.off
                && !matches!(mark, Mark::Order(_) | Mark::Heading(_))
            {
                let label = match mark {
                    Mark::Label(label) => self.shelf.labels.begins(&label.name),
                    Mark::Item(_) => self.shelf.options.inline,
                    _ => false,
                };
                *count += usize::from(label);
                continue;
            }
            match mark {
                Mark::Order(comment) => self.order(comment, sink),
                Mark::Heading(head) => self.heading(head, sink),
                Mark::Setext(head, underline) => self.setext(head, underline, sink),
                Mark::Label(label) => self.label(label, sink),
                Mark::Rule(line) => self.rule(line, sink),
                Mark::Item(item) => self.item(item, sink),
            }
        }
        let end = self.shelf.page.source.len();
        self.look_behind(end, sink);
        self.close(end, sink);
        if let Some((form, _)) = &self.form {
            for diagnostic in std::mem::take(&mut self.underlined) {
                sink.push(diagnostic);
            }
            if *form == FormKind::Headings {
                for diagnostic in std::mem::take(&mut self.deeper) {
                    sink.push(diagnostic);
                }
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
        let orders = self
            .shelf
            .comments
            .iter()
            .filter(|it| it.stands_alone())
            .map(Mark::Order);
        let mut marks: Vec<Mark<'a>> = headings
            .chain(self.shelf.page.labels.iter().map(Mark::Label))
            .chain(self.shelf.page.rules.iter().map(Mark::Rule))
            .chain(self.shelf.page.items.iter().map(Mark::Item))
            .chain(orders)
            .collect();
        marks.sort_by_key(Mark::start);
        marks
    }

    fn heading(&mut self, head: &'a HeadLine, sink: &mut Diagnostics) {
        let level = head.heading.level;
        let at = head.heading.range.start;
        if self.off.is_some() {
            if level < self.shelf.options.note_level {
                self.section(head, true, sink);
            } else if self.is_note(head)
                && let Some((_, count)) = &mut self.off
            {
                *count += 1;
            }
            return;
        }
        if self.skipped.is_some_and(|it| level <= it) {
            self.skipped = None;
        }
        let note = !self.sections_skip(level) && self.is_note(head);
        let elsewhere = !note && level != self.shelf.options.note_level;
        if let Some((FormKind::Labels, _)) = self.form {
            // A deeper heading ends a label note, too; what it takes along must not be lost.
            let cuts = !matches!(self.open, Open::Nothing) && level > self.shelf.options.note_level;
            self.close(at, sink);
            if (note || cuts) && self.has_text(head) {
                self.others.push(head.heading.range.clone());
            } else if elsewhere {
                self.note_tagged(head);
            }
            self.behind = None;
            self.section(head, true, sink);
            return;
        }
        if elsewhere {
            self.note_tagged(head);
        }
        let above_formless = self.is_above_formless(head);
        if note {
            self.close(at, sink);
            self.behind = None;
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
            Open::Heading(open)
                if level > note_level.max(open.head.heading.level) && !above_formless =>
            {
                open.inner.push(&head.heading);
            }
            _ => {
                self.close(at, sink);
                if !above_formless && self.loses_text(head) {
                    let found = report::deeper(self.shelf.page, head, note_level);
                    self.deeper.push(found);
                }
                if above_formless || level <= note_level {
                    self.behind = None;
                }
                if head.tails.has_word(self.shelf.page, "skip") {
                    self.skipped = Some(level);
                }
                // A heading that is no section of notes is prose, and so are its braces.
                self.section(head, level < note_level || above_formless, sink);
            }
        }
    }

    /// Whether a heading that stands in no note is of a level below that of notes, and has text that
    /// goes with it.
    fn loses_text(&mut self, head: &HeadLine) -> bool {
        let (level, options) = (head.heading.level, self.shelf.options);
        level > options.note_level
            && !options.tagged_only
            && self.skipped.is_none()
            && self.behind.is_none()
            && !head.tails.has_word(self.shelf.page, "skip")
            && !self.sections_skip(level)
            && self.has_text(head)
    }

    /// Remembers a heading that carries the card tag, where that makes no note of it.
    fn note_tagged(&mut self, head: &'a HeadLine) {
        let page = self.shelf.page;
        let options = self.shelf.options;
        let tagged = head.tails.card_tag || head.tails.has_tag(page, &options.card_tag);
        let meant = options.tagged_only && tagged && !head.tails.has_word(page, "skip");
        if meant && !self.sections_skip(head.heading.level) {
            self.tagged_elsewhere.push(head);
        }
    }

    /// Whether a heading of this level stands in a section that is left out.
    fn sections_skip(&mut self, level: u8) -> bool {
        self.sections.above(level).skip
    }

    fn section(&mut self, head: &HeadLine, with_settings: bool, sink: &mut Diagnostics) {
        let settings = if with_settings {
            head.tails.settings(self.shelf.page, self.shelf.types, sink)
        } else {
            NoteSettings::default()
        };
        let title = self.shelf.page.text(head.tails.content.clone());
        self.sections
            .enter(head.heading.level, title, settings, self.shelf.types, sink);
    }

    fn is_note(&self, head: &HeadLine) -> bool {
        let page = self.shelf.page;
        if head.tails.has_word(page, "note") {
            return true;
        }
        // What has nothing but a table or list of notes below it is the title of that.
        if self.is_above_formless(head) {
            return false;
        }
        let here = head.heading.level == self.shelf.options.note_level
            && !head.tails.has_word(page, "skip");
        let tagged = || {
            head.tails.card_tag
                || head.tails.has_tag(page, &self.shelf.options.card_tag)
                || self.below(head).1.iter().any(Comment::has_settings)
        };
        here && (!self.shelf.options.tagged_only || tagged())
    }

    /// The comments directly below a heading, or behind it in its line, and the place of the
    /// first among all.
    fn below(&self, head: &HeadLine) -> (usize, &'a [Comment]) {
        let mut at = head.tails.content.end;
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
            if !near || comment.stands_alone() {
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
            if !near || comment.stands_alone() {
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
        let open = match self.open {
            Open::Nothing | Open::Item(_) => None,
            Open::Heading(_) => Some(FormKind::Headings),
            Open::Label(_) => Some(FormKind::Labels),
        };
        self.note_tagged(head);
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
            Open::Nothing => {
                if let Some(behind) = &mut self.behind {
                    behind.from = line.end;
                }
            }
            Open::Heading(note) => note.breaks.push(line.clone()),
            Open::Label(_) | Open::Item(_) => self.close(line.start, sink),
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
            has_card_tag(self.shelf.page, label, self.reading())
                || comments.iter().any(Comment::has_settings)
        };
        if self.shelf.options.tagged_only && !tagged() {
            return;
        }
        self.behind = None;
        self.claimed[from..from + comments.len()].fill(true);
        self.form
            .get_or_insert((FormKind::Labels, label.range.clone()));
        self.open = Open::Label(LabelNote {
            scope: self.sections.current().clone(),
            comments,
            labels: vec![label],
        });
    }

    fn reading(&self) -> Reading<'a> {
        Reading {
            options: self.shelf.options,
            curly: self.sections.current().defaults.settings.curly,
            types: self.shelf.types,
        }
    }

    /// Ends the open note.
    pub(super) fn close(&mut self, end: usize, sink: &mut Diagnostics) {
        let note = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => None,
            Open::Heading(note) => note.read(self.shelf.page, end, self.shelf.types, sink),
            Open::Label(note) => note.read(self.shelf.page, end, self.shelf.types, sink),
            Open::Item(note) => note.read(self.shelf.page, end, self.shelf.types, sink),
        };
        self.notes.extend(note);
    }
}
