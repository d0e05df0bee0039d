//! Pages with gaps that are filled.

/// How many digits a page is known by.
const DIGITS: usize = 16;

/// The page with `{{name}}` replaced by what the parts have for it, and what it is known by: the same
/// page has the same stamp, which stands in its gap `stamp`. What is put in is not looked at again.
pub(super) fn fill(page: &str, parts: &[(&str, &str)]) -> (String, String) {
    let mut hasher = blake3::Hasher::new();
    hasher.update(page.as_bytes());
    for (name, text) in parts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes()).update(text.as_bytes());
    }
    let stamp: String = hasher.finalize().to_hex().chars().take(DIGITS).collect();
    let sizes = parts.iter().map(|it| it.1.len()).sum::<usize>();
    let mut out = String::with_capacity(page.len() + sizes);
    let mut rest = page;
    while let Some((before, gap)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, behind) = gap.split_once("}}").unwrap_or((gap, ""));
        let part = parts.iter().find(|it| it.0 == name);
        match part {
            Some((_, text)) => out.push_str(text),
            None if name == "stamp" => out.push_str(&stamp),
            None => {}
        }
        rest = behind;
    }
    out.push_str(rest);
    (out, stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once() {
        let parts = [("a", "{{b}}"), ("b", "x")];
        let (page, stamp) = fill("<{{a}}|{{b}}|{{none}}|{{stamp}}>", &parts);
        assert_eq!(page, format!("<{{{{b}}}}|x||{stamp}>"));
        assert_eq!(fill("{{a}}", &parts).1.len(), DIGITS);
        assert_ne!(
            fill("{{a}}", &[("a", "1")]).1,
            fill("{{a}}", &[("a", "2")]).1
        );
    }
}
