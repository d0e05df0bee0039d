//! Notes that stand in files of both forms, while a page is read: tables, list items and what is
//! included.

use std::ops::Range;
use std::rc::Rc;

use super::comment::{Comment, Meaning};
use super::item_note::ItemNote;
use super::near_misses;
use super::page::Item;
use super::reader::{Open, Reader, Shelf};
use super::table::Table;
use super::table_notes::TableNotes;
use super::tails::HeadLine;
use crate::diag::{Diagnostics, Spanned};

/// What a table or list of notes leaves behind.
#[derive(Debug, Clone)]
pub(super) struct Behind {
    pub(super) from: usize,
    /// The beginning of the note that it cut off.
    pub(super) cut: Option<Range<usize>>,
}

impl<'a> Reader<'a> {
    /// Whether notes of neither form are the first that stands below a heading.
    pub(super) fn is_above_formless(&self, head: &HeadLine) -> bool {
        let from = head.heading.range.end;
        let next = self.formless.partition_point(|&it| it < from);
        let next = self.formless.get(next);
        next.is_some_and(|&next| self.shelf.page.is_blank(from..next))
    }

    pub(super) fn item(&mut self, item: &'a Item, sink: &mut Diagnostics) {
        if let Open::Item(open) = &self.open
            && item.range.start < open.item.range.end
        {
            return;
        }
        if !self.shelf.options.inline {
            if matches!(self.open, Open::Nothing) {
                self.unread_items.push(item);
            }
            return;
        }
        let (from, comments) = self.inside(item);
        self.claimed[from..from + comments.len()].fill(true);
        self.formless(item.range.start, item.range.end, sink);
        if self.skips_formless() {
            return;
        }
        self.open = Open::Item(ItemNote {
            item,
            scope: self.sections.current().clone(),
            comments,
        });
    }

    /// The comments behind the first line of an item or directly below it, and the place of the
    /// first among all.
    fn inside(&self, item: &Item) -> (usize, &'a [Comment]) {
        let Shelf { page, comments, .. } = self.shelf;
        let from = comments.partition_point(|it| it.range.start < item.content.end);
        let rest = comments.get(from..).unwrap_or_default();
        let mut at = item.content.end;
        let near = rest.iter().take_while(|it| {
            let near = it.range.start < item.range.end.max(page.line(item.content.end).end)
                && page.is_blank(at..it.range.start)
                && !it.stands_alone();
            at = it.range.end;
            near
        });
        let count = near.count();
        (from, rest.get(..count).unwrap_or_default())
    }

    /// A comment that stands for something at its place.
    pub(super) fn order(&mut self, comment: &'a Comment, sink: &mut Diagnostics) {
        match &comment.meaning {
            Meaning::Off => {
                self.close(comment.range.start, sink);
                self.off.get_or_insert((comment.range.clone(), 0));
            }
            Meaning::On => {
                self.close(comment.range.start, sink);
                self.off = None;
            }
            _ if self.off.is_some() => {
                let is_table = self.table_of(comment).is_some();
                if let Some((_, count)) = &mut self.off {
                    *count += usize::from(is_table);
                }
            }
            Meaning::Table(note_type) => self.table(comment, note_type.as_ref(), sink),
            Meaning::Include(path) => {
                self.formless(comment.range.start, comment.range.end, sink);
                let scope = self.sections.current().clone();
                if !self.skips_formless() {
                    let Shelf {
                        includes, types, ..
                    } = self.shelf;
                    let notes = includes.notes(path, &scope.defaults, types, sink);
                    self.notes.extend(notes);
                }
            }
            Meaning::Remark | Meaning::Mapping(_) => {}
        }
    }

    /// The table that a comment announces.
    pub(super) fn table_of(&self, comment: &Comment) -> Option<Rc<Table>> {
        let at = comment.range.start;
        let found = self.tables.binary_search_by_key(&at, |it| it.0).ok()?;
        self.tables.get(found).map(|it| it.1.clone())
    }

    fn table(
        &mut self,
        comment: &'a Comment,
        note_type: Option<&Spanned<String>>,
        sink: &mut Diagnostics,
    ) {
        let Some(table) = self.table_of(comment) else {
            near_misses::no_table(self.shelf.page, comment, sink);
            return;
        };
        let last = table.rows.last().map_or(&table.delimiter, |it| &it.range);
        self.formless(comment.range.start, last.end, sink);
        let scope = self.sections.current().clone();
        if self.skips_formless() {
            return;
        }
        let notes = TableNotes {
            page: self.shelf.page,
            table: &table,
            scope,
            note_type,
            types: self.shelf.types,
        };
        self.notes.extend(notes.read(sink));
    }

    fn skips_formless(&self) -> bool {
        self.skipped.is_some() || self.sections.current().skip
    }

    /// Ends what is open for notes of neither form, which reach from `start` to `end`.
    fn formless(&mut self, start: usize, end: usize, sink: &mut Diagnostics) {
        let cut = match &self.open {
            Open::Heading(note) => Some(note.head.heading.range.clone()),
            Open::Label(note) => note.labels.first().map(|it| it.range.clone()),
            Open::Nothing | Open::Item(_) => None,
        };
        self.close(start, sink);
        let before = self.behind.take().and_then(|it| it.cut);
        self.behind = Some(Behind {
            from: end,
            cut: cut.or(before),
        });
        self.has_formless = true;
    }

    /// Tells text between a table or list that cut a note off, and what follows at `next`.
    pub(super) fn look_behind(&mut self, next: usize, sink: &mut Diagnostics) {
        let Some(behind) = &mut self.behind else {
            return;
        };
        let from = behind.from;
        if next < from {
            return;
        }
        behind.from = next;
        let page = self.shelf.page;
        if let Some(cut) = &behind.cut
            && !page.is_blank(from..next)
        {
            sink.push(near_misses::cut_off(page, from..next, cut));
            behind.cut = None;
        }
    }
}
