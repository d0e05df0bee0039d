//! Paragraphs: lines between blank ones, as the two Obsidian tools that read prose see them.

use std::ops::Range;

use super::cloze::holds;
use super::page::Page;

/// The paragraphs of a page, as ranges of lines. Code blocks belong to the paragraph around them.
pub(super) fn paragraphs(page: &Page<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (index, line) in page.lines.iter().enumerate() {
        let blank = !line.fenced && page.slice(&line.range).trim().is_empty();
        match (blank, start) {
            (true, Some(from)) => {
                found.push(from..index);
                start = None;
            }
            (false, None) => start = Some(index),
            _ => {}
        }
    }
    found.extend(start.map(|from| from..page.lines.len()));
    found
}

/// The signs before the text of a line: of a list, a heading or a quote.
pub(super) fn lead(line: &str) -> usize {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let bare = text.trim_start_matches(|it: char| it.is_ascii_digit());
    let number = text.len() - bare.len();
    let marker = if let Some(rest) = ["- ", "* ", "+ "]
        .iter()
        .find_map(|it| text.strip_prefix(*it))
    {
        text.len() - rest.len()
    } else if (1..=3).contains(&number)
        && let Some(rest) = bare.strip_prefix(". ").or_else(|| bare.strip_prefix(") "))
    {
        text.len() - rest.len()
    } else {
        let rest = text.trim_start_matches('#');
        let level = text.len() - rest.len();
        if (1..=6).contains(&level) && rest.starts_with(' ') {
            level + 1
        } else {
            0
        }
    };
    indent + marker
}

/// Where `::` or `:::` divides a line, and whether it is the longer one; not in code and formulas.
pub(super) fn divider(page: &Page<'_>, range: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let text = page.slice(range);
    if !text.contains("::") {
        return None;
    }
    let verbatim = page.verbatim(range, false);
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|it| it.find("::")) {
        at += found;
        let run = text.get(at..).unwrap_or_default();
        let count = run.len() - run.trim_start_matches(':').len();
        let place = range.start + at;
        let sides = !text.get(..at).unwrap_or_default().trim().is_empty()
            && !text.get(at + count..).unwrap_or_default().trim().is_empty();
        if (2..=3).contains(&count) && sides && !holds(&verbatim, place) {
            return Some((place..place + count, count == 3));
        }
        at += count;
    }
    None
}

/// The tags in a line, with their `#`.
pub(super) fn hashtags(page: &Page<'_>, range: &Range<usize>) -> Vec<Range<usize>> {
    let text = page.slice(range);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|it| it.find('#')) {
        let start = at + next;
        let before = text.get(..start).and_then(|it| it.chars().next_back());
        let behind = text.get(start + 1..).unwrap_or_default();
        let is_tag = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '/');
        let length = behind.find(|it| !is_tag(it)).unwrap_or(behind.len());
        let has_letter = behind
            .get(..length)
            .is_some_and(|it| it.chars().any(|it| !it.is_ascii_digit()));
        if before.is_none_or(char::is_whitespace) && has_letter {
            found.push(range.start + start..range.start + start + 1 + length);
        }
        at = start + 1 + length;
    }
    found
}
