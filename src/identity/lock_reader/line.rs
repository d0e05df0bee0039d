//! What a line of the lock says.

use std::borrow::Cow;
use std::sync::Arc;

use super::fields::{Damage, Fields};
use crate::identity::lock::{FieldRecord, MediaRecord, NoteRecord, TypeRecord};
use crate::identity::lock_text::END;
use crate::identity::shared::Shared;

/// A line, by the word in front of it.
#[derive(Debug)]
pub(super) enum Line<'a> {
    Note {
        is_live: bool,
        id: Arc<str>,
        record: NoteRecord,
    },
    Type {
        identity: String,
        record: TypeRecord,
    },
    Part {
        part: Part,
        identity: String,
        record: FieldRecord,
    },
    Media(MediaRecord),
    /// The notes of a file, in their order.
    Order {
        path: Cow<'a, str>,
        ids: Vec<Cow<'a, str>>,
    },
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Field,
    Template,
}

impl<'a> Line<'a> {
    pub(super) fn read(line: &'a str, shared: &mut Shared) -> Result<Self, Damage> {
        let mut fields = Fields::of(line);
        let kind = fields.text()?;
        Ok(match &*kind {
            "note" | "gone" => Self::Note {
                is_live: kind == "note",
                id: fields.text()?.into(),
                record: fields.note(shared)?,
            },
            "type" => {
                let identity = fields.owned()?;
                let record = fields.note_type(&identity)?;
                Self::Type { identity, record }
            }
            "field" | "template" => {
                let part = if kind == "field" {
                    Part::Field
                } else {
                    Part::Template
                };
                let identity = fields.owned()?;
                let record = FieldRecord {
                    key: fields.owned()?,
                    id: fields.number()?,
                    name: fields.owned()?,
                };
                fields.end()?;
                Self::Part {
                    part,
                    identity,
                    record,
                }
            }
            "media" => {
                let record = MediaRecord {
                    content: fields.owned()?,
                    name: fields.owned()?,
                };
                fields.end()?;
                Self::Media(record)
            }
            "order" => Self::Order {
                path: fields.text()?,
                ids: fields.rest()?,
            },
            END => {
                fields.end()?;
                Self::End
            }
            _ => return Err(Damage::Kind(kind.into_owned())),
        })
    }
}
