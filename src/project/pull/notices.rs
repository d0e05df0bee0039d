//! Comments in the text of a field: the phone never saw them, so an edit there takes none away.

/// The comments of a text that do not show in the HTML that comes of it.
pub(super) struct Notices<'t>(Vec<&'t str>);

impl<'t> Notices<'t> {
    /// Those of `text`, which comes out as `html`; with `percents` also those between `%%`.
    pub(super) fn of(text: &'t str, html: &str, percents: bool) -> Self {
        let mut found = between(text, "<!--", "-->");
        if percents {
            found.extend(between(text, "%%", "%%"));
        }
        found.retain(|it| !html.contains(it) && !html.contains(&escaped(it)));
        Self(found)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text that takes the place of `gone`, with those comments behind it that were there and would
    /// be lost.
    pub(super) fn behind(&self, new: &str, gone: &str) -> String {
        let mut text = new.to_owned();
        for comment in self.0.iter().filter(|it| gone.contains(**it)) {
            if text.contains(comment) {
                continue;
            }
            if !text.is_empty() && !text.ends_with(char::is_whitespace) {
                text.push(' ');
            }
            text.push_str(comment);
        }
        text
    }
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(start) = rest.find(open)
        && let Some(inner) = rest.get(start + open.len()..)
        && let Some(end) = inner.find(close)
    {
        let behind = start + open.len() + end + close.len();
        found.extend(rest.get(start..behind));
        at += behind;
    }
    found
}

/// As code shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_show_stays() {
        let check = |text: &str, html: &str, new: &str, expect: &str| {
            let notices = Notices::of(text, html, true);
            assert_eq!(notices.behind(new, text), expect, "{text}");
        };
        check("a <!-- x --> b", "a b", "c", "c <!-- x -->");
        check(
            "a <!-- x --> %%y%%",
            "a",
            "c <!-- x -->",
            "c <!-- x --> %%y%%",
        );
        check("`<!-- x -->`", "<code>&lt;!-- x --&gt;</code>", "c", "c");
        check("<!-- x", "", "c", "c");
        check("<!-- x -->", "", "", "<!-- x -->");
    }
}
