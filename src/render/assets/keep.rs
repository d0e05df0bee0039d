//! Files that keep their names, because scripts or fields put these together.

/// Whether a name fits a pattern, in which `*` stands for any characters.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut behind) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return behind.ends_with(part);
        }
        match behind.split_once(part) {
            _ if part.is_empty() => {}
            Some((_, after)) => behind = after,
            None => return false,
        }
    }
    true
}

/// The names that a template asks for, as a pattern: a field may hold anything.
pub(super) fn pattern_of(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once("{{") {
        pattern.push_str(before);
        pattern.push('*');
        rest = behind.split_once("}}").map_or("", |(_, it)| it);
    }
    pattern.push_str(rest);
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_anything() {
        let check = |pattern: &str, name: &str, expect: bool| {
            assert_eq!(matches(pattern, name), expect, "{pattern} {name}");
        };
        check("_a.js", "_a.js", true);
        check("_a.js", "_b.js", false);
        check("_flag-*.png", "_flag-de.png", true);
        check("_flag-*.png", "_flag-.png", true);
        check("_flag-*.png", "_flag-de.jpg", false);
        check("*", "", true);
        check("_*", "a_", false);
        check("*a*b*", "xaxbx", true);
        check("*a*b", "ab", true);
        check("*a*a", "a", false);
        check("**a", "ba", true);
        check("_é*", "_é.js", true);
    }

    #[test]
    fn fields_are_anything() {
        let check = |name: &str, expect: &str| assert_eq!(pattern_of(name), expect);
        check("{{Field}}", "*");
        check("_flag-{{Country}}.png", "_flag-*.png");
        check("{{A}}{{B}}-{{C", "**-*");
    }
}
