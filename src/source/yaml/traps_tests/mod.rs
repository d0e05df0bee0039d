//! What authors see when YAML does not mean what they do: what is read beside what comes of it, a
//! case each.

#![expect(
    clippy::disallowed_methods,
    reason = "the snapshots look for their own source file"
)]

mod characters;
mod layout;
mod quoting;

use snapbox::assert_data_eq;

use super::parse;
use crate::diag::{Diagnostics, Sources, Style, render};

fn check(source: &str, expect: impl snapbox::IntoData) {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", source);
    let mut sink = Diagnostics::new();
    let _ = parse(file, source, 0, &mut sink);
    let told: Vec<String> = sink
        .iter()
        .map(|it| render(it, &sources, Style::Plain))
        .collect();
    assert_data_eq!(told.join("\n") + "\n", expect.raw());
    // What the mend gives must be free of the finding.
    for diagnostic in &sink {
        let Some(fix) = &diagnostic.fix else { continue };
        let mut mended = source.to_owned();
        for (span, text) in fix.edits.iter().rev() {
            mended.replace_range(span.range(), text);
        }
        let mut again = Diagnostics::new();
        let _ = parse(file, &mended, 0, &mut again);
        let same = |it: &crate::diag::Diagnostic| {
            (it.code, it.span()) == (diagnostic.code, diagnostic.span())
        };
        assert!(!again.iter().any(same), "{mended}");
    }
}
