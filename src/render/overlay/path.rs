//! Paths of straight lines, which is what Inkscape's pen makes of a polygon.

use super::geometry::lengths;

/// The corners of a closed path of one piece; else why it is none.
pub(super) fn corners(data: &str) -> Result<Vec<[f64; 2]>, &'static str> {
    const CURVED: &str = "the path has curves; make its segments lines, or draw an ellipse";
    const UNREADABLE: &str = "the path cannot be read";
    let mut corners: Vec<[f64; 2]> = Vec::new();
    let (mut x, mut y) = (0.0, 0.0);
    let mut is_closed = false;
    for (command, values) in commands(data) {
        let values = lengths(values).ok_or(UNREADABLE)?;
        let is_relative = command.is_ascii_lowercase();
        let (from_x, from_y) = if is_relative { (1.0, 1.0) } else { (0.0, 0.0) };
        match command.to_ascii_uppercase() {
            'Z' => {
                is_closed = true;
                if !values.is_empty() {
                    return Err(UNREADABLE);
                }
            }
            _ if is_closed => return Err("the path has several pieces; a mask has one"),
            'M' if !corners.is_empty() => {
                return Err("the path has several pieces; a mask has one");
            }
            'M' | 'L' => {
                if values.len() % 2 == 1 || values.is_empty() {
                    return Err(UNREADABLE);
                }
                for pair in values.chunks_exact(2) {
                    if let [right, down] = pair {
                        (x, y) = (from_x * x + right, from_y * y + down);
                        corners.push([x, y]);
                    }
                }
            }
            'H' => {
                for right in values {
                    x = from_x * x + right;
                    corners.push([x, y]);
                }
            }
            'V' => {
                for down in values {
                    y = from_y * y + down;
                    corners.push([x, y]);
                }
            }
            'C' | 'S' | 'Q' | 'T' | 'A' => return Err(CURVED),
            _ => return Err(UNREADABLE),
        }
    }
    Ok(corners)
}

/// Each letter with the numbers behind it. An `e` belongs to a number.
fn commands(data: &str) -> impl Iterator<Item = (char, &str)> {
    let is_command = |it: &char| it.is_ascii_alphabetic() && !matches!(it, 'e' | 'E');
    let starts = data.char_indices().filter(move |(_, it)| is_command(it));
    let starts: Vec<(usize, char)> = starts.collect();
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .map(|it| it.0)
        .chain([data.len()])
        .collect();
    starts
        .into_iter()
        .zip(ends)
        .map(|((at, command), end)| (command, data.get(at + 1..end).unwrap_or_default()))
}
