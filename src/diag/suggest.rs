//! "Did you mean".

/// The candidate nearest to what was typed, where one is near enough to be meant: at most a
/// third of its characters differ, and never more than three. Letter case counts for little.
/// Among equally near candidates one of the same length is preferred, then their order decides.
#[must_use]
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = typed.to_lowercase();
    let allowed = (folded.chars().count() / 3).clamp(1, 3);
    let length = folded.chars().count();
    let mut best: Option<((usize, usize), &str)> = None;
    for candidate in candidates {
        let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
        // Swapped letters are likelier than a missing one.
        let rank = (distance, length.abs_diff(candidate.chars().count()));
        // A name that shares no letter with the typed one is no mend of it.
        let is_alike = distance <= allowed && distance < length;
        if is_alike && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_near_names_are_offered() {
        let fields = ["Front", "Back", "Extra"];
        assert_eq!(nearest("fornt", fields), Some("Front"));
        assert_eq!(nearest("back", fields), Some("Back"));
        assert_eq!(nearest("Etxra", fields), Some("Extra"));
        assert_eq!(nearest("meaning", fields), None);
        assert_eq!(nearest("", fields), None);
        assert_eq!(nearest("b", ["q", "a"]), None);
        assert_eq!(nearest("Q", ["q", "a"]), Some("q"));
        assert_eq!(nearest("rsut", ["rst", "rust"]), Some("rust"));
        assert_eq!(
            nearest("img/pmup.png", ["img/pump.png", "img/lump.png"]),
            Some("img/pump.png")
        );
    }
}
