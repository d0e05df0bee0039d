//! What Anki takes for granted where no line at the top says it (measured on Anki 26.9.3 and
//! 25.9.2).

use crate::source::table::{Line, Rows};

/// How many rows Anki looks at.
const LOOKED_AT: usize = 5;

/// The first of tab, pipe, semicolon, colon and comma that the first lines hold, else a space.
pub(super) fn delimiter(source: &str, start: usize) -> char {
    let rest = source.get(start..).unwrap_or("");
    let lines = rest
        .lines()
        .filter(|it| !it.is_empty() && !it.starts_with('#'));
    let lines: Vec<&str> = lines.take(LOOKED_AT).collect();
    let signs = ['\t', '|', ';', ':', ','];
    let found = signs
        .into_iter()
        .find(|sign| lines.iter().any(|it| it.contains(*sign)));
    found.unwrap_or(' ')
}

/// Whether one of the first rows holds something between `<` and `>`.
pub(super) fn is_html(source: &str, rows: Rows<'_>) -> bool {
    let rows = rows.filter_map(|it| match it {
        Line::Row(row) => Some(row),
        Line::Comment(_) => None,
    });
    rows.take(LOOKED_AT).any(|row| {
        let mut cells = row.cells.iter().map(|it| it.raw(source));
        cells.any(|it| {
            it.split_once('<')
                .is_some_and(|(_, rest)| rest.contains('>'))
        })
    })
}
