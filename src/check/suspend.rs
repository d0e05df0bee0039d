//! Which cards a note's `suspend` means.

use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::model::written::{WrittenNote, WrittenSuspend};
use crate::model::{NoteTypeKind, Suspend};

/// The cards that begin suspended. A name that is no card template, and a number that is no
/// cloze, are told.
pub fn suspended_cards(note: &WrittenNote, sink: &mut Diagnostics) -> Suspend {
    let names = match &note.suspend {
        WrittenSuspend::None => return Suspend::None,
        WrittenSuspend::All => return Suspend::All,
        WrittenSuspend::Cards(names) => names,
    };
    let note_type = &note.note_type.note_type;
    let mut ords = Vec::new();
    for name in names {
        let found = match note_type.kind() {
            NoteTypeKind::Cloze => {
                let number = name
                    .value
                    .trim_start_matches(['c', 'C'])
                    .parse::<u16>()
                    .ok();
                number
                    .filter(|it| (1..=500).contains(it))
                    .map(|number| number - 1)
            }
            NoteTypeKind::Normal => {
                let wanted = name.value.to_lowercase();
                let at = note_type
                    .templates()
                    .iter()
                    .position(|it| it.name().to_lowercase() == wanted);
                at.and_then(|at| u16::try_from(at).ok())
            }
        };
        if let Some(ord) = found {
            ords.push(ord);
            continue;
        }
        let title = format!(
            "`{}` is no card of note type `{}`",
            name.value, note.note_type.key
        );
        let mut diagnostic = Diagnostic::new(Code::BadValue, title).at(name.span, "not a card");
        if note_type.kind() == NoteTypeKind::Cloze {
            diagnostic =
                diagnostic.help("name cards of a cloze note by their numbers, such as `[1, 3]`");
        } else {
            let templates: Vec<&str> = note_type.templates().iter().map(|it| it.name()).collect();
            diagnostic = match nearest(&name.value, templates.iter().copied()) {
                Some(near) => diagnostic.fix(
                    "a card template with a similar name exists",
                    name.span,
                    near,
                ),
                None => diagnostic.help(format!(
                    "the card templates are `{}`",
                    templates.join("`, `")
                )),
            };
        }
        sink.push(diagnostic);
    }
    Suspend::Cards(ords)
}
