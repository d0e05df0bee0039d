//! The table of everything deckle can say about a source.
//!
//! A code is a letter, a number and a name: `E0301 media-missing`. The hundreds: 01 source
//! syntax, 02 notes and note types, 03 media, 04 card templates, 05 clozes and math, 06 packages,
//! 07 identity, 08 files of other tools, 09 delivery and the way back. `E` stops the build, `W` does not. Codes are never reused
//! for another meaning.

use std::fmt;

use super::{Severity, nearest};

macro_rules! codes {
    ($($variant:ident = $id:literal $name:literal $text:literal)*) => {
        /// What a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $id, " ", $name, "`: ", $text)] $variant,)*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Letter and number, such as `E0301`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// The name, such as `media-missing`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// One sentence: what is wrong and why it matters.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

codes! {
    YamlSyntax = "E0101" "yaml-syntax" "The YAML parser cannot read on at this place."
    YamlClozeUnquoted = "E0102" "yaml-cloze-unquoted" "A value that begins with `{{` is a mapping to YAML; it must be quoted."
    YamlColon = "E0103" "yaml-colon" "A second `: ` in an unquoted value is a mapping to YAML; the value must be quoted."
    YamlSpecialStart = "E0104" "yaml-special-start" "An unquoted value cannot begin with this character; YAML keeps it for itself."
    YamlEscape = "E0105" "yaml-escape" "A double-quoted YAML value turned a backslash into a control character; the TeX command is lost."
    YamlComment = "W0106" "yaml-comment" "YAML takes ` #` for the beginning of a comment and drops what follows."
    DuplicateKey = "E0107" "duplicate-key" "One key stands twice in a mapping; one of the two values would be lost."
    UnknownKey = "E0108" "unknown-key" "The key means nothing here."
    WrongShape = "E0109" "wrong-shape" "The value has another shape than the one that is read here, such as a list for a text."
    NotUtf8 = "E0110" "not-utf8" "The file, or its name, is not UTF-8 text."
    FrontMatter = "E0111" "front-matter" "The block between the `---` lines at the top of the file is no mapping, or has no end."
    Setext = "E0112" "setext" "Text directly above `---` is a heading in Markdown; a side break needs a blank line above."
    Attributes = "E0113" "attributes" "The `{...}` behind a heading holds something that is no attribute."
    MetaComment = "E0114" "meta-comment" "A comment that holds a note's settings has a key or a value that means nothing."
    Labels = "E0115" "labels" "The labels of a note, such as `Q:` and `A:`, belong to no one note type."
    MixedForms = "W0116" "mixed-forms" "The first note of a file decides its form; this looks like a note of the other form and is read as text."
    NoNotes = "W0117" "no-notes" "The file holds no note, or is in a format that this version does not read."
    PrivateUse = "E0118" "private-use" "The file holds a private-use character, which no font shows the same and which deckle uses itself."
    ManifestFormat = "E0119" "manifest-format" "The project file is of a format that this version cannot read."
    BadGlob = "E0120" "bad-glob" "The pattern of file names cannot be read."
    AliasLimit = "E0121" "alias-limit" "The aliases of the YAML file unfold to more than it may hold, or refer to nothing."
    ControlCharacter = "E0122" "control-character" "The text holds a control character, which Anki would remove."
    SkippedHeading = "W0123" "skipped-heading" "Text that looks like a note, but by the rules of its file is none."
    NothingToBuild = "E0124" "nothing-to-build" "There is no source file, or no note in any of them."
    UnpairedTag = "W0125" "unpaired-tag" "A tag of HTML without its partner shows nothing; in code it would be seen."
    SourceOutside = "E0126" "source-outside" "The source is a symbolic link that leads out of the project; nothing outside is read."
    LineEnds = "E0127" "line-ends" "The lines end in a lone carriage return, as on Macs before 2001; all of the file would be one line."
    SyncConflict = "E0128" "sync-conflict" "The file is a copy that Syncthing keeps where two devices changed one file; its notes would be there twice."
    TableQuotes = "E0130" "table-quotes" "The quotes around a table's cell do not match; the cells behind would be read as something else."
    TableColumn = "E0131" "table-column" "A column of the table stands twice, or its name is none of a field or setting."
    TableRow = "E0132" "table-row" "The row has another number of cells than the table has columns."
    TableJoin = "E0133" "table-join" "The table that is joined is not there, lacks the key column, or has a key twice."
    JoinMissing = "W0134" "join-missing" "The table that is joined has no row for this key; its columns stay empty."
    TableTemplate = "E0135" "table-template" "The template of a computed field cannot be read."
    AnkiHeader = "E0136" "anki-header" "The line at the top of Anki's text file is none that Anki reads, or contradicts the columns."
    AnkiComment = "W0137" "anki-comment" "In Anki's text files a line that begins with `#` is a comment; this one looks like a note."
    AnkiColumn = "E0138" "anki-column" "Anki would drop the value of this column: no field takes it."
    AnkiTags = "W0139" "anki-tags" "Anki reads the column behind the last field as tags, though no line at the top says so."
    TextLoses = "W0140" "text-loses" "A text file cannot carry everything that a package carries."
    TableNotes = "E0150" "table-notes" "A table of notes has a column that it needs too few, or a row has cells that belong to no column."
    NotesMarker = "W0151" "notes-marker" "The comment `<!-- notes -->` stands above no table; no note comes of it."
    OutsideText = "W0152" "outside-text" "Text behind a table or list of notes belongs to no note."
    Include = "E0153" "include" "A file that is included is not there, lies outside of the project, or cannot stand inside another one."
    IncludeCycle = "E0154" "include-cycle" "A file includes itself, be it by way of others."
    IncludedSource = "W0155" "included-source" "A file that is included is a source itself; its notes would be there twice."
    CommentUnclosed = "W0160" "comment-unclosed" "A comment that `%%` begins has no end, and is read as text."
    UnusedDefinition = "W0161" "unused-definition" "The definition of a link that nothing refers to shows nothing."
    UnknownReference = "W0162" "unknown-reference" "A reference to a link or footnote that is defined nowhere is shown as it is typed."
    ExtraCell = "W0163" "extra-cell" "A row of the table has more cells than its head; Markdown drops them."
    RubyReadings = "W0164" "ruby-readings" "The readings of a ruby text are neither one nor one for each of its characters."
    EmptyLink = "W0165" "empty-link" "A link without a text shows nothing, and one without an address leads nowhere."
    RuleUnmatched = "W0170" "rule-unmatched" "A rule, or a file that it names, matches no source; its settings have no effect."
    DeckUnnamed = "W0171" "deck-unnamed" "The project takes decks from headers alone, and nothing names one for this file."
    TemplateInclude = "E0172" "template-include" "A part that a card template takes in cannot be put in its place."
    TemplateVariable = "E0173" "template-variable" "The note type has no variable of the name that its card template asks for."
    ProjectInclude = "E0174" "project-include" "A project that is to be included is not there, lies outside, or cannot be put together with the others."
    NestedProject = "W0175" "nested-project" "A folder has a project file of its own, and is built as a part of the project around it."
    Matrix = "E0176" "matrix" "The matrix of the project file cannot be read, or its variants cannot stand beside one another."
    MatrixVariable = "E0177" "matrix-variable" "The matrix has no variable of the name that is to be put in a place."
    MatrixLock = "E0178" "matrix-lock" "A lock of the project belongs to no variant; building on would give all notes new identities."
    MatrixLockLeft = "W0179" "matrix-lock-left" "A variant of the project is new, and there is a lock of a variant that is none any more."
    BadLevel = "E0190" "bad-level" "A level is set for a code that does not exist, or an error is to be less than one."
    UnknownNoteType = "E0201" "unknown-note-type" "There is no note type of this key."
    UnknownField = "E0202" "unknown-field" "The note type has no field of this name."
    DuplicateId = "E0203" "duplicate-id" "Two notes have one id; learners' progress could not be kept apart."
    BadId = "E0204" "bad-id" "An id is made of letters, digits, `.`, `_` and `-`, begins with a letter or digit and has at most 64 characters."
    TooManyFields = "E0205" "too-many-fields" "The note has more values than its note type has fields."
    EmptyField = "E0206" "empty-field" "A field that the note type needs is empty."
    NoCard = "E0207" "no-card" "The note makes no card: all its card templates come out empty."
    DuplicateNote = "W0208" "duplicate-note" "Two notes of a note type have the same first field; Anki calls them duplicates."
    BadTag = "E0209" "bad-tag" "A tag has an empty part, or a character that Anki cannot keep in a tag."
    TagCase = "W0210" "tag-case" "Two tags differ in letter case only; Anki merges them."
    BadDeckName = "E0211" "bad-deck-name" "A deck's name has an empty part, or a character that Anki would remove."
    BadNoteType = "E0212" "bad-note-type" "The definition of the note type is incomplete or contradicts itself."
    DuplicateGuid = "E0213" "duplicate-guid" "Two notes have one guid; Anki would take them for one note."
    Bury = "E0214" "bury" "Buried cards come back the next day by themselves; a package cannot carry that."
    IdRequired = "E0215" "id-required" "The project wants an explicit id at each note (`ids: inline`)."
    DuplicateNoteType = "E0216" "duplicate-note-type" "Two note types have one key, id or name."
    BadValue = "E0217" "bad-value" "The value is none of those that this key takes."
    BadDeckOptions = "E0218" "bad-deck-options" "A deck options preset is unknown, or a value of it lies outside of Anki's range."
    MediaMissing = "E0301" "media-missing" "The file that the note refers to does not exist."
    MediaOutside = "E0302" "media-outside" "The file lies outside of the project; nothing outside is read."
    MediaRemote = "E0303" "media-remote" "The file lies on the network; a build reads no network, and phones are often offline."
    MediaSpace = "E0304" "media-space" "A space in the target of an image makes Markdown take it for text."
    MediaCase = "W0305" "media-case" "The file's name differs in letter case; it is found on some systems only."
    MediaTooLarge = "E0306" "media-too-large" "The file is larger than the limit; AnkiWeb syncs no file over 100 MB."
    MediaAmbiguous = "E0307" "media-ambiguous" "Several files of the project have this name."
    MediaKind = "E0308" "media-kind" "Anki cannot show or play a file of this kind."
    MediaData = "E0309" "media-data" "The `data:` address of an image cannot be read."
    LinkTarget = "W0310" "link-target" "The link leads to a file or place that a card cannot open."
    MediaNotStatic = "W0311" "media-not-static" "A card template refers to a file whose name does not begin with `_`; Anki would not import it."
    MediaNameTaken = "E0312" "media-name-taken" "Two different files would have one name in the package."
    NoteEmbed = "W0317" "note-embed" "The text of another note is not put into this one; its name is written."
    EmbedFragment = "W0318" "embed-fragment" "What stands behind the `#` of an embedded picture or sound means nothing on a card."
    MediaUnusable = "E0320" "media-unusable" "The file is something else than its name says, or nothing at all; no card can show or play it."
    MediaMisnamed = "W0321" "media-misnamed" "The file is of another format than its name says; some devices go by the name and show or play nothing."
    MediaCutShort = "W0322" "media-cut-short" "The picture's file ends too early; a part of the picture is missing."
    PhotoPlace = "W0323" "photo-place" "The photo says where on earth it was taken, to everybody who gets the package."
    PictureLarge = "W0324" "picture-large" "Pictures are larger than any card shows them; they take space and time on phones."
    SvgActive = "W0325" "svg-active" "The SVG holds a script, which does not run in a picture."
    SvgExternal = "W0326" "svg-external" "The SVG refers to another file, of which a picture on a card shows nothing."
    SvgForeign = "W0327" "svg-foreign" "The SVG holds HTML, which not every program shows."
    SvgEntities = "W0328" "svg-entities" "The SVG declares entities made of entities, which can unfold without end."
    SvgBroken = "E0329" "svg-broken" "The SVG is no well-formed XML, or does not say that it is an SVG; browsers show nothing of it."
    PictureHuge = "W0330" "picture-huge" "The picture has more pixels than a phone has memory for."
    PictureUnchanged = "W0331" "picture-unchanged" "A picture that was to be made smaller could not be, and stays as it is."
    SoundCutShort = "W0333" "sound-cut-short" "The file of a sound or film ends too early; its end is missing."
    MediaFolder = "W0334" "media-folder" "A folder that media are to be looked for in is not there."
    AssetComputed = "W0340" "asset-computed" "A script puts the name of a file together; deckle cannot see which one, and files have other names in packages."
    AssetCycle = "E0341" "asset-cycle" "Style sheets or scripts load one another; the name of each would have to hold that of the other."
    AssetStale = "W0342" "asset-stale" "A file that keeps its name has another content; learners who have the older one keep that."
    AssetKeep = "W0343" "asset-keep" "A name that is to be kept is that of no file."
    TargetFormat = "W0345" "target-format" "A device that the deck is made for does not show files of this format."
    TargetSpeech = "W0346" "target-speech" "A device that the deck is made for may have no voice for `{{tts}}`."
    TargetScript = "W0347" "target-script" "Scripts do not run alike on the devices that the deck is made for."
    TargetMarkup = "W0348" "target-markup" "A device that the deck is made for does not show this markup."
    TargetRemote = "W0349" "target-remote" "A file on the network is not shown without it."
    TargetName = "W0351" "target-name" "A device that the deck is made for has trouble with the name of a file."
    BudgetFile = "W0355" "budget-file" "A file is larger than the project allows."
    BudgetPackage = "W0356" "budget-package" "A package holds more than the project allows."
    AudioUnmade = "E0360" "audio-unmade" "A field is to be spoken, and its sound was not made yet; builds run no programs."
    SpokenFormula = "W0361" "spoken-formula" "A text that is to be spoken holds a formula, which no program reads; it is left out."
    AudioField = "W0362" "audio-field" "`audio` names a field that no note type has, or none beside the one that gets the sound."
    MediaUnfetched = "E0363" "media-unfetched" "The file lies on the network and was not fetched yet; builds read no network."
    FetchedChanged = "E0364" "fetched-changed" "A fetched file is not the one any more that deckle.media knows."
    MediaList = "E0365" "media-list" "The list of fetched and made files cannot be read."
    FontWhole = "W0366" "font-whole" "A font cannot be cut down to the characters that cards show; it is shipped whole."
    SpeechTag = "W0369" "speech-tag" "A speech tag in a field is one that Anki does not speak."
    TemplateSyntax = "E0401" "template-syntax" "The card template cannot be read; Anki would show an error on each of its cards."
    TemplateUnknownField = "E0402" "template-unknown-field" "The card template asks for a field that the note type does not have."
    TemplateNoField = "E0403" "template-no-field" "The front of the card template shows no field; its cards would all be the same."
    TemplateIdentical = "E0404" "template-identical" "Two card templates of the note type have the same front."
    TemplateNoCloze = "E0405" "template-no-cloze" "A cloze note type needs `{{cloze:Field}}` on the front and the back of its card template."
    TemplateSpecialField = "W0406" "template-special-field" "Desktop and AnkiDroid differ in whether a special field such as `{{Tags}}` makes a card."
    TemplateUnknownFilter = "W0407" "template-unknown-filter" "Anki knows no such filter; the field is shown unchanged."
    TemplateSuspicious = "W0408" "template-suspicious" "The card template holds something that Anki ignores."
    TemplateFieldMedia = "E0411" "template-field-media" "The card template takes the name of a file from a field; no import finds such files."
    ClozeMissing = "E0501" "cloze-missing" "The cloze note has no cloze; Anki would make a card that shows an error."
    ClozeNumber = "E0502" "cloze-number" "Cloze numbers go from 1 to 500."
    ClozeSpacing = "E0503" "cloze-spacing" "Anki reads a cloze only as `{{c1::`, without spaces and in lower case."
    ClozeHint = "E0504" "cloze-hint" "The cloze has more than one `::`; Anki would show all behind the first as its hint."
    ClozeBrace = "W0505" "cloze-brace" "The braces inside the cloze do not match; it ends at the first `}}`."
    ClozeNesting = "E0506" "cloze-nesting" "Anki reads at most ten clozes inside one another."
    ClozeUnclosed = "E0507" "cloze-unclosed" "The cloze has no end; Anki would drop its text."
    ClozeCrossing = "W0508" "cloze-crossing" "The cloze reaches from one list item or table cell into the next."
    ClozeIgnored = "W0509" "cloze-ignored" "A cloze in a note that is not of a cloze type is shown as it is typed."
    ClozeOutside = "E0510" "cloze-outside" "A cloze in a field that the front shows without `{{cloze:..}}` makes a blank card."
    MathUnclosed = "W0511" "math-unclosed" "The formula has no end, and is read as text."
    MathBraces = "W0512" "math-braces" "The braces of the formula do not match; it will not typeset."
    UnknownLanguage = "W0513" "unknown-language" "The language of the code block is not known by this name."
    MathComment = "W0514" "math-comment" "A `%` in a formula begins a comment; TeX drops what follows it."
    ClozeSeveral = "W0515" "cloze-several" "AnkiDroid shows a cloze with several numbers as it is typed."
    MathEnvironment = "W0516" "math-environment" "A `\\begin{..}` of math outside of a formula is shown as it is typed."
    CodeTooLong = "W0517" "code-too-long" "A code block is too long to be colored, as a whole or in one of its lines; it is written as plain text."
    FormulaSyntax = "W0520" "formula-syntax" "A formula does not parse as TeX; the card may show an error in its place."
    FormulaPicture = "E0521" "formula-picture" "A formula cannot become a picture."
    MacroFile = "E0522" "macro-file" "The macros of formulas cannot be read."
    MacroLine = "W0523" "macro-line" "A line among the macros of formulas defines no command."
    MacroUse = "E0524" "macro-use" "A macro in a formula cannot be expanded."
    FormulaCloze = "W0525" "formula-cloze" "A formula with a cloze inside is left to MathJax where formulas become pictures."
    FormulaLeft = "W0526" "formula-left" "A formula cannot become a picture, and is left to MathJax."
    FormulaFont = "E0527" "formula-font" "The font of formulas is not there, or holds no outlines."
    LatexFailed = "E0530" "latex-failed" "No picture can be made of a LaTeX tag; cards would show nothing in its place."
    LatexNotInstalled = "E0531" "latex-not-installed" "A formula needs TeX, and a program of it is not installed here."
    LatexChanged = "W0532" "latex-changed" "A picture of a formula is another than the one that learners, or another note type, have under its name; one of the two is seen."
    MaskForm = "E0540" "mask-form" "A mask does not say one shape with as many numbers as the shape has."
    MasksMissing = "E0541" "masks-missing" "An image occlusion note has no masks; Anki would show a card that asks for nothing."
    MaskPixels = "E0542" "mask-pixels" "A mask counts in pixels, and the size of its picture is not known."
    MaskOutside = "E0543" "mask-outside" "A mask lies outside of its picture or has no size; its card would ask for nothing."
    MaskClipped = "W0544" "mask-clipped" "A mask reaches over the edge of its picture."
    MaskUnlabeled = "W0545" "mask-unlabeled" "A mask without a label is known by its place; when it is moved, its card is a new one."
    MaskLabelTwice = "E0546" "mask-label-twice" "Two masks have one label, so that it does not say which card is whose."
    Overlay = "E0547" "overlay" "The SVG drawing of a note's masks cannot be read, or holds none."
    OverlayElement = "W0548" "overlay-element" "An element of a drawing of masks is no shape that can be a mask, and is left out."
    OutputName = "E0601" "output-name" "Anki would take a file of this name for a backup that replaces the whole collection."
    OutputClash = "E0602" "output-clash" "Two packages of the project would go to one file."
    OutputUntaken = "W0603" "output-untaken" "Notes go into none of the project's packages."
    OutputEmpty = "W0604" "output-empty" "A pattern of an output takes no note into the package."
    LockSyntax = "E0701" "lock-syntax" "A line of deckle.lock cannot be read; building on would give notes new identities."
    LockVersion = "E0702" "lock-version" "deckle.lock was written by a newer version of deckle."
    RemovedNote = "W0703" "removed-note" "A note of the last build is gone from the sources; learners keep it until they delete it."
    ClockBehind = "W0704" "clock-behind" "The build time lies before the newest change in deckle.lock."
    KeyFieldEdited = "W0705" "key-field-edited" "A note that is identified by its key fields changed one of them, and is a new note now."
    SchemaChange = "E0706" "schema-change" "Fields or card templates of a note type were added, removed or reordered since the last build, or its kind or sort field is another."
    WasUnknown = "W0721" "was-unknown" "What `was` names is not in deckle.lock; nothing is carried over."
    WasTaken = "E0722" "was-taken" "Two lay claim to the old name or id that `was` gives."
    SchemaAndEdits = "W0723" "schema-and-edits" "Notes were edited in the same build in which the schema of their type changes; learners would not get the edits."
    NoteRetyped = "W0724" "note-retyped" "A note is of another note type than at the last build; an import does not update it."
    LockMissing = "W0725" "lock-missing" "The project was built before, but its deckle.lock is gone."
    RenderedAnew = "W0726" "rendered-anew" "Notes that did not change come out of this deckle differently; learners keep the older form."
    AmbiguousNote = "W0731" "ambiguous-note" "A note without an id may be either of two notes of the last build, edited; it counts as a new one."
    ForeignSyntax = "E0810" "foreign-syntax" "Text that is read as another tool's lacks something that this tool would ask for."
    ForeignLeftOut = "W0811" "foreign-left-out" "Something in another tool's file has no counterpart in a package and is left out."
    ConflictMarks = "E0905" "conflict-marks" "The file holds both versions of lines that were changed in two places, between the marks of git or `deckle pull`."
}

impl Code {
    /// The severity that the letter stands for.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.id().starts_with('E') {
            Severity::Error
        } else {
            Severity::Warning
        }
    }

    /// What it means and how it is mended, as a page of Markdown with examples; `None` where nobody
    /// wrote one yet. See [`explain`](super::explain) for a form that people read.
    #[must_use]
    pub fn explanation(self) -> Option<&'static str> {
        super::explain::page(self.id())
    }

    /// The number or name that is nearest to what somebody wrote, if one is near.
    #[must_use]
    pub fn suggest(typed: &str) -> Option<&'static str> {
        let typed = typed.trim();
        let lower = typed.to_ascii_lowercase();
        let name = lower
            .strip_prefix("e-")
            .or_else(|| lower.strip_prefix("w-"))
            .unwrap_or(&lower);
        let digits = lower.get(1..).unwrap_or_default();
        // Another letter before the right number is a slip that distance alone would not see.
        let same_number = Self::ALL.iter().find(|it| it.id().get(1..) == Some(digits));
        same_number
            .map(|it| it.id())
            .or_else(|| nearest(name, Self::ALL.iter().map(|it| it.name())))
    }

    /// The code that somebody wrote: `E0301`, `media-missing` or `E-media-missing`, in any case.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim().to_ascii_lowercase();
        let name = typed
            .strip_prefix("e-")
            .or_else(|| typed.strip_prefix("w-"))
            .unwrap_or(&typed);
        let matches = |code: &Self| code.id().eq_ignore_ascii_case(&typed) || code.name() == name;
        Self::ALL.iter().copied().find(matches)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_unique_and_in_order() {
        for pair in Code::ALL.windows(2) {
            assert!(
                pair[0].id()[1..] < pair[1].id()[1..],
                "{} {}",
                pair[0],
                pair[1]
            );
        }
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn each_spelling_of_a_code_is_understood() {
        for typed in [
            "E0301",
            "e0301",
            "media-missing",
            "E-media-missing",
            " e-media-missing ",
        ] {
            assert_eq!(Code::parse(typed), Some(Code::MediaMissing), "{typed}");
        }
        assert_eq!(Code::parse("media"), None);
        assert_eq!(Code::suggest("W0301"), Some("E0301"));
        assert_eq!(Code::suggest("E-media-mising"), Some("media-missing"));
        assert_eq!(Code::suggest("é"), None);
    }
}
