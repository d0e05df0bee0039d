//! The fields of a line of the lock, and what can be wrong with them.

use std::borrow::Cow;
use std::str::Split;

use crate::identity::clozes::ClozeRecord;
use crate::identity::hash::Digest;
use crate::identity::lock::{NoteRecord, TypeRecord};
use crate::identity::lock_text::{KINDS, unescape};
use crate::identity::masks::MaskRecord;
use crate::identity::matching::Sketch;
use crate::identity::shared::Shared;

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
    #[error("`{0}` are no numbers and hashes of masks")]
    Masks(String),
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

    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Damage> {
        let field = self.0.next().ok_or(Damage::Short)?;
        unescape(field).ok_or(Damage::Escape)
    }

    pub(super) fn owned(&mut self) -> Result<String, Damage> {
        self.text().map(Cow::into_owned)
    }

    pub(super) fn number(&mut self) -> Result<i64, Damage> {
        let text = self.text()?;
        text.parse().map_err(|_| Damage::Number(text.into_owned()))
    }

    fn digest(&mut self) -> Result<Digest, Damage> {
        digest(&self.text()?)
    }

    /// The settings behind the fields; `set` says whether it knows one.
    fn options(
        self,
        mut set: impl FnMut(&str, Cow<'a, str>) -> Result<bool, Damage>,
    ) -> Result<(), Damage> {
        for field in self.0 {
            let (name, value) = field.split_once('=').ok_or(Damage::Long)?;
            let value = unescape(value).ok_or(Damage::Escape)?;
            if !set(name, value)? {
                return Err(Damage::Option(name.to_owned()));
            }
        }
        Ok(())
    }

    /// What is left of the line.
    pub(super) fn rest(self) -> Result<Vec<Cow<'a, str>>, Damage> {
        let texts = self.0.map(unescape);
        texts.collect::<Option<_>>().ok_or(Damage::Escape)
    }

    pub(super) fn end(mut self) -> Result<(), Damage> {
        self.0.next().map_or(Ok(()), |_| Err(Damage::Long))
    }

    pub(super) fn note(mut self, shared: &mut Shared) -> Result<NoteRecord, Damage> {
        let mut record = NoteRecord {
            guid: self.owned()?,
            note_id: self.number()?,
            modified: self.number()?,
            content: self.digest()?,
            note_type: shared.get(&self.text()?),
            path: shared.get(&self.text()?),
            heading: shared.get(&self.text()?),
            fingerprint: self.digest()?,
            rendered: None,
            sketch: None,
            place: None,
            clozes: Box::default(),
            masks: Box::default(),
        };
        self.options(|name, value| {
            match name {
                "out" => record.rendered = Some(digest(&value)?),
                "like" => {
                    let sketch = Sketch::parse(&value);
                    let damage = || Damage::Sketch(value.into_owned());
                    record.sketch = Some(sketch.ok_or_else(damage)?);
                }
                "clozes" => {
                    let clozes = value.split(',').map(cloze).collect::<Option<_>>();
                    let damage = || Damage::Clozes(value.clone().into_owned());
                    record.clozes = clozes.ok_or_else(damage)?;
                }
                "masks" => {
                    let masks = value.split(',').map(mask).collect::<Option<_>>();
                    let damage = || Damage::Masks(value.clone().into_owned());
                    record.masks = masks.ok_or_else(damage)?;
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
                "sort" => record.sort_field = value.into_owned(),
                "first" => record.first_field = value.into_owned(),
                "key" => record.key = value.into_owned(),
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

/// As [`cloze`], with a second hash behind the first.
fn mask(text: &str) -> Option<MaskRecord> {
    let (head, shape) = text.rsplit_once(':')?;
    let (number, key) = head.split_once(':')?;
    let gone = number.strip_prefix('-');
    Some(MaskRecord {
        number: gone.unwrap_or(number).parse().ok()?,
        key: Digest::parse(key)?,
        shape: Digest::parse(shape)?,
        is_live: gone.is_none(),
    })
}

fn digest(text: &str) -> Result<Digest, Damage> {
    Digest::parse(text).ok_or_else(|| Damage::Digest(text.to_owned()))
}
