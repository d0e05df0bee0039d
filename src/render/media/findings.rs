//! What is wrong with media files themselves, whoever refers to them: told once a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kind::{MediaKind, extension};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::files::{Container, Content, EarlyEnd, Nature, SvgFlaw, SvgFlawKind, file_name};

/// A picture that is wider or higher shows no more on a card, in pixels.
const LARGE_SIDE: u32 = 2000;

/// A picture of more takes its time on the way to a phone, in bytes.
const LARGE_BYTES: u64 = 1_000_000;

/// More pixels than this are too many for a phone's memory: four bytes each.
const HUGE_PIXELS: u64 = 50_000_000;

/// A file that notes use.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) content: Arc<Content>,
    /// The first reference to it.
    pub(super) span: Span,
    /// Whether files that show nothing are warnings only.
    pub(super) lenient: bool,
    /// Whether metadata is taken out.
    pub(super) strips: bool,
    pub(super) shipped: Shipped,
}

/// What of the file goes into the package.
#[derive(Debug, Clone)]
pub(super) struct Shipped {
    /// Why it stayed as it is, though it was to be changed.
    pub(super) failure: Option<String>,
    /// How many bytes it has.
    pub(super) bytes: u64,
    /// Its width and height in pixels.
    pub(super) size: Option<(u32, u32)>,
}

/// Whether [`tell`] may have something to say of a file.
pub(super) fn is_worth_telling(path: &str, content: &Content, shipped: &Shipped) -> bool {
    misnamed(path, content).is_some()
        || content.metadata.has_place
        || content.metadata.cut_short
        || content.early_end.is_some()
        || !content.svg.is_empty()
        || shipped.failure.is_some()
        || is_large(content, shipped)
        || is_huge(shipped)
}

/// All that is wrong with these files, in the order of their paths.
pub(super) fn tell(uses: &BTreeMap<String, Use>) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (path, it) in uses {
        let misnamed = misnamed(path, &it.content);
        let shows_nothing = matches!(misnamed, Some(Misnamed::Unusable));
        match misnamed {
            Some(Misnamed::Unusable) => found.push(lenient(unusable(path, it), it)),
            Some(Misnamed::Other(container)) => found.push(other_name(path, container, it)),
            None => {}
        }
        let is_picture = MediaKind::of(path) == MediaKind::Image;
        let early_end = it.content.early_end.filter(|_| !shows_nothing);
        let cut_short = it.content.metadata.cut_short || is_picture && early_end.is_some();
        if cut_short && !shows_nothing {
            found.push(
                Diagnostic::new(
                    Code::MediaCutShort,
                    format!("`{path}` ends before its picture does"),
                )
                .at(it.span, "the rest is missing")
                .help("fetch or save the file again"),
            );
        }
        if let Some(end) = early_end.filter(|_| !is_picture) {
            found.push(ends_early(path, end, it));
        }
        if it.content.metadata.has_place && !it.strips {
            found.push(
                Diagnostic::new(
                    Code::PhotoPlace,
                    format!("`{path}` says where it was taken"),
                )
                .at(it.span, "coordinates in the file")
                .note("everybody who gets the package can read them")
                .help("`images: {strip-metadata: true}` leaves them out of the package"),
            );
        }
        for flaw in &it.content.svg {
            found.push(svg(path, flaw, it));
        }
        if let Some(text) = &it.shipped.failure {
            found.push(
                Diagnostic::new(
                    Code::PictureUnchanged,
                    format!("`{path}` could not be changed"),
                )
                .at(it.span, "goes into the package as it is")
                .note(text.as_str()),
            );
        }
        if is_huge(&it.shipped)
            && let Some((width, height)) = it.shipped.size
        {
            let megabytes = u64::from(width) * u64::from(height) / 250_000;
            found.push(
                Diagnostic::new(
                    Code::PictureHuge,
                    format!("`{path}` has {width} × {height} pixels"),
                )
                .at(it.span, "too many for a phone")
                .note(format!(
                    "a phone needs {megabytes} MB of memory to show it, however small the file is"
                ))
                .help("save it with fewer pixels"),
            );
        }
    }
    if let Some(large) = large(uses) {
        found.push(large);
    }
    found
}

enum Misnamed {
    /// No card shows or plays it under this name.
    Unusable,
    /// It is this, and its name says something else.
    Other(Container),
}

fn misnamed(path: &str, content: &Content) -> Option<Misnamed> {
    let wanted = match MediaKind::of(path) {
        MediaKind::Image => Nature::Picture,
        MediaKind::Sound => Nature::Sound,
        MediaKind::Other => return None,
    };
    if content.size == 0 {
        return Some(Misnamed::Unusable);
    }
    let container = content.container?;
    let extension = extension(path).to_ascii_lowercase();
    if container.extensions().contains(&extension.as_str()) {
        return None;
    }
    // Browsers look at pixels whatever the name says, but at SVG only if it is called so; these
    // others they do not know.
    let unknown = [Container::Heic, Container::JpegXl, Container::Tiff];
    let is_svg = container == Container::Svg || extension == "svg";
    if container.nature() != wanted
        || wanted == Nature::Picture && (is_svg || unknown.contains(&container))
    {
        return Some(Misnamed::Unusable);
    }
    Some(Misnamed::Other(container))
}

fn unusable(path: &str, it: &Use) -> Diagnostic {
    let what = if MediaKind::of(path) == MediaKind::Image {
        "picture"
    } else {
        "sound"
    };
    let Some(container) = it.content.container.filter(|_| it.content.size > 0) else {
        return Diagnostic::new(Code::MediaUnusable, format!("`{path}` is empty"))
            .at(it.span, format!("no {what}"))
            .help("fetch or save the file again");
    };
    let title = match container {
        Container::LfsPointer | Container::AnnexPointer => {
            format!("`{path}` is {} to a {what}", container.noun())
        }
        _ => format!("`{path}` is {}", container.noun()),
    };
    let found = Diagnostic::new(Code::MediaUnusable, title);
    match container {
        Container::LfsPointer => found
            .at(it.span, format!("no {what}"))
            .note("it stands in the place of a file that was not fetched")
            .help("run `git lfs pull`"),
        Container::AnnexPointer => found
            .at(it.span, format!("no {what}"))
            .note("it stands in the place of a file that was not fetched")
            .help(format!("run `git annex get {path}`")),
        Container::Html => found
            .at(it.span, format!("no {what}"))
            .note("this is what a download leaves behind when a server answers with an error, or asks for a login")
            .help(format!("open it in a browser to see what it says, and save the {what} itself")),
        Container::Heic | Container::JpegXl | Container::Tiff => found
            .at(it.span, "no card shows it")
            .help("save it as JPEG or PNG"),
        _ => match renaming(path, container) {
            Some(help) => found.at(it.span, "its name says something else").help(help),
            None => found.at(it.span, format!("no {what}")),
        },
    }
}

fn other_name(path: &str, container: Container, it: &Use) -> Diagnostic {
    let found = Diagnostic::new(
        Code::MediaMisnamed,
        format!("`{path}` is {}", container.noun()),
    )
    .at(it.span, "its name says something else");
    let found = if container.nature() == Nature::Picture {
        found.note("AnkiDroid tells the browser by the name what a picture is")
    } else {
        found.note("some devices choose how to play a file by its name, and then play nothing")
    };
    match renaming(path, container) {
        Some(help) => found.help(help),
        None => found,
    }
}

fn ends_early(path: &str, end: EarlyEnd, it: &Use) -> Diagnostic {
    let why = match end {
        EarlyEnd::Shorter(said) => format!(
            "by its own account it has at least {said} bytes, and there are {}",
            it.content.size
        ),
        EarlyEnd::Piece => "its last piece is not whole".to_owned(),
        EarlyEnd::NoLastPage => "no page of it says that it is the last one".to_owned(),
        EarlyEnd::NoIndex => "its index (`moov`), which is written last, is missing".to_owned(),
    };
    Diagnostic::new(
        Code::SoundCutShort,
        format!("`{path}` ends before what it plays does"),
    )
    .at(it.span, "the rest is missing")
    .note(why)
    .help("fetch, record or save the file again")
}

/// How the file is to be called.
fn renaming(path: &str, container: Container) -> Option<String> {
    let extension = container.extensions().first()?;
    let name = file_name(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Some(format!("rename it to `{stem}.{extension}`"))
}

fn svg(path: &str, flaw: &SvgFlaw, it: &Use) -> Diagnostic {
    let what = &flaw.what;
    let (code, title) = match flaw.kind {
        SvgFlawKind::Broken => (Code::SvgBroken, format!("`{path}` is no whole SVG")),
        SvgFlawKind::NoNamespace => (
            Code::SvgBroken,
            format!("`{path}` does not say that it is an SVG"),
        ),
        SvgFlawKind::Active => (Code::SvgActive, format!("`{path}` holds a script")),
        SvgFlawKind::External => (
            Code::SvgExternal,
            format!("`{path}` refers to another file"),
        ),
        SvgFlawKind::Foreign => (Code::SvgForeign, format!("`{path}` holds HTML")),
        SvgFlawKind::Entities => (
            Code::SvgEntities,
            format!("`{path}` declares entities made of entities"),
        ),
    };
    let (line, column) = (flaw.line, flaw.column);
    let place = match flaw.count {
        1 => format!("at {line}:{column} of the file"),
        count => format!("first at {line}:{column} of the file, {count} in all"),
    };
    let found = Diagnostic::new(code, title).at(it.span, place);
    match flaw.kind {
        SvgFlawKind::Broken => lenient(
            found
                .note(what.as_str())
                .note("browsers show nothing of an SVG that they cannot read to its end")
                .help("save it again from the program that it was drawn with"),
            it,
        ),
        SvgFlawKind::NoNamespace => lenient(
            found
                .note("without its namespace it is no picture for a browser")
                .help(format!("write `<svg xmlns=\"{what}\" ..>`")),
            it,
        ),
        SvgFlawKind::Active => found
            .note(format!("`{what}`"))
            .note("no script runs in a picture on a card")
            .help("save the picture without it, in Inkscape as `Plain SVG`"),
        SvgFlawKind::External => found
            .note(format!("`{what}`"))
            .note("a picture on a card shows nothing of other files, be they on the disk or the network")
            .help("embed what it refers to"),
        SvgFlawKind::Foreign => found
            .note("`<foreignObject>` is shown by browsers alone, and not by all of them")
            .help("turn the text into SVG's own, in draw.io by switching off `Word Wrap` and `Formatted Text`"),
        SvgFlawKind::Entities => found
            .note(format!("`&{what};` unfolds to others, which can fill all memory; browsers give up"))
            .help("write what they stand for"),
    }
}

/// What is an error, unless the project keeps what an unpacked deck never had.
fn lenient(mut found: Diagnostic, it: &Use) -> Diagnostic {
    if it.lenient {
        found.severity = Severity::Warning;
        found =
            found.note("the reference stays, because the project says `media: {missing: keep}`");
    }
    found
}

fn is_huge(shipped: &Shipped) -> bool {
    let pixels = shipped
        .size
        .map(|(width, height)| u64::from(width) * u64::from(height));
    pixels.is_some_and(|it| it > HUGE_PIXELS)
}

fn is_large(content: &Content, shipped: &Shipped) -> bool {
    let is_picture = content
        .container
        .is_some_and(|it| it.nature() == Nature::Picture);
    let has_pixels = content.container != Some(Container::Svg);
    let sides = shipped.size.filter(|_| has_pixels);
    is_picture
        && (shipped.bytes > LARGE_BYTES
            || sides.is_some_and(|(width, height)| width.max(height) > LARGE_SIDE))
}

/// One line for all pictures that are larger than a card shows.
fn large(uses: &BTreeMap<String, Use>) -> Option<Diagnostic> {
    let mut large: Vec<(&String, &Use)> = uses
        .iter()
        .filter(|(_, it)| is_large(&it.content, &it.shipped) && !is_huge(&it.shipped))
        .collect();
    let first = large.iter().map(|(_, it)| it.span).min()?;
    let bytes: u64 = large.iter().map(|(_, it)| it.shipped.bytes).sum();
    large.sort_by_key(|(_, it)| std::cmp::Reverse(it.shipped.bytes));
    let named = large.iter().take(3).map(|(path, it)| {
        let size = match it.shipped.size {
            Some((width, height)) => format!("{width} × {height}, "),
            None => String::new(),
        };
        format!("`{path}` ({size}{})", amount(it.shipped.bytes))
    });
    let named: Vec<String> = named.collect();
    let title = match large.len() {
        1 => "a picture is larger than a card shows".to_owned(),
        count => format!("{count} pictures are larger than a card shows"),
    };
    let named = named.join(", ");
    let found = Diagnostic::new(Code::PictureLarge, title)
        .at(first, format!("{} in all", amount(bytes)))
        .note(if large.len() > 3 {
            format!("the largest are {named}")
        } else {
            named
        })
        .note("large is over 2000 pixels wide or high, or over 1 MB")
        .help("`images: {max-width: 1600}` makes them smaller in the package");
    Some(found.info())
}

fn amount(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{} kB", bytes.div_ceil(1000));
    }
    let tenths = bytes.saturating_add(50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
