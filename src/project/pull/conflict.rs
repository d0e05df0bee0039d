//! Marks in a file where the sources and the phone changed the same: as git writes them, whole lines
//! of both, one below the other.

use std::ops::Range;

use crate::source::stamp::Edit;

/// The text with the edits that are clear, and with both versions where they are not. `theirs` names
/// the other version.
pub(super) fn marked(source: &str, clear: &[&Edit], conflicting: &[&Edit], theirs: &str) -> String {
    let regions = regions(source, conflicting);
    let newline = match source.split_once('\n') {
        Some((line, _)) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    };
    // An edit between two of them belongs to the first.
    let region_of = |edit: &Edit| {
        let inside = |it: &&Range<usize>| it.start <= edit.range.start && edit.range.end <= it.end;
        regions.iter().find(inside)
    };
    let with = |range: &Range<usize>, both: bool| {
        let conflicting = conflicting.iter().filter(|_| both);
        let edits = clear.iter().chain(conflicting);
        let own = edits.filter(|it| region_of(it) == Some(range));
        part(source, range, own.copied().collect())
    };
    let outside = |range: Range<usize>| {
        let between = clear.iter().filter(|it| {
            range.start <= it.range.start && it.range.end <= range.end && region_of(it).is_none()
        });
        part(source, &range, between.copied().collect())
    };
    let line = |out: &mut String, text: &str| {
        if !out.is_empty() && !out.ends_with('\n') && !out.ends_with('\u{feff}') {
            out.push_str(newline);
        }
        out.push_str(text);
        out.push_str(newline);
    };
    let mut out = String::with_capacity(source.len() + 200 * regions.len());
    let mut at = 0;
    for region in &regions {
        out.push_str(&outside(at..region.start));
        line(&mut out, "<<<<<<< sources");
        out.push_str(&with(region, false));
        line(&mut out, "=======");
        out.push_str(&with(region, true));
        line(&mut out, &format!(">>>>>>> {theirs}"));
        at = region.end;
    }
    out.push_str(&outside(at..source.len()));
    out
}

/// A part of the text with these edits.
fn part(source: &str, range: &Range<usize>, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|it| (it.range.start, it.range.end));
    let mut out = String::new();
    let mut at = range.start;
    for edit in edits {
        out.push_str(source.get(at..edit.range.start).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.range.end.max(at);
    }
    out.push_str(source.get(at..range.end).unwrap_or_default());
    out
}

/// The lines that the edits touch, those of one line together.
fn regions(source: &str, edits: &[&Edit]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = edits.iter().map(|it| lines(source, &it.range)).collect();
    found.sort_by_key(|it| (it.start, it.end));
    let mut regions: Vec<Range<usize>> = Vec::new();
    for next in found {
        match regions.last_mut() {
            Some(last) if next.start < last.end || next == *last => {
                last.end = last.end.max(next.end);
            }
            _ => regions.push(next),
        }
    }
    regions
}

/// Whole lines around a range, with the break of the last one.
fn lines(source: &str, range: &Range<usize>) -> Range<usize> {
    let before = source.get(..range.start).unwrap_or_default();
    let start = match before.rfind('\n') {
        Some(at) => at + 1,
        None if before.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
        None => 0,
    };
    let behind = source.get(range.end..).unwrap_or_default();
    // What ends with a line break ends its line.
    let ends = !range.is_empty() && source.get(..range.end).is_some_and(|it| it.ends_with('\n'));
    let end = match behind.find('\n') {
        _ if ends => range.end,
        Some(at) => range.end + at + 1,
        None => source.len(),
    };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_stand_in_whole_lines() {
        let check = |source: &str,
                     clear: &[(usize, usize, &str)],
                     conflicting: &[(usize, usize, &str)],
                     expect: &str| {
            let edits = |all: &[(usize, usize, &str)]| -> Vec<Edit> {
                all.iter()
                    .map(|(from, to, text)| Edit {
                        range: *from..*to,
                        text: (*text).to_owned(),
                    })
                    .collect()
            };
            let (clear, conflicting) = (edits(clear), edits(conflicting));
            let clear: Vec<&Edit> = clear.iter().collect();
            let conflicting: Vec<&Edit> = conflicting.iter().collect();
            assert_eq!(
                marked(source, &clear, &conflicting, "phone"),
                expect,
                "{source}"
            );
        };
        check(
            "a\nbc\nd\n",
            &[],
            &[(2, 3, "x")],
            "a\n<<<<<<< sources\nbc\n=======\nxc\n>>>>>>> phone\nd\n",
        );
        // Clear edits of the same line are in both.
        check(
            "ab,cd\r\ne\r\n",
            &[(0, 1, "x"), (7, 8, "y")],
            &[(3, 4, "z")],
            "<<<<<<< sources\r\nxb,cd\r\n=======\r\nxb,zd\r\n>>>>>>> phone\r\ny\r\n",
        );
        // The last line may have no break.
        check(
            "a\nb",
            &[(0, 1, "x")],
            &[(2, 3, "c")],
            "x\n<<<<<<< sources\nb\n=======\nc\n>>>>>>> phone\n",
        );
        // What is inserted between two of them is there once a side.
        check(
            "a\nb\n",
            &[(2, 2, "i\n")],
            &[(0, 1, "x"), (2, 3, "y")],
            "<<<<<<< sources\na\ni\n=======\nx\ni\n>>>>>>> phone\n<<<<<<< sources\nb\n=======\ny\n>>>>>>> phone\n",
        );
        check(
            "ab\n",
            &[],
            &[(0, 1, "x"), (1, 2, "y")],
            "<<<<<<< sources\nab\n=======\nxy\n>>>>>>> phone\n",
        );
    }
}
