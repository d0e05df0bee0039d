//! Tags that are taken out of a list of tags, and added to one, however it is written: `[a, b]`,
//! `a b`, an item a line, `.a` in attributes or `#a` behind a heading.

use std::ops::Range;

use crate::source::emit::list;

/// What goes with these tags, so that what stands around them stays a list; `None` where two of them
/// cannot be taken out at once.
pub(super) fn removals(source: &str, tags: &[Range<usize>]) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    for tag in tags {
        found.push(removal(source, &without_sign(source, tag))?);
    }
    found.sort_by_key(|it: &Range<usize>| it.start);
    let apart = found
        .iter()
        .zip(found.iter().skip(1))
        .all(|(one, next)| one.end <= next.start);
    apart.then_some(found)
}

/// The tag alone, where its place begins with the sign that makes it one.
fn without_sign(source: &str, tag: &Range<usize>) -> Range<usize> {
    let text = source.get(tag.clone()).unwrap_or_default();
    tag.start + usize::from(text.starts_with(['.', '#']))..tag.end
}

fn removal(source: &str, tag: &Range<usize>) -> Option<Range<usize>> {
    let (mut start, mut end) = (tag.start, tag.end);
    let before = source.get(..start)?;
    if let Some(quote @ ('"' | '\'')) = before.chars().next_back()
        && source.get(end..)?.starts_with(quote)
    {
        // A text such as `tags="a b"` holds several; then the quotes are none of the tag's.
        let list = before.get(..start - 1)?.trim_end();
        if list.ends_with(['[', ',', '-']) {
            start -= 1;
            end += 1;
        }
    }
    let (before, behind) = (source.get(..start)?, source.get(end..)?);
    if before.ends_with(['.', '#']) {
        let sign = start - 1;
        let outside = before.get(..sign)?;
        return Some(match outside.strip_suffix('{') {
            // Braces without anything in them are no attributes.
            Some(outside) if behind.starts_with('}') => {
                sign - 1 - usize::from(outside.ends_with(' '))..end + 1
            }
            Some(_) if behind.starts_with(' ') => sign..end + 1,
            _ => sign - usize::from(outside.ends_with(' '))..end,
        });
    }
    let spaces = behind.len() - behind.trim_start_matches(' ').len();
    if behind.get(spaces..)?.starts_with(',') {
        let rest = behind.get(spaces + 1..)?;
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        return Some(start..end + spaces + 1 + gap);
    }
    let lead = before.trim_end_matches(' ');
    if let Some(list) = lead.strip_suffix(',') {
        return Some(list.len()..end);
    }
    if lead.ends_with('-') {
        let line = lead.rfind('\n').map_or(0, |it| it + 1);
        let rest = behind.find('\n').map_or(behind.len(), |it| it + 1);
        let alone = lead.get(line..)?.trim() == "-";
        return alone.then_some(line..end + rest);
    }
    if lead.len() < before.len() && !lead.ends_with([':', '[', '=']) {
        return Some(lead.len()..end);
    }
    if behind.starts_with(' ') && !behind.trim_start().starts_with(['}', '-']) {
        return Some(start..end + 1);
    }
    Some(start..end)
}

/// Edits that put these tags, of which there are some, into the place of one.
pub(super) fn instead(
    source: &str,
    tag: &Range<usize>,
    new: &[&str],
    newline: &str,
) -> Vec<(Range<usize>, String)> {
    let tag = without_sign(source, tag);
    let before = source.get(..tag.start).unwrap_or_default();
    let Some((first, more)) = new.split_first() else {
        return Vec::new();
    };
    let word = match before.ends_with(['.', '#', '"', '\'']) {
        true => (*first).to_owned(),
        false => list(&[*first]).trim_matches(['[', ']']).to_owned(),
    };
    let mut edits = vec![(tag.clone(), word)];
    if let Some((at, text)) = additions(source, &tag, more, newline)
        .into_iter()
        .next()
        .filter(|_| !more.is_empty())
    {
        edits.push((at..at, text));
    }
    edits
}

/// Ways to write more tags behind one that is there.
pub(super) fn additions(
    source: &str,
    tag: &Range<usize>,
    new: &[&str],
    newline: &str,
) -> Vec<(usize, String)> {
    let tag = &without_sign(source, tag);
    let (Some(before), Some(behind)) = (source.get(..tag.start), source.get(tag.end..)) else {
        return Vec::new();
    };
    let each = |lead: &str| new.iter().map(|it| format!("{lead}{it}")).collect();
    for sign in ['.', '#'] {
        if before.ends_with(sign) {
            return vec![(tag.end, each(&format!(" {sign}")))];
        }
    }
    let quoted = behind.starts_with(['"', '\'']);
    let lead = before.trim_end_matches(' ');
    if lead.ends_with('-') {
        let line = lead.rfind('\n').map_or(0, |it| it + 1);
        let item = before
            .get(line..)
            .unwrap_or_default()
            .trim_matches(['"', '\'']);
        let end = tag.end + behind.find(['\r', '\n']).unwrap_or(behind.len());
        let items = new.iter().map(|it| {
            let word = list(&[*it]);
            format!("{newline}{item}{}", word.trim_matches(['[', ']']))
        });
        return vec![(end, items.collect::<String>().replace("\r\n", "\n"))];
    }
    let words = list(new);
    let words = words
        .strip_prefix('[')
        .and_then(|it| it.strip_suffix(']'))
        .unwrap_or_default();
    let in_list = (tag.end + usize::from(quoted), format!(", {words}"));
    let in_text = (tag.end, each(" "));
    let is_list = {
        let rest = behind.trim_start_matches(['"', '\'', ' ']);
        rest.starts_with([',', ']'])
    };
    match is_list {
        true => vec![in_list, in_text],
        false => vec![in_text, in_list],
    }
}
