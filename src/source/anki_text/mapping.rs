//! Which note type a name of Anki's means, and which field each column is.

use std::sync::Arc;

use super::header::{Header, Which};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, nearest};
use crate::model::written::WrittenType;
use crate::source::types::TypeSet;

/// One of Anki's own note types, and the shipped one that takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stock {
    /// Its name in Anki in English.
    pub name: &'static str,
    /// The key of the shipped type.
    pub key: &'static str,
    /// How many fields it has in Anki; the shipped type begins with the same ones.
    pub fields: usize,
}

/// Anki's own note types.
#[rustfmt::skip]
pub const STOCK: &[Stock] = &[
    Stock { name: "Basic", key: "basic", fields: 2 },
    Stock { name: "Basic (and reversed card)", key: "reversed", fields: 2 },
    Stock { name: "Basic (optional reversed card)", key: "optional-reversed", fields: 3 },
    Stock { name: "Basic (type in the answer)", key: "typed", fields: 2 },
    Stock { name: "Cloze", key: "cloze", fields: 2 },
];

/// What Anki calls the second field of its cloze type.
const BACK_EXTRA: &str = "Back Extra";

/// A note type, and how many of its fields columns without names fill.
type Found = Option<(Arc<WrittenType>, usize)>;

/// Finds note types by what Anki calls them.
pub(super) struct Types<'t> {
    types: &'t TypeSet,
    known: Vec<(String, Found)>,
    inherited: Option<Found>,
}

impl<'t> Types<'t> {
    pub(super) fn new(types: &'t TypeSet) -> Self {
        Self {
            types,
            known: Vec::new(),
            inherited: None,
        }
    }

    /// The type of this key or name, or the one that takes the place of Anki's own; told where
    /// there is none.
    pub(super) fn named(&mut self, name: &Spanned<String>, sink: &mut Diagnostics) -> Found {
        if let Some((_, found)) = self.known.iter().find(|it| it.0 == name.value) {
            return found.clone();
        }
        let found = self.find(&name.value);
        if found.is_none() && !self.types.broken().contains(&name.value) {
            sink.push(self.unknown(name));
        }
        self.known.push((name.value.clone(), found.clone()));
        found
    }

    fn find(&self, name: &str) -> Found {
        let all = |it: &Arc<WrittenType>| (it.clone(), it.note_type.fields().len());
        if let Some(found) = self.types.iter().find(|it| it.key == name) {
            return Some(all(found));
        }
        if let Some(found) = self.types.iter().find(|it| it.note_type.name() == name) {
            return Some(all(found));
        }
        let stock = STOCK.iter().find(|it| it.name == name)?;
        Some((self.types.get(stock.key)?.clone(), stock.fields))
    }

    /// The type of rows that name none, as what the file inherits says.
    pub(super) fn inherited(&mut self, key: &Spanned<String>, sink: &mut Diagnostics) -> Found {
        if let Some(found) = &self.inherited {
            return found.clone();
        }
        let found = self.types.resolve(key, sink).map(|it| {
            let stock = STOCK.iter().find(|stock| it.shipped && stock.key == it.key);
            let fields = stock.map_or(it.note_type.fields().len(), |it| it.fields);
            (it, fields)
        });
        self.inherited = Some(found.clone());
        found
    }

    fn unknown(&self, name: &Spanned<String>) -> Diagnostic {
        let typed = name.value.as_str();
        let title = match typed {
            "" => "the row names no note type".to_owned(),
            _ => format!("there is no note type `{typed}`"),
        };
        let found = Diagnostic::new(Code::UnknownNoteType, title)
            .at(name.span, "no key or name of a note type")
            .note("Anki takes another one without a word, or leaves the note out");
        let names = self
            .types
            .iter()
            .flat_map(|it| [it.key.as_str(), it.note_type.name()]);
        let names = names.chain(STOCK.iter().map(|it| it.name));
        match nearest(typed, names).filter(|_| name.span != Span::NONE) {
            Some(near) => found.fix("a similar name exists", name.span, near),
            None => {
                let keys: Vec<&str> = self.types.iter().map(|it| it.key.as_str()).collect();
                found.help(format!(
                    "the note types are `{}`; one of Anki's own may be called as in Anki, such as `Basic`",
                    keys.join("`, `")
                ))
            }
        }
    }
}

/// What the columns are for notes of one type.
pub(super) struct Mapping {
    pub(super) note_type: Arc<WrittenType>,
    pub(super) limit: usize,
    /// For each field its column.
    pub(super) fields: Vec<Option<usize>>,
    pub(super) tags: Option<usize>,
    /// Whether nobody says that this is the column of tags.
    pub(super) guessed: bool,
}

impl Mapping {
    pub(super) fn new(
        note_type: Arc<WrittenType>,
        limit: usize,
        header: &Header,
        width: usize,
    ) -> Self {
        let by_row = matches!(header.note_type, Which::Column(..));
        let free: Vec<usize> = (0..width).filter(|it| !is_special(*it, header)).collect();
        let fields = match &header.columns {
            Some(names) if !by_row => by_name(&note_type, names, &free),
            _ => (0..limit).map(|it| free.get(it).copied()).collect(),
        };
        let special = [header.guid, column(&header.deck)];
        let used = fields.iter().copied().chain(special).flatten().max();
        let behind = used.map_or(0, |it| it + 1);
        let guess = (behind < width && !by_row).then_some(behind);
        Self {
            note_type,
            limit,
            fields,
            guessed: header.tags_column.is_none(),
            tags: header.tags_column.or(guess),
        }
    }

    /// Whether something takes the values of this column.
    pub(super) fn takes(&self, column: usize, header: &Header) -> bool {
        self.fields.contains(&Some(column))
            || self.tags == Some(column)
            || is_special(column, header)
    }
}

/// The columns by the names of fields; the first field is never without one.
fn by_name(
    note_type: &WrittenType,
    names: &[Spanned<String>],
    free: &[usize],
) -> Vec<Option<usize>> {
    let mut fields = vec![None; note_type.note_type.fields().len()];
    for &column in free {
        let Some(name) = names.get(column) else {
            continue;
        };
        let name = match name.value.trim() {
            BACK_EXTRA if note_type.shipped => "Extra",
            name => name,
        };
        let field = note_type
            .field_index(name)
            .and_then(|it| fields.get_mut(it));
        if let Some(field @ None) = field {
            *field = Some(column);
        }
    }
    let next = free.iter().copied().find(|it| !fields.contains(&Some(*it)));
    if let Some(first) = fields.first_mut() {
        *first = first.or(next);
    }
    fields
}

fn column(which: &Which) -> Option<usize> {
    match which {
        Which::Column(column, _) => Some(*column),
        _ => None,
    }
}

fn is_special(it: usize, header: &Header) -> bool {
    let special = [
        column(&header.note_type),
        column(&header.deck),
        header.guid,
        header.tags_column,
    ];
    special.contains(&Some(it))
}
