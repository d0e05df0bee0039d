//! What which client does not show: one table, from which findings and docs/devices.md are made.
//!
//! A row is a fact with its source. What is not in the table is shown everywhere, or it is not
//! known that it is not.

use super::client::{Client, Targets};

/// Something that a note or a note type may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// Sound as Ogg, Opus or Speex.
    Ogg,
    /// `.webm`, sound or film.
    WebM,
    /// Films in Matroska.
    Matroska,
    /// Films as AVI.
    Avi,
    /// Films as Flash video.
    FlashVideo,
    /// Pictures as AVIF.
    Avif,
    /// Pictures as HEIC.
    Heic,
    /// Pictures as TIFF.
    Tiff,
    /// Pictures and sounds on the network.
    Remote,
    /// Names of files beyond `[a-z0-9._-]`.
    FileName,
    /// Scripts.
    Script,
    /// AnkiDroid's interface for scripts.
    AndroidInterface,
    /// `{{tts ..}}`.
    Speech,
    /// Formulas as `<math>`.
    MathMl,
    /// `[latex]`, `[$]` and `[$$]` without a picture that comes along.
    Latex,
}

/// How sure it is that something is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is, or it may be")]
pub enum Loss {
    /// Always.
    Always,
    /// With some versions, systems or settings.
    Sometimes,
}

/// A client that does not show something.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Row {
    /// What.
    pub feature: Feature,
    /// Which client.
    pub client: Client,
    /// How sure it is.
    pub loss: Loss,
    /// What happens, as a phrase, with the versions that it is true for.
    pub what: &'static str,
    /// How that is known.
    pub source: &'static str,
}

const fn row(
    feature: Feature,
    client: Client,
    loss: Loss,
    what: &'static str,
    source: &'static str,
) -> Row {
    Row {
        feature,
        client,
        loss,
        what,
        source,
    }
}

const APPLE_FILM: &str = "Apple's player, which iOS gives to apps, takes MP4, M4V, MOV and 3GP: flutter/flutter#25503, lionheart/openradar-mirror#5743 (Matroska); Anki's manual, on media, recommends MP4; not tried on a device";
const ANDROID_FILM: &str = "Android's list of supported media formats (developer.android.com) names no such container; not tried on a device";
const REPORTS: &str = "reports of users from 2020 to 2026, such as Ajatt-Tools/mpvacious#5 and yomidevs/local-audio-yomichan#35";
const ANDROID_SOURCE: &str = "source text and release notes of AnkiDroid 2.17";
const CHROMIUM: &str =
    "measured on Chromium 156: it does not decode them; desktop Anki shows its cards with Chromium";
const ANDROID_HEIC: &str = "ankidroid/Anki-Android#19928: asked for, and not planned";
const WEBKIT_HEIC: &str = "WebKit/WebKit#14710 and the release notes of Safari 17 (hteumeuleu/caniemail#393); not tried on a device";
const WEBKIT_TIFF: &str =
    "mdn/content#35799: Safari shows TIFF; measured on Chromium 156, which does not";
const WEBVIEW: &str =
    "Android's WebView is Chromium, and Chromium 156 does not decode them (measured)";

/// The table.
pub const TABLE: &[Row] = {
    use Client::{AnkiDroid, AnkiMobile, AnkiWeb, Desktop};
    use Feature::{
        AndroidInterface, Avi, Avif, FileName, FlashVideo, Heic, Latex, MathMl, Matroska, Ogg,
        Remote, Script, Speech, Tiff, WebM,
    };
    use Loss::{Always, Sometimes};
    &[
        row(
            Ogg,
            AnkiMobile,
            Always,
            "plays no Ogg, Opus or Speex: the card is silent",
            REPORTS,
        ),
        row(
            WebM,
            AnkiDroid,
            Sometimes,
            "plays WebM since 2.17 (2024)",
            ANDROID_SOURCE,
        ),
        row(WebM, AnkiMobile, Always, "plays no WebM", REPORTS),
        row(
            Matroska,
            AnkiMobile,
            Always,
            "plays no Matroska",
            APPLE_FILM,
        ),
        row(
            Avi,
            AnkiDroid,
            Always,
            "plays no AVI since 2.17 (2024)",
            ANDROID_SOURCE,
        ),
        row(Avi, AnkiMobile, Always, "plays no AVI", APPLE_FILM),
        row(
            FlashVideo,
            AnkiDroid,
            Always,
            "plays no Flash video",
            ANDROID_FILM,
        ),
        row(
            FlashVideo,
            AnkiMobile,
            Always,
            "plays no Flash video",
            APPLE_FILM,
        ),
        row(
            Avif,
            AnkiDroid,
            Sometimes,
            "shows AVIF only where the system's WebView is recent",
            "Chromium shows AVIF since version 85",
        ),
        row(
            Avif,
            AnkiMobile,
            Sometimes,
            "shows AVIF since iOS 16",
            "release notes of Safari 16",
        ),
        row(Heic, Desktop, Always, "shows no HEIC", CHROMIUM),
        row(Heic, AnkiDroid, Always, "shows no HEIC", ANDROID_HEIC),
        row(
            Heic,
            AnkiMobile,
            Sometimes,
            "shows HEIC since iOS 17",
            WEBKIT_HEIC,
        ),
        row(
            Heic,
            AnkiWeb,
            Sometimes,
            "shows HEIC in Safari 17 and later alone",
            WEBKIT_HEIC,
        ),
        row(Tiff, Desktop, Always, "shows no TIFF", CHROMIUM),
        row(Tiff, AnkiDroid, Always, "shows no TIFF", WEBVIEW),
        row(
            Tiff,
            AnkiWeb,
            Sometimes,
            "shows TIFF in Safari alone",
            WEBKIT_TIFF,
        ),
        row(
            Remote,
            Desktop,
            Sometimes,
            "needs the network to show it",
            "nothing on the network is a file of the collection",
        ),
        row(
            Remote,
            AnkiDroid,
            Sometimes,
            "needs the network to show it",
            "nothing on the network is a file of the collection",
        ),
        row(
            Remote,
            AnkiMobile,
            Sometimes,
            "needs the network to show it",
            "nothing on the network is a file of the collection",
        ),
        row(
            Remote,
            AnkiWeb,
            Sometimes,
            "needs the other server to be there",
            "nothing on the network is a file of the collection",
        ),
        row(
            FileName,
            AnkiDroid,
            Sometimes,
            "has shown files with spaces, brackets, `%`, `#` or letters beyond ASCII in their names wrongly",
            "ankidroid/Anki-Android#5137, #15844, #15963, #16462 and #17456",
        ),
        row(
            Script,
            AnkiDroid,
            Sometimes,
            "runs scripts in a page of its own, which is not that of the desktop",
            "source text of AnkiDroid 2.23",
        ),
        row(
            Script,
            AnkiMobile,
            Sometimes,
            "runs scripts in a page of its own, which is not that of the desktop",
            "Anki's manual, on card templates: scripts are not supported, and may stop to work",
        ),
        row(
            Script,
            AnkiWeb,
            Sometimes,
            "runs scripts in a page of its own, which is not that of the desktop",
            "Anki's manual, on card templates: scripts are not supported, and may stop to work",
        ),
        row(
            AndroidInterface,
            Desktop,
            Always,
            "has no `AnkiDroidJS`",
            "it is AnkiDroid's own",
        ),
        row(
            AndroidInterface,
            AnkiDroid,
            Sometimes,
            "answers with a warning on the new study screen (2.23 and later)",
            "source text of AnkiDroid 2.23, youyoumu/kiku#30",
        ),
        row(
            AndroidInterface,
            AnkiMobile,
            Always,
            "has no `AnkiDroidJS`",
            "it is AnkiDroid's own",
        ),
        row(
            AndroidInterface,
            AnkiWeb,
            Always,
            "has no `AnkiDroidJS`",
            "it is AnkiDroid's own",
        ),
        row(
            Speech,
            Desktop,
            Sometimes,
            "has no voices on Linux",
            "ankitects/anki-manual#503",
        ),
        row(
            Speech,
            AnkiDroid,
            Sometimes,
            "speaks since 2.17 (2024), and only languages that have a voice on the phone",
            ANDROID_SOURCE,
        ),
        row(
            Speech,
            AnkiWeb,
            Sometimes,
            "is not known to speak",
            "not tried",
        ),
        row(
            MathMl,
            Desktop,
            Sometimes,
            "shows MathML since Chromium 109 (Anki with Qt 6.6 and later)",
            "AwesomeDog/obsidian-awesome-flashcard#2",
        ),
        row(
            MathMl,
            AnkiDroid,
            Sometimes,
            "shows MathML where the system's WebView is of 2023 or later",
            "AwesomeDog/obsidian-awesome-flashcard#2",
        ),
        row(
            Latex,
            Desktop,
            Sometimes,
            "typesets it only with LaTeX installed and the preference switched on",
            "measured on Anki 26.9.3 and 25.9.2",
        ),
        row(
            Latex,
            AnkiDroid,
            Always,
            "shows a broken picture",
            "source text of AnkiDroid, ankidroid/Anki-Android#3689",
        ),
        row(
            Latex,
            AnkiMobile,
            Always,
            "shows pictures that come along, and makes none",
            "Anki's manual, on math and LaTeX",
        ),
        row(
            Latex,
            AnkiWeb,
            Always,
            "shows pictures that come along, and makes none",
            "Anki's manual, on math and LaTeX",
        ),
    ]
};

/// The extensions of files that some client does not show, or not always.
const EXTENSIONS: [(&str, Feature); 14] = [
    ("oga", Feature::Ogg),
    ("ogg", Feature::Ogg),
    ("ogx", Feature::Ogg),
    ("opus", Feature::Ogg),
    ("spx", Feature::Ogg),
    ("ogv", Feature::Ogg),
    ("webm", Feature::WebM),
    ("mkv", Feature::Matroska),
    ("avi", Feature::Avi),
    ("flv", Feature::FlashVideo),
    ("avif", Feature::Avif),
    ("heic", Feature::Heic),
    ("tif", Feature::Tiff),
    ("tiff", Feature::Tiff),
];

impl Feature {
    /// What it is, as a phrase.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ogg => "Ogg, Opus and Speex sound",
            Self::WebM => "WebM sound and films",
            Self::Matroska => "Matroska films (`.mkv`)",
            Self::Avi => "AVI films",
            Self::FlashVideo => "Flash video (`.flv`)",
            Self::Avif => "AVIF pictures",
            Self::Heic => "HEIC pictures",
            Self::Tiff => "TIFF pictures",
            Self::Remote => "files on the network",
            Self::FileName => "file names beyond `[a-z0-9._-]`",
            Self::Script => "scripts",
            Self::AndroidInterface => "`AnkiDroidJS`",
            Self::Speech => "`{{tts ..}}`",
            Self::MathMl => "MathML",
            Self::Latex => "`[latex]`, `[$]`, `[$$]` without pictures",
        }
    }

    /// What a file of this extension, in any letter case, is; `None` where every client shows it.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        let known = EXTENSIONS.iter();
        let mut known = known.filter(|(it, _)| it.eq_ignore_ascii_case(extension));
        known.next().map(|(_, feature)| *feature)
    }

    /// The rows of this feature that matter to those whom a deck is made for. Where nobody said who
    /// that is, they are those of phones, if it is lost on every phone.
    #[must_use]
    pub fn losses(self, targets: Targets) -> Vec<&'static Row> {
        let rows = TABLE.iter().filter(|it| it.feature == self);
        if targets.are_said() {
            return rows.filter(|it| targets.hold(it.client)).collect();
        }
        const PHONES: [Client; 2] = [Client::AnkiDroid, Client::AnkiMobile];
        let lost: Vec<&Row> = rows
            .filter(|it| it.loss == Loss::Always && PHONES.contains(&it.client))
            .collect();
        if lost.len() == PHONES.len() {
            lost
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_depends_on_the_targets() {
        let check = |feature: Feature, targets: &[Client], expect: usize| {
            let found = feature.losses(Targets::of(targets));
            assert_eq!(found.len(), expect, "{feature:?} {targets:?}");
        };
        check(Feature::Ogg, &[], 0);
        check(Feature::Ogg, &[Client::AnkiMobile], 1);
        check(Feature::Ogg, &[Client::Desktop, Client::AnkiDroid], 0);
        check(Feature::Avi, &[], 2);
        check(Feature::Latex, &[], 2);
        check(Feature::Latex, &Client::ALL, 4);
        check(Feature::Avif, &[], 0);
    }

    #[test]
    fn each_row_is_there_once() {
        for (index, one) in TABLE.iter().enumerate() {
            let mut others = TABLE.iter().skip(index + 1);
            assert!(!others.any(|it| (it.feature, it.client) == (one.feature, one.client)));
        }
        assert_eq!(Feature::of_extension("OGG"), Some(Feature::Ogg));
        assert_eq!(Feature::of_extension("mp3"), None);
    }
}
