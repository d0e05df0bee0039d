//! Gives each cloze and mark its final place among the tags of a field.
//!
//! `<p>{{c1::a</p><p>b}}</p>` would leave half a paragraph behind when the cloze is hidden, so the
//! delimiters move out to where both stand in one element: `{{c1::<p>a</p><p>b</p>}}`. Inline
//! elements that a delimiter cuts are ended before it and begun again behind it.

use super::piece::{Element, Html, Piece, PieceKind};
use super::scan::{GroupKind, Scan, TokenKind};

/// The delimiters of a group, by their positions among the pieces.
#[derive(Debug, Clone, Copy)]
struct Pair {
    open: usize,
    close: usize,
}

/// Places the delimiters. Groups that cross from one list item or table cell into the next are
/// returned; delimiters whose other half got lost in code or a tag are not kept.
pub(super) fn place(html: &mut Html, scan: &Scan, source: &str) -> Vec<usize> {
    let mut lost = lost_groups(&html.pieces, scan);
    let mut crossing = Vec::new();
    let mut pairs = pairs(&html.pieces, scan);
    for group in 0..scan.groups.len() {
        if lost.get(group).copied().unwrap_or(true) {
            continue;
        }
        let Some(mut pair) = pairs.get(group).copied().flatten() else {
            continue;
        };
        let is_mark = scan
            .groups
            .get(group)
            .is_some_and(|it| it.kind == GroupKind::Mark);
        let (ended, begun) = cut_elements(html, pair);
        if ended.is_empty() && begun.is_empty() {
            continue;
        }
        let blocks = ended.iter().chain(&begun).any(|it| it.0 != Element::Inline);
        if blocks {
            if is_mark {
                if let Some(lost) = lost.get_mut(group) {
                    *lost = true;
                }
                continue;
            }
            if can_leave(html, pair, ended.len(), begun.len()) {
                move_out(html, &mut pair, ended.len(), begun.len());
                pairs = self::pairs(&html.pieces, scan);
                continue;
            }
            if ended.iter().chain(&begun).any(|it| it.0 == Element::Cell) {
                crossing.push(group);
            }
        }
        split_inline(html, pair, &ended, &begun);
        pairs = self::pairs(&html.pieces, scan);
    }
    demote(html, scan, source, &lost);
    drop_empty_paragraphs(html);
    crossing
}

/// Which groups lack a delimiter, or have them in the wrong order.
fn lost_groups(pieces: &[Piece], scan: &Scan) -> Vec<bool> {
    let mut opened = vec![false; scan.groups.len()];
    let mut lost = vec![true; scan.groups.len()];
    for piece in pieces {
        let PieceKind::Token(index) = piece.kind else {
            continue;
        };
        let Some(token) = scan.tokens.get(index) else {
            continue;
        };
        match token.kind {
            TokenKind::Open => {
                if let Some(opened) = opened.get_mut(token.group) {
                    *opened = true;
                }
            }
            TokenKind::Hint => {}
            TokenKind::Close => {
                if opened.get(token.group) == Some(&true)
                    && let Some(lost) = lost.get_mut(token.group)
                {
                    *lost = false;
                }
            }
        }
    }
    for (lost, group) in lost.iter_mut().zip(&scan.groups) {
        if group.kind == GroupKind::Cloze(Vec::new()) {
            *lost = true;
        }
    }
    lost
}

/// Where the delimiters of each group stand.
fn pairs(pieces: &[Piece], scan: &Scan) -> Vec<Option<Pair>> {
    let mut opens: Vec<Option<usize>> = vec![None; scan.groups.len()];
    let mut pairs = vec![None; scan.groups.len()];
    for (index, piece) in pieces.iter().enumerate() {
        let PieceKind::Token(token) = piece.kind else {
            continue;
        };
        let Some(token) = scan.tokens.get(token) else {
            continue;
        };
        let open = opens.get_mut(token.group);
        match (token.kind, open) {
            (TokenKind::Open, Some(open)) => *open = Some(index),
            (TokenKind::Close, Some(Some(open))) => {
                if let Some(pair) = pairs.get_mut(token.group) {
                    *pair = Some(Pair {
                        open: *open,
                        close: index,
                    });
                }
            }
            _ => {}
        }
    }
    pairs
}

/// An element that a delimiter cuts, and the piece with its tag.
type Cut = (Element, usize);

/// The elements that end between the delimiters without beginning there, innermost first, and
/// those that begin without ending there, outermost first.
fn cut_elements(html: &Html, pair: Pair) -> (Vec<Cut>, Vec<Cut>) {
    let mut ended = Vec::new();
    let mut begun: Vec<Cut> = Vec::new();
    for (offset, piece) in html
        .pieces
        .get(pair.open..pair.close)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        match piece.kind {
            PieceKind::Start(element) => begun.push((element, pair.open + offset)),
            PieceKind::End(element) if begun.pop().is_none() => {
                ended.push((element, pair.open + offset));
            }
            _ => {}
        }
    }
    (ended, begun)
}

/// Whether the delimiters stand at the very edges of the elements they cut.
fn can_leave(html: &Html, pair: Pair, ended: usize, begun: usize) -> bool {
    let starts = html.pieces.get(..pair.open).unwrap_or_default();
    let ends = html.pieces.get(pair.close + 1..).unwrap_or_default();
    let is_start = |piece: &Piece| matches!(piece.kind, PieceKind::Start(_));
    let is_end = |piece: &Piece| matches!(piece.kind, PieceKind::End(_));
    starts.len() >= ended
        && ends.len() >= begun
        && starts.iter().rev().take(ended).all(is_start)
        && ends.iter().take(begun).all(is_end)
}

fn move_out(html: &mut Html, pair: &mut Pair, ended: usize, begun: usize) {
    let target = pair.close + begun;
    if let Some(part) = html.pieces.get_mut(pair.close..=target) {
        part.rotate_left(1);
    }
    let target = pair.open - ended;
    if let Some(part) = html.pieces.get_mut(target..=pair.open) {
        part.rotate_right(1);
    }
}

/// Ends the innermost cut elements before each delimiter, if they are inline, and begins them
/// again behind it; where the delimiter stands at their edge it moves out instead.
fn split_inline(html: &mut Html, mut pair: Pair, ended: &[Cut], begun: &[Cut]) {
    let inline = |cuts: &mut dyn Iterator<Item = &Cut>| {
        cuts.take_while(|(element, _)| *element == Element::Inline)
            .count()
    };
    // The closing delimiter first: what is put in behind the opening one moves it.
    let mut count = inline(&mut begun.iter().rev());
    while count > 0
        && html
            .pieces
            .get(pair.close + 1)
            .is_some_and(|it| matches!(it.kind, PieceKind::End(_)))
    {
        html.pieces.swap(pair.close, pair.close + 1);
        pair.close += 1;
        count -= 1;
    }
    let skipped = inline(&mut begun.iter().rev()) - count;
    let starts: Vec<usize> = begun
        .iter()
        .rev()
        .skip(skipped)
        .take(count)
        .map(|(_, index)| *index)
        .collect();
    let ends: Vec<Option<usize>> = starts.iter().map(|it| matching_end(html, *it)).collect();
    insert_split(html, pair.close, &starts, &ends);

    let mut count = inline(&mut ended.iter());
    while count > 0
        && pair.open > 0
        && html
            .pieces
            .get(pair.open - 1)
            .is_some_and(|it| matches!(it.kind, PieceKind::Start(_)))
    {
        html.pieces.swap(pair.open, pair.open - 1);
        pair.open -= 1;
        count -= 1;
    }
    let skipped = inline(&mut ended.iter()) - count;
    let ends: Vec<usize> = ended
        .iter()
        .skip(skipped)
        .take(count)
        .map(|(_, index)| *index)
        .collect();
    let starts: Vec<Option<usize>> = ends.iter().map(|it| matching_start(html, *it)).collect();
    let pairs: Vec<(usize, Option<usize>)> = starts
        .iter()
        .zip(&ends)
        .filter_map(|(start, end)| Some(((*start)?, Some(*end))))
        .collect();
    let starts: Vec<usize> = pairs.iter().map(|(start, _)| *start).collect();
    let ends: Vec<Option<usize>> = pairs.iter().map(|(_, end)| *end).collect();
    insert_split(html, pair.open, &starts, &ends);
}

/// Puts copies of the end tags before the piece at `at` and of the start tags behind it; the
/// innermost element first.
fn insert_split(html: &mut Html, at: usize, starts: &[usize], ends: &[Option<usize>]) {
    let mut before = Vec::new();
    let mut behind = Vec::new();
    for (start, end) in starts.iter().zip(ends) {
        let copies = end
            .and_then(|end| html.pieces.get(end).cloned())
            .zip(html.pieces.get(*start).cloned());
        if let Some((end, start)) = copies {
            before.push(end);
            behind.insert(0, start);
        }
    }
    let next = (at + 1).min(html.pieces.len());
    html.pieces.splice(next..next, behind);
    let at = at.min(html.pieces.len());
    html.pieces.splice(at..at, before);
}

fn matching_end(html: &Html, start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, piece) in html.pieces.iter().enumerate().skip(start) {
        match piece.kind {
            PieceKind::Start(_) => depth += 1,
            PieceKind::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

fn matching_start(html: &Html, end: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, piece) in html.pieces.get(..=end)?.iter().enumerate().rev() {
        match piece.kind {
            PieceKind::End(_) => depth += 1,
            PieceKind::Start(_) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// Makes text of the delimiters of lost groups.
fn demote(html: &mut Html, scan: &Scan, source: &str, lost: &[bool]) {
    let is_lost = |index: usize| {
        scan.tokens
            .get(index)
            .is_none_or(|token| lost.get(token.group).copied().unwrap_or(true))
    };
    for piece in &mut html.pieces {
        if let PieceKind::Token(index) = piece.kind
            && is_lost(index)
        {
            let range = scan.tokens.get(index).map(|token| token.range.clone());
            let written = range
                .and_then(|range| source.get(range))
                .unwrap_or_default();
            // Pieces find their text in the buffer, in whatever order it stands there.
            let start = html.text.len();
            html.text.push_str(written);
            *piece = Piece {
                kind: PieceKind::Text,
                range: start..html.text.len(),
            };
        }
    }
}

/// Takes away paragraphs that held nothing but a delimiter.
fn drop_empty_paragraphs(html: &mut Html) {
    let text = &html.text;
    let is = |piece: &Piece, tag: &str| text.get(piece.range.clone()) == Some(tag);
    let mut kept: Vec<Piece> = Vec::with_capacity(html.pieces.len());
    for piece in html.pieces.drain(..) {
        let closes_empty = is(&piece, "</p>") && kept.last().is_some_and(|it| is(it, "<p>"));
        if closes_empty {
            kept.pop();
        } else {
            kept.push(piece);
        }
    }
    html.pieces = kept;
}
