//! The guids that another tool gave the same notes, so that those who learn with its packages keep
//! their progress when an author changes to deckle.

mod pretty;

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::model::written::CompatGuid;
use crate::model::{Guid, guid_for};
use pretty::pretty;

/// What a guid of another tool may be made of.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Predecessor<'a> {
    /// The rendered fields, with media under the names of their files.
    pub fields: &'a [String],
    /// Whether the note type is one of deckle's own, which have more fields than those of others.
    pub shipped: bool,
    /// The file that the note stands in.
    pub path: &'a str,
    /// The first heading of its file, if it is one of the highest level.
    pub heading: Option<&'a str>,
}

impl Predecessor<'_> {
    /// The guid that this tool gives the note; `None` where it would not make one of it.
    #[must_use]
    pub fn guid(&self, tool: CompatGuid) -> Option<Guid> {
        match tool {
            CompatGuid::Genanki => Some(self.genanki()),
            CompatGuid::MarkdownAnkiDecks => self.markdown_anki_decks(),
        }
    }

    /// All fields; of a note type that ships with deckle those up to the last that is filled.
    fn genanki(&self) -> Guid {
        let filled = self.fields.iter().rposition(|it| !it.is_empty());
        let count = match filled {
            // A front without a back has an empty back there, too.
            Some(last) if self.shipped => (last + 1).max(2),
            _ => self.fields.len(),
        };
        guid_for(self.fields.iter().take(count).map(String::as_str))
    }

    /// The heading as Beautiful Soup prints it, and a number made of the deck's name: the text of
    /// the file's first heading, else the name of the file without its extension.
    fn markdown_anki_decks(&self) -> Option<Guid> {
        let question = pretty("h2", self.fields.first()?)?;
        let stem = || Path::new(self.path).file_stem().and_then(|it| it.to_str());
        let deck = self.heading.or_else(stem)?;
        let digest: [u8; 32] = Sha256::digest(deck.as_bytes()).into();
        // The number is the hash modulo 2 to the 31st, which its last four bytes decide.
        let number = digest
            .iter()
            .skip(28)
            .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let number = (number & 0x7FFF_FFFF).to_string();
        Some(guid_for([question.as_str(), number.as_str()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tool: CompatGuid, fields: &[&str], shipped: bool, heading: Option<&str>, guid: &str) {
        let fields: Vec<String> = fields.iter().map(|it| (*it).to_owned()).collect();
        let note = Predecessor {
            fields: &fields,
            shipped,
            path: "notes/Deck.md",
            heading,
        };
        let found = note.guid(tool);
        assert_eq!(found.as_ref().map(Guid::as_str), Some(guid), "{fields:?}");
    }

    /// Guids that genanki 0.13.1 gives.
    #[test]
    fn guids_are_those_of_genanki() {
        let genanki = |fields: &[&str], shipped, guid| {
            check(CompatGuid::Genanki, fields, shipped, None, guid);
        };
        genanki(&["a", "b"], false, "q/([o$8RAO");
        genanki(&["a", "b", "", "", ""], true, "q/([o$8RAO");
        genanki(&["What is x?", ""], false, "iIkuxcpbGn");
        genanki(&["What is x?", "", "", "", ""], true, "iIkuxcpbGn");
        let fields = ["el gato", "the cat", "[sound:gato.mp3]"];
        genanki(&fields, false, "ijk.odu9Qn");
        genanki(&["x", "y", ""], false, "F.nGOS({2D");
        genanki(&["<b>é</b>", "日本"], false, "rku_/,s#I$");
    }

    /// Guids that markdown-anki-decks 1.1.1 gives with Beautiful Soup 4.12.3.
    #[test]
    fn guids_are_those_of_markdown_anki_decks() {
        let mad = |question: &str, guid| {
            let tool = CompatGuid::MarkdownAnkiDecks;
            check(tool, &[question, "x"], true, Some("Deck"), guid);
            check(tool, &[question, "x"], true, None, guid);
        };
        mad("What is x?", "kPn1Kq?4z[");
        mad(
            "<strong>Bold</strong> and <code>code</code> here",
            "uD]/(LAq#d",
        );
        mad("a <em>b</em> c", "G5^VL}Pe+V");
        mad("café – \"q\" 'r' &amp; <b>x</b> → α", "h8#6~kBTLb");
        mad("link <a href=\"b.html\">a</a>", "j^h/5CgnP)");
        mad("x &lt; y", "Hy$GxO1yZ4");
        mad("spaced   out", "w9hmNQ_ZDL");
        mad("nested <strong>a <em>b</em> c</strong>", "M#S,M+,|qZ");
        mad("naïve…“q”", "QQN-DmS/#.");
        mad("a<br>b", "f>>Axh82Gz");
        mad("a<br/>b", "f>>Axh82Gz");
        mad("<b></b>x", "txQy=6Uppb");
        mad("a <i> b </i> c", "k<I)tM74UE");
        mad("a&nbsp;b", "D2,`:~lD:6");
        mad("Привет, мир", "AzP7IHzLSs");
        mad("łódź", "d~it^wQULs");
        mad("x &gt; y", "wA3<HR_mKj");
        mad("<code>a\nb</code>", "p7,y@CGt=|");
        mad("\\(x^2\\)", "G=VuES;QUM");
        mad("日本語", "B`h28m^xy[");
        mad("fjord", "tcR+24`T`6");
    }
}
