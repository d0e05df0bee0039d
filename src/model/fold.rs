//! When two names are one to Anki.

use unicase::UniCase;

/// The name without its letter case, folded as Unicode says (full folding, so that `Straße` and
/// `STRASSE` are one, and so are `ΣΑΣ` and `σας`): two names of decks, tags, note types, fields or
/// card templates that come out equal are one to Anki (measured on Anki 26.9.3 and 25.9.2), and
/// stand in its indexes once.
pub(crate) fn fold(name: &str) -> String {
    UniCase::new(name).to_folded_case()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_fold_as_in_unicode() {
        let check = |name: &str, expect: &str| assert_eq!(fold(name), expect, "{name:?}");
        check("ABC é", "abc é");
        check("É", "é");
        check("Straße", "strasse");
        check("ΣΑΣ σας", "σασ σασ");
        check("ﬀ", "ff");
        check("İ", "i\u{307}");
        check("日本", "日本");
        check("", "");
    }
}
