//! The ways to write a field in its place in the sources, so that it may come out as wanted.

use std::ops::Range;

use super::notices::Notices;
use super::weave::weave;
use crate::model::written::Content;
use crate::source::emit;
use crate::source::rewrite::{Hunk, Kind, NewField, Sheet};
use crate::source::stamp::Edit;
use crate::template::media::media_references;

/// A field in its place.
pub(super) struct Spot<'a> {
    pub(super) sheet: &'a Sheet<'a>,
    /// Where the note stands.
    pub(super) note: Range<usize>,
    /// What the field holds; `None` where nothing is said.
    pub(super) content: Option<&'a Content>,
    pub(super) field: NewField<'a>,
    pub(super) hard_breaks: bool,
    /// Whether `%%` begins and ends a comment.
    pub(super) percent_comments: bool,
}

/// The ways, the one that changes least first. `now` is what the field comes to, `wanted` what it
/// is to come to, both with the paths of media in the place of their names.
pub(super) fn ways(spot: &Spot<'_>, now: &str, wanted: &str) -> Vec<Vec<Edit>> {
    let Spot { sheet, note, .. } = spot;
    let mut found: Vec<Vec<Edit>> = Vec::new();
    let own = match spot.content {
        Some(Content::Markdown(text) | Content::Html(text)) => text.as_str(),
        _ => "",
    };
    let notices = Notices::of(own, now, spot.percent_comments);
    let whole = |new: &str| notices.behind(new, own);
    let woven = |old: &str, new: &str| -> Option<Vec<Hunk>> {
        let mut hunks = weave(own, old, new)?;
        for hunk in &mut hunks {
            let gone = own.get(hunk.range.clone()).unwrap_or_default();
            hunk.text = notices.behind(&hunk.text, gone);
        }
        Some(hunks)
    };
    if let Some(
        Content::Markdown(text) | Content::Html(text) | Content::Plain(text) | Content::Media(text),
    ) = spot.content
        && wanted.is_empty()
    {
        found.extend(sheet.replace(note, text, &whole(""), Kind::Own));
    }
    match spot.content {
        None => {
            for text in markdown(wanted, spot.hard_breaks) {
                found.extend(sheet.insert(note, spot.field, &text, Kind::Own));
            }
            found.extend(sheet.insert(note, spot.field, wanted, Kind::Own));
            found.extend(sheet.insert(note, spot.field, wanted, Kind::Html));
        }
        Some(Content::Markdown(text)) => {
            let (old, new) = (
                markdown(now, spot.hard_breaks),
                markdown(wanted, spot.hard_breaks),
            );
            for at in 0..old.len().max(new.len()) {
                let old = old.get(at).or(old.last());
                if let (Some(old), Some(new)) = (old, new.get(at).or(new.last()))
                    && let Some(hunks) = woven(old, new)
                {
                    found.extend(sheet.change(note, text, &hunks));
                }
            }
            for new in &new {
                found.extend(sheet.replace(note, text, &whole(new), Kind::Own));
            }
            // Markdown lets HTML through.
            if let Some(hunks) = woven(now, wanted) {
                found.extend(sheet.change(note, text, &hunks));
            }
            found.extend(sheet.replace(note, text, &whole(wanted), Kind::Own));
            if notices.is_empty() {
                found.extend(sheet.replace(note, text, wanted, Kind::Html));
            }
        }
        Some(Content::Html(text)) => {
            if let Some(hunks) = woven(now, wanted) {
                found.extend(sheet.change(note, text, &hunks));
            }
            found.extend(sheet.replace(note, text, &whole(wanted), Kind::Own));
        }
        Some(Content::Plain(text)) => {
            if let (Some(old), Some(new)) = (plain(now), plain(wanted)) {
                if let Some(hunks) = weave(text.as_str(), &old, &new) {
                    found.extend(sheet.change(note, text, &hunks));
                }
                found.extend(sheet.replace(note, text, &new, Kind::Own));
            }
            found.extend(sheet.replace(note, text, wanted, Kind::Html));
        }
        Some(Content::Media(text)) => {
            if let [only] = media_references(wanted).as_slice() {
                found.extend(sheet.replace(note, text, &only.name, Kind::Own));
            }
            found.extend(sheet.replace(note, text, wanted, Kind::Html));
        }
        // Of a list nobody knows which item was meant, and masks are no text.
        Some(_) => {}
    }
    // A place where nothing is said needs no words for nothing.
    found.retain(|edits| !edits.is_empty());
    let mut each: Vec<Vec<Edit>> = Vec::new();
    for way in found {
        if !each.contains(&way) {
            each.push(way);
        }
    }
    each
}

/// Markdown texts for a field, with line breaks as its file writes them first.
pub(super) fn markdown(html: &str, hard_breaks: bool) -> Vec<String> {
    if html.is_empty() {
        return vec![String::new()];
    }
    let hard = emit::markdown(html);
    if !html.contains("<br>") {
        return hard;
    }
    // A tag that the converter knows nothing of keeps its place.
    let soft = emit::markdown(&html.replace("<br>", "<br/>"));
    let lines = soft.iter().map(|it| it.replace("<br/>", "\\\n"));
    let tags = soft.iter().map(|it| it.replace("<br/>", "<br>"));
    let soft: Vec<String> = lines.chain(tags).collect();
    match hard_breaks {
        true => hard.into_iter().chain(soft).collect(),
        false => soft.into_iter().chain(hard).collect(),
    }
}

/// The text that comes out as this HTML where a field is plain text; `None` where it holds tags.
fn plain(html: &str) -> Option<String> {
    let text = html.replace("<br>", "\n");
    if text.contains('<') {
        return None;
    }
    Some(
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}
