//! `budget` of a project file: how large files and packages may be.

use super::yaml::{Node, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};

/// The keys of `budget`.
pub const KEYS: &[&str] = &["package", "file"];

/// How large something may be, in bytes; `None` where nobody said.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Budget {
    /// What a package holds.
    pub package: Option<Spanned<u64>>,
    /// A media file.
    pub file: Option<Spanned<u64>>,
}

/// The units of sizes, and their bytes.
const UNITS: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

/// Reads the mapping.
pub(super) fn read(value: &Node, sink: &mut Diagnostics) -> Budget {
    let mut budget = Budget::default();
    for entry in decode::mapping(value, "budget", sink).unwrap_or_default() {
        let what = format!("budget.{}", entry.name());
        match entry.name() {
            "package" => budget.package = size(&entry.value, &what, sink),
            "file" => budget.file = size(&entry.value, &what, sink),
            _ => decode::unknown_key(&entry.key, "in `budget`", KEYS, sink),
        }
    }
    budget
}

fn size(value: &Node, what: &str, sink: &mut Diagnostics) -> Option<Spanned<u64>> {
    let text = decode::string(value, what, sink)?;
    if let Some(bytes) = bytes(&text.value) {
        return Some(Spanned::new(bytes, text.span));
    }
    let title = format!("`{}` is no size", text.value);
    sink.push(
        Diagnostic::new(Code::BadValue, title)
            .at(text.span, "expected a number and a unit")
            .help("write `50 MB`, `1.5 MB` or `500 kB`"),
    );
    None
}

/// The bytes of a size such as `1.5 MB`; letter case is free.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let (unit, factor) = UNITS.iter().find(|(unit, _)| {
        let tail = text
            .len()
            .checked_sub(unit.len())
            .and_then(|at| text.get(at..));
        tail.is_some_and(|it| it.eq_ignore_ascii_case(unit))
    })?;
    let number = text.get(..text.len() - unit.len())?.trim_end();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 3 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let thousandths = format!("{part:0<3}").parse::<u64>().ok()?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(*factor)?;
    whole.checked_add(thousandths.checked_mul(*factor)? / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let check = |text: &str, expect: Option<u64>| assert_eq!(bytes(text), expect, "{text}");
        check("50 MB", Some(50_000_000));
        check("50mb", Some(50_000_000));
        check("1.5 MB", Some(1_500_000));
        check("2 MiB", Some(2_097_152));
        check("0.25 kB", Some(250));
        check("10 B", Some(10));
        check("10", None);
        check("MB", None);
        check("-1 MB", None);
        check("1.2345 MB", None);
        check("1,5 MB", None);
        check("99999999999999999999 GB", None);
        check("18446744073709551615 GB", None);
        check("é", None);
    }
}
