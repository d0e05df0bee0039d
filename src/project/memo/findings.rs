//! Findings as bytes, and what else a report tells.

use super::bytes::{Kept, Reader, Writer, one_of, put_one_of};
use crate::diag::{Code, Diagnostic, Diagnostics, Fix, Label, Severity};
use crate::project::{FileNotes, Statistics};

const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Error];

impl Kept for Diagnostics {
    fn write(&self, to: &mut Writer) {
        to.length(self.iter().len());
        self.iter().for_each(|it| to.put(it));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut found = Self::new();
        for _ in 0..from.length()? {
            found.push(from.get()?);
        }
        Some(found)
    }
}

impl Kept for Diagnostic {
    fn write(&self, to: &mut Writer) {
        put_one_of(Code::ALL, self.code, to);
        put_one_of(&SEVERITIES, self.severity, to);
        to.put(&self.message);
        to.put(&self.labels);
        to.put(&self.notes);
        to.put(&self.helps);
        to.put(&self.fix);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            code: one_of(Code::ALL, from)?,
            severity: one_of(&SEVERITIES, from)?,
            message: from.get()?,
            labels: from.get()?,
            notes: from.get()?,
            helps: from.get()?,
            fix: from.get()?,
        })
    }
}

impl Kept for Label {
    fn write(&self, to: &mut Writer) {
        to.put(&self.span);
        to.put(&self.text);
        to.put(&self.primary);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            span: from.get()?,
            text: from.get()?,
            primary: from.get()?,
        })
    }
}

impl Kept for Fix {
    fn write(&self, to: &mut Writer) {
        to.put(&self.message);
        to.put(&self.edits);
        to.put(&self.certain);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            message: from.get()?,
            edits: from.get()?,
            certain: from.get()?,
        })
    }
}

impl Kept for Statistics {
    fn write(&self, to: &mut Writer) {
        for count in [self.files, self.notes, self.cards, self.media] {
            to.length(count);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            files: from.get()?,
            notes: from.get()?,
            cards: from.get()?,
            media: from.get()?,
        })
    }
}

impl Kept for FileNotes {
    fn write(&self, to: &mut Writer) {
        to.put(&self.path);
        to.length(self.notes);
        to.length(self.cards);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            path: from.get()?,
            notes: from.get()?,
            cards: from.get()?,
        })
    }
}
