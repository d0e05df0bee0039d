//! `"name_*": ~`: columns that are left out by a pattern. What is said of a column by its own name
//! counts more, so `{"name_*": ~, name_de: Back}` takes one of many.

use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};

/// For each column whether a pattern leaves it out. `told` is what is said of the columns by name
/// or pattern; a pattern that matches nothing, or does more than leave out, is told.
pub(super) fn left_out(
    names: &[&str],
    told: &[(Spanned<String>, Option<Spanned<String>>)],
    sink: &mut Diagnostics,
) -> Vec<bool> {
    let mut out = vec![false; names.len()];
    for (pattern, target) in told.iter().filter(|it| is_pattern(names, &it.0.value)) {
        if let Some(target) = target {
            let title = format!("`{}` cannot be `{}`", pattern.value, target.value);
            sink.push(
                Diagnostic::new(Code::TableColumn, title)
                    .at(pattern.span, "may be several columns")
                    .help("a pattern leaves columns out: write `~` behind it, and name the column that is meant"),
            );
            continue;
        }
        let mut matched = false;
        for (name, out) in names.iter().zip(&mut out) {
            if matches(&pattern.value.to_lowercase(), &name.to_lowercase()) {
                *out = true;
                matched = true;
            }
        }
        if !matched {
            let title = format!("no column matches `{}`", pattern.value);
            sink.push(
                Diagnostic::new(Code::TableColumn, title)
                    .at(pattern.span, "leaves nothing out")
                    .help(format!("the columns are `{}`", names.join("`, `"))),
            );
        }
    }
    out
}

/// Whether a text names columns by a pattern: a column may have a `*` in its name.
pub(super) fn is_pattern(names: &[&str], text: &str) -> bool {
    text.contains('*') && !names.iter().any(|it| unicase::eq(*it, text))
}

/// Whether `*`, which stands for any text, can make the pattern the name.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let Some((middle, last)) = rest.rsplit_once('*') else {
        return name.ends_with(rest);
    };
    // The earliest place of each piece leaves most for those behind it.
    for piece in middle.split('*') {
        let Some((_, behind)) = name.split_once(piece) else {
            return false;
        };
        name = behind;
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let check = |pattern: &str, name: &str, expect: bool| {
            assert_eq!(matches(pattern, name), expect, "{pattern} {name}");
        };
        check("name_*", "name_de", true);
        check("name_*", "name_", true);
        check("name_*", "name", false);
        check("*", "", true);
        check("**", "a", true);
        check("*_de", "name_de", true);
        check("*_de", "name_de_", false);
        check("a*b*c", "abc", true);
        check("a*b*c", "a1b2b3c", true);
        check("a*b*c", "acb", false);
        check("a*a", "a", false);
        check("a*b*b", "ab", false);
        check("*a*b*", "xbxaxb", true);
        check("é*", "éa", true);
    }
}
