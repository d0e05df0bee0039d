//! Which fields are spoken, and by which program: the `audio` block of the sources.

use crate::diag::Span;

/// How sounds are made for fields that hold none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Audio {
    /// The voice or language, in the words of the program.
    pub voice: String,
    /// The program that speaks, and its arguments with `{voice}`, `{text}`, `{out}` and
    /// `{project}` in them. Without `{text}` it reads the text on standard input.
    pub command: Vec<String>,
    /// The program that encodes what was spoken, and its arguments with `{in}` and `{out}`; empty
    /// where the first one does that.
    pub encode: Vec<String>,
    /// The extension of the result, without a dot; empty for MP3 where there is an encoder, else
    /// WAV.
    pub extension: String,
    /// The command that prints the version of the programs; empty for `--version` of each.
    pub version: Vec<String>,
    /// Folders of recorded sounds, which win over made ones.
    pub recorded: Vec<String>,
    /// The fields that get a sound.
    pub fields: Vec<SpokenField>,
}

/// A field that gets a sound.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SpokenField {
    /// The field that the sound goes into.
    pub target: String,
    /// The fields whose text is spoken: the first that holds something.
    pub texts: Vec<String>,
    /// The voice, where it is another one.
    pub voice: Option<String>,
    /// Where the field is named.
    pub span: Span,
}

impl Audio {
    /// The extension of the result, without a dot.
    #[must_use]
    pub fn extension(&self) -> &str {
        match (self.extension.as_str(), self.encode.is_empty()) {
            ("", true) => "wav",
            ("", false) => "mp3",
            (extension, _) => extension,
        }
    }
}

impl SpokenField {
    /// The text of these fields, spoken into `target`.
    #[must_use]
    pub fn new(target: String, texts: Vec<String>, voice: Option<String>, span: Span) -> Self {
        Self {
            target,
            texts,
            voice,
            span,
        }
    }
}

impl Default for Audio {
    /// espeak-ng and LAME, in English, for no field.
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
        Self {
            voice: "en".to_owned(),
            command: words(&["espeak-ng", "-v", "{voice}", "-w", "{out}", "--stdin"]),
            encode: words(&["lame", "--quiet", "-V6", "{in}", "{out}"]),
            extension: String::new(),
            version: Vec::new(),
            recorded: Vec::new(),
            fields: Vec::new(),
        }
    }
}
