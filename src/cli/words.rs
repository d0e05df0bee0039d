//! Counts, sizes and names as people read them.

/// `1 note`, `1 234 567 notes`
pub(super) fn plural(count: usize, word: &str) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    let ending = if count == 1 { "" } else { "s" };
    format!("{grouped} {word}{ending}")
}

/// `1 byte`, `999 bytes`, `8.1 MB`
pub(super) fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let amount = bytes as f64;
    match bytes {
        1 => "1 byte".to_owned(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", amount / 1e3),
        _ => format!("{:.1} MB", amount / 1e6),
    }
}

/// A name that somebody else chose: what would steer a terminal is escaped.
pub(super) fn plain(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for character in name.chars() {
        match character.is_control() {
            true => text.extend(character.escape_default()),
            false => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(plural(1, "note"), "1 note");
        assert_eq!(plural(0, "note"), "0 notes");
        assert_eq!(plural(1_234_567, "note"), "1 234 567 notes");
        assert_eq!(
            (size(1), size(0)),
            ("1 byte".to_owned(), "0 bytes".to_owned())
        );
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(8_140_000), "8.1 MB");
    }
}
