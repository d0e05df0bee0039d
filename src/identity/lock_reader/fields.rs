//! The fields of a line of the lock, and what can be wrong with them.

use std::str::Split;

use crate::identity::clozes::ClozeRecord;
use crate::identity::hash::Digest;
use crate::identity::lock::{NoteRecord, TypeRecord};
use crate::identity::lock_text::{KINDS, unescape};
use crate::identity::matching::Sketch;

/// What is wrong with a line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Damage {
    #[error("`{0}` begins no line of a lock")]
    Kind(String),
    #[error("the line is cut off")]
    Short,
    #[error("the line has more than belongs into it")]
    Long,
    #[error("`{0}` is no number")]
    Number(String),
    #[error("`{0}` are not 16 hexadecimal digits")]
    Digest(String),
    #[error("`{0}` are not 32 hexadecimal digits")]
    Sketch(String),
    #[error("`{0}` are no numbers and hashes of clozes")]
    Clozes(String),
    #[error("a `%` without two digits behind it")]
    Escape,
    #[error("`{0}` is no setting of such a line")]
    Option(String),
    #[error("there is no line for the note type `{0}`")]
    NoType(String),
}

/// The fields of a line, one after another.
pub(super) struct Fields<'a>(Split<'a, char>);

impl<'a> Fields<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        Self(line.split('\t'))
    }

    pub(super) fn text(&mut self) -> Result<String, Damage> {
        let field = self.0.next().ok_or(Damage::Short)?;
        Ok(unescape(field).ok_or(Damage::Escape)?.into_owned())
    }

    pub(super) fn number(&mut self) -> Result<i64, Damage> {
        let text = self.text()?;
        text.parse().map_err(|_| Damage::Number(text))
    }

    fn digest(&mut self) -> Result<Digest, Damage> {
        digest(self.text()?)
    }

    /// The settings behind the fields; `set` says whether it knows one.
    fn options(
        self,
        mut set: impl FnMut(&str, String) -> Result<bool, Damage>,
    ) -> Result<(), Damage> {
        for field in self.0 {
            let (name, value) = field.split_once('=').ok_or(Damage::Long)?;
            let value = unescape(value).ok_or(Damage::Escape)?.into_owned();
            if !set(name, value)? {
                return Err(Damage::Option(name.to_owned()));
            }
        }
        Ok(())
    }

    /// What is left of the line.
    pub(super) fn rest(self) -> Result<Vec<String>, Damage> {
        let texts = self.0.map(|it| Some(unescape(it)?.into_owned()));
        texts.collect::<Option<_>>().ok_or(Damage::Escape)
    }

    pub(super) fn end(mut self) -> Result<(), Damage> {
        self.0.next().map_or(Ok(()), |_| Err(Damage::Long))
    }

    pub(super) fn note(mut self) -> Result<NoteRecord, Damage> {
        let mut record = NoteRecord {
            guid: self.text()?,
            note_id: self.number()?,
            modified: self.number()?,
            content: self.digest()?,
            note_type: self.text()?,
            path: self.text()?,
            heading: self.text()?,
            fingerprint: self.digest()?,
            rendered: None,
            sketch: None,
            place: None,
            clozes: Box::default(),
        };
        self.options(|name, value| {
            match name {
                "out" => record.rendered = Some(digest(value)?),
                "like" => {
                    record.sketch = Some(Sketch::parse(&value).ok_or(Damage::Sketch(value))?);
                }
                "clozes" => {
                    let clozes = value.split(',').map(cloze).collect::<Option<_>>();
                    record.clozes = clozes.ok_or(Damage::Clozes(value))?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(record)
    }

    pub(super) fn note_type(mut self, identity: &str) -> Result<TypeRecord, Damage> {
        let mut record = TypeRecord {
            key: identity.to_owned(),
            id: self.number()?,
            modified: self.number()?,
            content: self.digest()?,
            schema: self.digest()?,
            kind: None,
            sort_field: String::new(),
            first_field: String::new(),
            fields: Vec::new(),
            templates: Vec::new(),
        };
        self.options(|name, value| {
            match name {
                "kind" => match KINDS.iter().find(|(_, word)| *word == value) {
                    Some((kind, _)) => record.kind = Some(*kind),
                    None => return Ok(false),
                },
                "sort" => record.sort_field = value,
                "first" => record.first_field = value,
                "key" => record.key = value,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(record)
    }
}

/// `3:` and a hash; `-3:` of one that is gone.
fn cloze(text: &str) -> Option<ClozeRecord> {
    let (number, hash) = text.split_once(':')?;
    let gone = number.strip_prefix('-');
    Some(ClozeRecord {
        number: gone.unwrap_or(number).parse().ok()?,
        text: Digest::parse(hash)?,
        is_live: gone.is_none(),
    })
}

fn digest(text: String) -> Result<Digest, Damage> {
    Digest::parse(&text).ok_or(Damage::Digest(text))
}
