//! Which note type, field and card template is this? The lock knows them by the key that they had
//! first, so that a new name changes no id, and learners keep their notes and cards.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lock::{FieldRecord, Lock, TypeRecord};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, nearest};
use crate::model::stable_id;
use crate::model::written::{Given, WrittenType};

/// The types with the identities and ids that the lock has for them; those that it does not know
/// get new ones. A `was` that leads nowhere, and names that two lay claim to, are told. Types that
/// ship with deckle stay as they are.
#[must_use]
pub fn known_types(
    types: &[Arc<WrittenType>],
    lock: &Lock,
    uid: &str,
    sink: &mut Diagnostics,
) -> Vec<Arc<WrittenType>> {
    let own: Vec<&Arc<WrittenType>> = types.iter().filter(|it| !it.shipped).collect();
    let wanted: Vec<Wanted<'_>> = own
        .iter()
        .map(|it| Wanted {
            name: &it.key,
            key: None,
            was: it.was.as_ref(),
            span: it.span,
        })
        .collect();
    let records: Vec<(&String, &TypeRecord)> = lock.types.iter().collect();
    let known: Vec<Known<'_>> = records
        .iter()
        .map(|(identity, record)| Known {
            key: identity,
            name: &record.key,
        })
        .collect();
    let place = Place {
        what: "note type",
        within: lock.name().to_owned(),
    };
    let claims = claim(&wanted, &known, &place, sink);
    // A type that is gone keeps its identity.
    let mut taken: BTreeSet<String> = lock.types.keys().cloned().collect();
    let mut identified = own.iter().zip(claims).map(|(written, claim)| {
        let known = claim.and_then(|at| records.get(at));
        let identity = match known {
            Some((identity, _)) => (*identity).clone(),
            None => unused(&written.identity, &mut taken),
        };
        let known = known.map(|(_, record)| *record);
        Arc::new(identify(written, identity, known, lock.name(), uid, sink))
    });
    let all = types.iter().map(|it| {
        let own = (!it.shipped).then(|| identified.next()).flatten();
        own.unwrap_or_else(|| it.clone())
    });
    all.collect()
}

fn identify(
    written: &WrittenType,
    identity: String,
    known: Option<&TypeRecord>,
    lock: &str,
    uid: &str,
    sink: &mut Diagnostics,
) -> WrittenType {
    let note_type = &written.note_type;
    let id = match known {
        Some(record) if !written.has_id => record.id,
        None if !written.has_id && identity != written.identity => {
            stable_id(&[uid, "note type", &identity])
        }
        _ => note_type.id(),
    };
    let place = |what| Place {
        what,
        within: format!("note type `{}` in {lock}", written.key),
    };
    let mut identified = WrittenType {
        identity,
        ..written.clone()
    };
    let fields: Vec<Part<'_>> = note_type
        .fields()
        .iter()
        .zip(&written.fields)
        .map(|(field, it)| Part {
            name: field.name(),
            key: &it.key,
            id: field.id.unwrap_or_default(),
            given: &it.given,
        })
        .collect();
    let templates: Vec<Part<'_>> = note_type
        .templates()
        .iter()
        .zip(&written.templates)
        .map(|(template, it)| Part {
            name: template.name(),
            key: &it.key,
            id: template.id.unwrap_or_default(),
            given: &it.given,
        })
        .collect();
    let derive = |kind: &str, key: &str| stable_id(&[uid, kind, &identified.identity, key]);
    let fields = parts(
        &fields,
        known.map_or(&[][..], |it| &it.fields),
        &place("field"),
        &|key| derive("field", key),
        sink,
    );
    let templates = parts(
        &templates,
        known.map_or(&[][..], |it| &it.templates),
        &place("card template"),
        &|key| derive("template", key),
        sink,
    );
    let ids = |parts: &[(String, i64)]| parts.iter().map(|(_, id)| *id).collect::<Vec<_>>();
    let first = known.map(|it| it.first_field.as_str());
    let first = first.and_then(|first| fields.iter().position(|(key, _)| key == first));
    identified.first_field = first.unwrap_or_default();
    identified.note_type = note_type.with_ids(id, &ids(&fields), &ids(&templates));
    for (field, (key, _)) in identified.fields.iter_mut().zip(fields) {
        field.key = key;
    }
    for (template, (key, _)) in identified.templates.iter_mut().zip(templates) {
        template.key = key;
    }
    identified
}

/// A field or card template as written.
struct Part<'a> {
    name: &'a str,
    key: &'a str,
    id: i64,
    given: &'a Given,
}

/// Keys and ids of fields or card templates, in their order.
fn parts(
    parts: &[Part<'_>],
    known: &[FieldRecord],
    place: &Place,
    derive: &dyn Fn(&str) -> i64,
    sink: &mut Diagnostics,
) -> Vec<(String, i64)> {
    let wanted: Vec<Wanted<'_>> = parts
        .iter()
        .map(|it| Wanted {
            name: it.name,
            key: it.given.key.then_some(it.key),
            was: it.given.was.as_ref(),
            span: it.given.span,
        })
        .collect();
    let names: Vec<Known<'_>> = known
        .iter()
        .map(|it| Known {
            key: &it.key,
            name: &it.name,
        })
        .collect();
    let claims = claim(&wanted, &names, place, sink);
    let given_key = |it: &Part<'_>| it.given.key.then(|| it.key.to_owned());
    // Keys that are known or given come first: new ones keep out of their way.
    let mut keys: Vec<Option<String>> = parts
        .iter()
        .zip(&claims)
        .map(|(part, claim)| {
            let known = claim.and_then(|at| known.get(at));
            given_key(part).or_else(|| known.map(|it| it.key.clone()))
        })
        .collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (part, key) in parts.iter().zip(&keys) {
        if let Some(key) = key
            && !taken.insert(key.clone())
        {
            let title = format!("two of the {}s have the key `{key}`", place.what);
            sink.push(
                Diagnostic::new(Code::BadNoteType, title)
                    .at(part.given.span, "the second one")
                    .help("give it another `key`, or none"),
            );
        }
    }
    for (part, key) in parts.iter().zip(&mut keys) {
        if key.is_none() {
            *key = Some(unused(part.key, &mut taken));
        }
    }
    let with_claims = parts.iter().zip(keys).zip(claims);
    with_claims
        .map(|((part, key), claim)| {
            let key = key.unwrap_or_default();
            let known = claim.and_then(|at| known.get(at));
            let id = match known {
                _ if part.given.id => part.id,
                Some(record) => record.id,
                None => derive(&key),
            };
            (key, id)
        })
        .collect()
}

/// The key, or where it is taken one that is made of it.
fn unused(key: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = key.to_owned();
    let mut number = 1;
    while !taken.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{key}~{number}");
    }
    candidate
}

/// What stands in the sources.
struct Wanted<'a> {
    name: &'a str,
    key: Option<&'a str>,
    was: Option<&'a Spanned<String>>,
    span: Span,
}

/// What stands in the lock.
struct Known<'a> {
    key: &'a str,
    name: &'a str,
}

/// Words for findings.
struct Place {
    what: &'static str,
    within: String,
}

/// Whether something in the sources is what the lock knows, by one of their words.
type Fits = dyn Fn(&Wanted<'_>, &Known<'_>) -> bool;

/// Which of the known ones each wanted one is: by what `was` says, its key, its name, its name in
/// other letter case, its first name.
fn claim(
    wanted: &[Wanted<'_>],
    known: &[Known<'_>],
    place: &Place,
    sink: &mut Diagnostics,
) -> Vec<Option<usize>> {
    let mut claims: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut owners: Vec<Option<usize>> = vec![None; known.len()];
    for (index, it) in wanted.iter().enumerate() {
        let Some(was) = it.was else { continue };
        match by_was(it, was, wanted, known, place, sink) {
            None => {}
            Some(at) => match owners.get_mut(at) {
                Some(owner @ None) => {
                    *owner = Some(index);
                    claims[index] = Some(at);
                }
                Some(Some(owner)) => sink.push(taken(
                    was,
                    wanted.get(*owner).map_or(Span::NONE, |it| it.span),
                    place,
                )),
                None => {}
            },
        }
    }
    let rounds: [&Fits; 4] = [
        &|wanted, known| wanted.key == Some(known.key),
        &|wanted, known| wanted.name == known.name,
        &|wanted, known| wanted.name.to_lowercase() == known.name.to_lowercase(),
        &|wanted, known| wanted.key.is_none() && wanted.name == known.key,
    ];
    for fits in rounds {
        for (index, it) in wanted.iter().enumerate() {
            if claims[index].is_some() {
                continue;
            }
            let free = |at: &usize| owners[*at].is_none();
            let found = (0..known.len())
                .filter(free)
                .find(|at| fits(it, &known[*at]));
            if let Some(at) = found {
                owners[at] = Some(index);
                claims[index] = Some(at);
            }
        }
    }
    claims
}

/// The known one that `was` names; what it does not lead to is told.
fn by_was(
    it: &Wanted<'_>,
    was: &Spanned<String>,
    wanted: &[Wanted<'_>],
    known: &[Known<'_>],
    place: &Place,
    sink: &mut Diagnostics,
) -> Option<usize> {
    // The lock learned of the new name at an earlier build: nothing is left to do.
    if let Some(done) = known.iter().find(|known| known.name == it.name) {
        if done.key != was.value {
            sink.push(without_effect(was, place));
        }
        return None;
    }
    let by_name = known.iter().position(|it| it.name == was.value);
    let still_there = wanted
        .iter()
        .find(|other| other.was.is_none() && other.name == was.value);
    if let (Some(_), Some(other)) = (by_name, still_there) {
        sink.push(taken(was, other.span, place));
        return None;
    }
    let found = by_name.or_else(|| known.iter().position(|it| it.key == was.value));
    // Where nothing is known there is nothing to carry over yet.
    if found.is_none() && !known.is_empty() {
        sink.push(unknown(was, known, place));
    }
    found
}

fn unknown(was: &Spanned<String>, known: &[Known<'_>], place: &Place) -> Diagnostic {
    let title = format!(
        "there is no {} `{}` in {}",
        place.what, was.value, place.within
    );
    let diagnostic =
        Diagnostic::new(Code::WasUnknown, title).at(was.span, "nothing is carried over");
    let names: Vec<&str> = known.iter().map(|it| it.name).collect();
    match nearest(&was.value, names.iter().copied()) {
        Some(near) => diagnostic.fix("one with a similar name exists", was.span, near),
        None => diagnostic.help(format!(
            "at the last build there were `{}`; without an old name remove `was`",
            names.join("`, `")
        )),
    }
}

fn without_effect(was: &Spanned<String>, place: &Place) -> Diagnostic {
    let title = format!("`was: {}` has no effect any more", was.value);
    Diagnostic::new(Code::WasUnknown, title)
        .info()
        .at(
            was.span,
            format!("this {} is known by its new name", place.what),
        )
        .help("remove it")
}

fn taken(was: &Spanned<String>, other: Span, place: &Place) -> Diagnostic {
    let title = format!("two {}s lay claim to `{}`", place.what, was.value);
    Diagnostic::new(Code::WasTaken, title)
        .at(was.span, "the one that was called so")
        .also(other, "and this one")
        .note("an old name belongs to one of them: it decides whose content learners keep")
        .help("remove `was` here, or say with `was` what the other one was called")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Named<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

    /// Names, given keys and old names; keys and names that are known; the keys that are found.
    fn check(wanted: &[Named<'_>], known: &[(&str, &str)], expect: &[Option<&str>], told: &[Code]) {
        let given: Vec<Option<Spanned<String>>> = wanted
            .iter()
            .map(|(.., was)| was.map(|it| Spanned::new(it.to_owned(), Span::NONE)))
            .collect();
        let wants: Vec<Wanted<'_>> = wanted
            .iter()
            .zip(&given)
            .map(|((name, key, _), was)| Wanted {
                name,
                key: *key,
                was: was.as_ref(),
                span: Span::NONE,
            })
            .collect();
        let knows: Vec<Known<'_>> = known
            .iter()
            .map(|(key, name)| Known { key, name })
            .collect();
        let place = Place {
            what: "field",
            within: "a lock".to_owned(),
        };
        let mut sink = Diagnostics::new();
        let found = claim(&wants, &knows, &place, &mut sink);
        let found: Vec<Option<&str>> = found.iter().map(|at| at.map(|at| known[at].0)).collect();
        assert_eq!(found, expect, "{wanted:?} {known:?}");
        let codes: Vec<Code> = sink.iter().map(|it| it.code).collect();
        assert_eq!(codes, told, "{wanted:?} {known:?}");
    }

    #[test]
    fn names_lead_to_what_the_lock_knows() {
        let known = [("Front", "Front"), ("Back", "Back")];
        let both = [Some("Front"), Some("Back")];
        check(
            &[("Front", None, None), ("Back", None, None)],
            &known,
            &both,
            &[],
        );
        check(
            &[("front", None, None), ("BACK", None, None)],
            &known,
            &both,
            &[],
        );
        check(
            &[("Q", None, Some("Front")), ("Back", None, None)],
            &known,
            &both,
            &[],
        );
        check(
            &[("Q", Some("Front"), None), ("Back", None, None)],
            &known,
            &both,
            &[],
        );
        check(
            &[("Q", None, None), ("Back", None, None)],
            &known,
            &[None, Some("Back")],
            &[],
        );
        // Two that change places by name.
        let swapped = [Some("Back"), Some("Front")];
        let wanted = [("Front", None, None), ("Back", None, None)];
        let crossed = [("Front", "Back"), ("Back", "Front")];
        check(&wanted, &crossed, &swapped, &[]);
        // A key is given to what had none.
        check(&[("Front", Some("q"), None)], &known, &[Some("Front")], &[]);
        // Back to the first name, and a new one of the first name of another.
        check(
            &[("Front", None, None)],
            &[("Front", "Q")],
            &[Some("Front")],
            &[],
        );
        let wanted = [("Q", None, None), ("Front", None, None)];
        check(&wanted, &[("Front", "Q")], &[Some("Front"), None], &[]);
        check(&[("New", None, Some("Old"))], &[], &[None], &[]);
    }

    #[test]
    fn what_was_leads_nowhere_is_told() {
        let known = [("Front", "Front"), ("Back", "Back")];
        let wanted = [("Q", None, Some("Frnt")), ("Back", None, None)];
        check(&wanted, &known, &[None, Some("Back")], &[Code::WasUnknown]);
        let wanted = [("Q", None, Some("Front")), ("Front", None, None)];
        check(&wanted, &known, &[None, Some("Front")], &[Code::WasTaken]);
        let wanted = [("Q", None, Some("Front")), ("R", None, Some("Front"))];
        check(&wanted, &known, &[Some("Front"), None], &[Code::WasTaken]);
        // What is done may stay, and is told where it cannot be it.
        check(
            &[("Q", None, Some("Front"))],
            &[("Front", "Q")],
            &[Some("Front")],
            &[],
        );
        let done = [("Other", "Q")];
        check(
            &[("Q", None, Some("Front"))],
            &done,
            &[Some("Other")],
            &[Code::WasUnknown],
        );
    }

    #[test]
    fn keys_that_are_taken_get_a_number() {
        let mut taken: BTreeSet<String> = ["a".to_owned()].into();
        assert_eq!(unused("a", &mut taken), "a~2");
        assert_eq!(unused("a", &mut taken), "a~3");
        assert_eq!(unused("b", &mut taken), "b");
    }
}
