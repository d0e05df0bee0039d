//! The part of a long line that is shown.
//!
//! A file made by a program may be one line of a megabyte. Drawing all of it takes a second a
//! finding and helps nobody, so that of such a line only what stands around the labels is shown.

use std::borrow::Cow;
use std::ops::Range;

use super::sources::SourceFile;

/// Lines of more bytes than this are clipped.
const LONGEST: usize = 600;
/// How many bytes stay before and behind each end of a label.
const AROUND: usize = 100;
/// What stands for the characters that are not shown.
const CUT: char = '…';

/// Some lines of a file as they are shown.
#[derive(Debug)]
pub(super) struct Clip<'s> {
    pub(super) text: Cow<'s, str>,
    /// Where the lines begin in the file.
    start: usize,
    /// Where a stretch stands in the file, and where in `text`; none where nothing is clipped.
    kept: Vec<(Range<usize>, usize)>,
}

impl<'s> Clip<'s> {
    /// The lines in `bytes`, which begins and ends with a line. What stands around `points` is
    /// kept.
    pub(super) fn new(file: &'s SourceFile, bytes: &Range<usize>, points: &[usize]) -> Self {
        let whole = file.text().get(bytes.clone()).unwrap_or_default();
        let mut clip = Self {
            text: Cow::Borrowed(whole),
            start: bytes.start,
            kept: Vec::new(),
        };
        if whole.len() > LONGEST {
            clip.shorten(file, bytes, points);
        }
        clip
    }

    /// The place in the shown text of a byte of the file.
    pub(super) fn place(&self, at: usize) -> usize {
        let index = self.kept.partition_point(|(range, _)| range.start <= at);
        match index.checked_sub(1).and_then(|index| self.kept.get(index)) {
            Some((range, shown)) => shown + (at.min(range.end) - range.start),
            None => at.saturating_sub(self.start).min(self.text.len()),
        }
    }

    /// Whether something of a line is not shown, so that columns in it are not those of the file.
    pub(super) fn is_clipped(&self) -> bool {
        !self.kept.is_empty()
    }

    fn shorten(&mut self, file: &SourceFile, bytes: &Range<usize>, points: &[usize]) {
        let mut kept: Vec<Range<usize>> = Vec::new();
        let mut long = false;
        let mut at = bytes.start;
        while at <= bytes.end {
            let (_, line) = file.line_around(at);
            // With its line break, so that lines stay lines.
            let next = (line.end + 1).min(bytes.end);
            let line = line.start..line.end.min(bytes.end);
            at = line.end + 1;
            if line.len() <= LONGEST {
                keep(&mut kept, line.start..next);
                continue;
            }
            long = true;
            let mut inside: Vec<usize> = points.to_vec();
            inside.retain(|point| (line.start..=line.end).contains(point));
            inside.sort_unstable();
            if inside.is_empty() {
                inside.push(line.start);
            }
            for point in inside {
                let mut from = point.saturating_sub(AROUND).max(line.start);
                while !file.text().is_char_boundary(from) {
                    from -= 1;
                }
                let mut to = (point + AROUND).min(line.end);
                while !file.text().is_char_boundary(to) {
                    to += 1;
                }
                keep(&mut kept, from..to);
            }
            keep(&mut kept, line.end..next);
        }
        if long {
            self.take(file.text(), bytes, kept);
        }
    }

    fn take(&mut self, text: &str, bytes: &Range<usize>, kept: Vec<Range<usize>>) {
        let mut shown = String::new();
        let mut done = bytes.start;
        for range in kept {
            if range.start > done {
                shown.push(CUT);
            }
            done = range.end;
            self.kept.push((range.clone(), shown.len()));
            shown.push_str(text.get(range).unwrap_or_default());
        }
        if done < bytes.end {
            shown.push(CUT);
        }
        self.text = Cow::Owned(shown);
    }
}

/// Takes one more stretch, which may overlap the last one.
fn keep(kept: &mut Vec<Range<usize>>, range: Range<usize>) {
    match kept.last_mut() {
        // A cut must hide more than it takes itself.
        Some(last) if range.start <= last.end + CUT.len_utf8() => {
            last.end = last.end.max(range.end);
        }
        _ => kept.push(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;

    #[test]
    fn only_long_lines_are_clipped_and_labels_stay_on_their_characters() {
        let long = format!(
            "{}{}é!{}",
            "a".repeat(700),
            "é".repeat(40),
            "b".repeat(9_000)
        );
        let text = format!("one\n{long}\ntwo\n");
        let mut sources = Sources::new();
        let id = sources.add("a.md", text.clone());
        let file = sources.get(id).unwrap();
        let mark = text.find('!').unwrap();
        let clip = Clip::new(file, &(0..text.len() - 1), &[mark, mark + 1, 2]);
        assert!(clip.is_clipped());
        assert!(clip.text.len() < 300, "{}", clip.text);
        assert_eq!(clip.text.matches(CUT).count(), 2, "{}", clip.text);
        assert_eq!(&clip.text[clip.place(mark)..clip.place(mark + 1)], "!");
        assert_eq!(clip.text.lines().next(), Some("one"));
        assert_eq!(clip.text.lines().last(), Some("two"));
        assert_eq!(clip.place(2), 2);
        let clip = Clip::new(file, &(0..3), &[2]);
        assert!(!clip.is_clipped());
        assert_eq!((clip.text.as_ref(), clip.place(2)), ("one", 2));
    }
}
