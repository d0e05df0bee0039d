//! The settings that a file's header, a folder and a project share: `deck`, `tags`, `type`,
//! `markdown`, `cloze`, `math` and the like.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::audio;
use super::defaults::{DefaultFormat, Defaults};
use super::dialect::FrontEnd;
use super::settings;
use super::table;
use super::yaml::decode;
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::written::{
    Backlink, CodeTheme, Coloring, Highlight, MacroSettings, MathEngine, Missing, Recompress,
    Remote, Settings, WikiLinks,
};

/// The keys that [`apply`] takes.
pub const KEYS: &[&str] = &[
    "deck",
    "tags",
    "tags!",
    "type",
    "suspend",
    "flag",
    "format",
    "markdown",
    "cloze",
    "math",
    "code",
    "media",
    "images",
    "links",
    "audio",
    "csv",
    "front-end",
    "map",
];

/// Those of them that hold for whole files, and so stand in no file of notes.
pub const OF_FOLDERS: &[&str] = &["csv", "front-end"];

/// Tells of a key that holds for whole files and stands in one. Returns whether it is such a key.
pub fn tell_misplaced(entry: &Entry, sink: &mut Diagnostics) -> bool {
    let name = entry.name();
    if !OF_FOLDERS.contains(&name) {
        return false;
    }
    sink.push(
        Diagnostic::new(
            Code::UnknownKey,
            format!("`{name}` stands in a file of notes"),
        )
        .at(entry.key_span(), "says nothing here")
        .note("it says how files are read, so it has to be known before one is")
        .help("write it into the `_deck.yaml` of the folder, a rule, or under `defaults` in deckle.yaml"),
    );
    true
}

/// Keys of a header that the format has and this version does not read.
const NOT_READ: &[&str] = &["lang"];

/// Applies one entry of a header to what is inherited. Returns whether its key is a setting;
/// wrong values are told, and so are settings that this version does not read.
pub fn apply(entry: &Entry, defaults: &mut Defaults, sink: &mut Diagnostics) -> bool {
    let value = &entry.value;
    match entry.name() {
        "deck" => {
            if let Some(name) = decode::string(value, "deck", sink) {
                defaults.set_deck(&name, sink);
            }
        }
        "tags" => add_tags(value, defaults, sink),
        "tags!" => {
            defaults.tags.clear();
            defaults.path_tag = false;
            add_tags(value, defaults, sink);
        }
        "type" => {
            if let Some(name) = decode::string(value, "type", sink) {
                defaults.note_type = name;
            }
        }
        "suspend" => {
            if let Some(suspend) = settings::suspend(value, sink) {
                defaults.suspend = suspend;
            }
        }
        "flag" => {
            if let Some(flag) = settings::flag(value, sink) {
                defaults.flag = flag;
            }
        }
        "format" => {
            let formats = [
                ("md", DefaultFormat::ByField),
                ("html", DefaultFormat::Html),
                ("text", DefaultFormat::Text),
            ];
            if let Some(format) = decode::choice(value, "format", &formats, sink) {
                defaults.format = format;
            }
        }
        "markdown" => block(value, &MARKDOWN, defaults, sink),
        "cloze" => block(value, &CLOZE, defaults, sink),
        "math" => block(value, &MATH, defaults, sink),
        "code" => block(value, &CODE, defaults, sink),
        "media" => block(value, &MEDIA, defaults, sink),
        "images" => block(value, &IMAGES, defaults, sink),
        "links" => block(value, &LINKS, defaults, sink),
        "audio" => block(value, &AUDIO, defaults, sink),
        "csv" => block(value, &CSV, defaults, sink),
        "front-end" => front_end(value, defaults, sink),
        "map" => {
            if let Some(map) = map(value, sink) {
                defaults.map = Arc::new(map);
            }
        }
        name if NOT_READ.contains(&name) => {
            not_read(entry, name, sink);
        }
        _ => return false,
    }
    true
}

/// Whether [`apply`] takes this key, if only to say that this version does not read it.
#[must_use]
pub fn is_known(key: &str) -> bool {
    KEYS.contains(&key) || NOT_READ.contains(&key)
}

/// The settings that are mappings, each with its keys.
pub fn blocks() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    [
        MARKDOWN, CLOZE, MATH, CODE, MEDIA, IMAGES, LINKS, AUDIO, CSV,
    ]
    .into_iter()
    .map(|block| (block.name, block.keys))
}

/// The tool that files are read as; `deckle` is none.
fn front_end(value: &Node, defaults: &mut Defaults, sink: &mut Diagnostics) {
    let tools = FrontEnd::ALL.iter().map(|(name, it)| (*name, Some(*it)));
    let choices: Vec<_> = tools.chain([("deckle", None)]).collect();
    if let Some(tool) = decode::choice(value, "front-end", &choices, sink) {
        defaults.front_end = tool;
    }
}

/// `{theirs: ours}`; nothing for ours means that the key is passed over.
fn map(value: &Node, sink: &mut Diagnostics) -> Option<BTreeMap<String, Option<String>>> {
    let mut map = BTreeMap::new();
    for entry in decode::mapping(value, "map", sink)? {
        let ours = if entry.value.is_null() {
            None
        } else {
            Some(decode::string(&entry.value, "map", sink)?.value)
        };
        map.insert(entry.name().to_owned(), ours);
    }
    Some(map)
}

fn add_tags(value: &Node, defaults: &mut Defaults, sink: &mut Diagnostics) {
    for tag in settings::tags(value, sink) {
        if !defaults.tags.iter().any(|it| it.value == tag.value) {
            defaults.tags.push(tag);
        }
    }
}

/// The key of `markdown` that stands for several others.
const PROFILE: &str = "profile";

/// A mapping of settings, such as `markdown`.
struct Block {
    name: &'static str,
    keys: &'static [&'static str],
    /// Keys that the format has and this version does not read.
    not_read: &'static [&'static str],
    apply: fn(&Entry, &str, &mut Defaults, &mut Diagnostics),
}

const MARKDOWN: Block = Block {
    name: "markdown",
    keys: &[
        PROFILE,
        "note-level",
        "select",
        "card-tag",
        "inline",
        "hashtags",
        "context",
        "breaks",
        "percent-comments",
        "autolinks",
        "ruby",
    ],
    not_read: &[],
    apply: |entry, what, defaults, sink| {
        let value = &entry.value;
        let markdown = &mut defaults.markdown;
        match entry.name() {
            PROFILE => {
                let profiles = [("default", false), ("obsidian", true)];
                if let Some(obsidian) = decode::choice(value, what, &profiles, sink) {
                    markdown.obsidian = obsidian;
                    markdown.inline = obsidian;
                    markdown.hashtags = obsidian;
                    markdown.tagged_only = obsidian;
                    let settings = writable(defaults);
                    settings.hard_breaks = obsidian;
                    settings.percent_comments = obsidian;
                }
            }
            "inline" => set(&mut markdown.inline, decode::boolean(value, what, sink)),
            "hashtags" => set(&mut markdown.hashtags, decode::boolean(value, what, sink)),
            "note-level" => {
                let level = decode::integer(value, what, 1..=6, sink);
                if let Some(level) = level.and_then(|it| u8::try_from(it).ok()) {
                    markdown.note_level = level;
                }
            }
            "select" => set(
                &mut markdown.tagged_only,
                decode::choice(value, what, &[("all", false), ("tagged", true)], sink),
            ),
            "card-tag" => {
                if let Some(tag) = settings::tags(value, sink).into_iter().next() {
                    markdown.card_tag = tag.value.as_str().to_owned();
                }
            }
            "context" => set(
                &mut markdown.breadcrumb,
                decode::choice(value, what, &[("none", false), ("breadcrumb", true)], sink),
            ),
            "percent-comments" => set(
                &mut writable(defaults).percent_comments,
                decode::boolean(value, what, sink),
            ),
            "autolinks" => set(
                &mut writable(defaults).autolinks,
                decode::boolean(value, what, sink),
            ),
            "ruby" => set(
                &mut writable(defaults).ruby,
                decode::boolean(value, what, sink),
            ),
            _ => {
                let breaks = decode::choice(value, what, &[("soft", false), ("hard", true)], sink);
                set(&mut writable(defaults).hard_breaks, breaks);
            }
        }
    },
};

const CLOZE: Block = Block {
    name: "cloze",
    keys: &["highlight", "curly"],
    not_read: &[],
    apply: |entry, what, defaults, sink| match entry.name() {
        "highlight" => {
            let choices = [
                ("explicit", Highlight::Explicit),
                ("auto", Highlight::Auto),
                ("never", Highlight::Never),
            ];
            let highlight = decode::choice(&entry.value, what, &choices, sink);
            set(&mut writable(defaults).highlight, highlight);
        }
        _ => {
            let curly = decode::boolean(&entry.value, what, sink);
            set(&mut writable(defaults).curly, curly);
        }
    },
};

const MATH: Block = Block {
    name: "math",
    keys: &["engine", "macros", "font"],
    not_read: &[],
    apply: |entry, what, defaults, sink| match entry.name() {
        "macros" => macros(&entry.value, what, defaults, sink),
        "font" => {
            let font = decode::string(&entry.value, what, sink);
            set(&mut writable(defaults).math_font, font);
        }
        _ => engine(&entry.value, what, defaults, sink),
    },
};

fn engine(value: &Node, what: &str, defaults: &mut Defaults, sink: &mut Diagnostics) {
    let engines = [
        ("mathjax", MathEngine::Mathjax),
        ("image", MathEngine::Image),
        ("latex-tag", MathEngine::LatexTag),
        ("latex", MathEngine::Latex),
        ("auto", MathEngine::Auto),
        ("none", MathEngine::None),
    ];
    let engine = decode::choice(value, what, &engines, sink);
    if cfg!(not(feature = "formulas")) && engine == Some(MathEngine::Image) {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                "this deckle was built without the typesetter",
            )
            .at(value.span, "formulas cannot become pictures")
            .help("build it with the feature `formulas`, or say `mathjax`"),
        );
        return;
    }
    set(&mut writable(defaults).math, engine);
}

/// The path of a file, which takes the place of an inherited one, or definitions, which come
/// beside those that are inherited.
fn macros(value: &Node, what: &str, defaults: &mut Defaults, sink: &mut Diagnostics) {
    let Value::Mapping(entries) = &value.value else {
        if value.is_null() {
            writable(defaults).macros = MacroSettings::default();
        } else if let Some(path) = decode::string(value, what, sink) {
            writable(defaults).macros.file = Some(path);
        }
        return;
    };
    for entry in entries {
        let Some(body) = decode::text(&entry.value, what, sink) else {
            continue;
        };
        if let Err(problem) = macro_problem(entry.name(), body.as_str()) {
            sink.push(
                Diagnostic::new(Code::MacroFile, problem)
                    .at(entry.key_span(), "not defined")
                    .help("write it like `'\\R': '\\mathbb{R}'`, in single quotes"),
            );
            continue;
        }
        let inline = &mut writable(defaults).macros.inline;
        inline.insert(entry.name().to_owned(), body.as_str().to_owned());
    }
}

/// What is wrong with a macro of this name and body.
fn macro_problem(name: &str, body: &str) -> Result<(), &'static str> {
    let word = name.strip_prefix('\\').unwrap_or_default();
    let is_word = word.chars().all(|it| it.is_ascii_alphabetic() || it == '@');
    if word.is_empty() || !is_word && word.chars().count() > 1 {
        return Err("a macro is named by a backslash and letters, or one other character");
    }
    let mut depth = 0_i64;
    let mut characters = body.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            break;
        }
    }
    if depth == 0 {
        Ok(())
    } else {
        Err("the braces of the macro do not match")
    }
}

const CODE: Block = Block {
    name: "code",
    keys: &["highlight", "theme-light", "theme-dark"],
    not_read: &[],
    apply: |entry, what, defaults, sink| {
        let value = &entry.value;
        match entry.name() {
            "highlight" => {
                let choices = [
                    ("classes", Coloring::Classes),
                    ("inline", Coloring::Inline),
                    ("none", Coloring::None),
                ];
                let coloring = decode::choice(value, what, &choices, sink);
                if cfg!(not(feature = "highlight"))
                    && coloring.is_some_and(|it| it != Coloring::None)
                {
                    sink.push(
                        Diagnostic::new(Code::BadValue, "this deckle was built without colors")
                            .at(value.span, "code stays plain")
                            .help("build it with the feature `highlight`, or say `none`"),
                    );
                }
                set(&mut writable(defaults).code.coloring, coloring);
            }
            name => {
                let themes = CodeTheme::ALL.map(|theme| (theme.name(), Some(theme)));
                let theme = decode::choice(value, what, &themes, sink);
                let code = &mut writable(defaults).code;
                let place = if name == "theme-light" {
                    &mut code.day
                } else {
                    &mut code.night
                };
                set(place, theme);
            }
        }
    },
};

/// The greatest size that AnkiWeb syncs, in megabytes.
const MAX_MEGABYTES: i64 = 100;

const MEDIA: Block = Block {
    name: "media",
    keys: &["paths", "remote", "missing", "max-mb"],
    not_read: &["naming", "case"],
    apply: |entry, what, defaults, sink| {
        let value = &entry.value;
        match entry.name() {
            "paths" => {
                if let Some(paths) = decode::strings(value, what, sink) {
                    let settings = writable(defaults);
                    settings.media_path_spans = paths.iter().map(|it| it.span).collect();
                    settings.media_paths = paths.into_iter().map(|it| it.value).collect();
                }
            }
            "remote" => {
                let choices = [
                    ("error", Remote::Error),
                    ("keep", Remote::Keep),
                    ("fetch", Remote::Fetch),
                ];
                let remote = decode::choice(value, what, &choices, sink);
                set(&mut writable(defaults).remote, remote);
            }
            "missing" => {
                let choices = [("error", Missing::Error), ("keep", Missing::Keep)];
                let missing = decode::choice(value, what, &choices, sink);
                set(&mut writable(defaults).missing, missing);
            }
            _ => {
                let megabytes = decode::integer(value, what, 1..=MAX_MEGABYTES, sink);
                let bytes = megabytes.and_then(|it| u64::try_from(it * 1_000_000).ok());
                set(&mut writable(defaults).max_media_bytes, bytes);
            }
        }
    },
};

/// The least width that pictures can be made, and the greatest that means anything.
const WIDTHS: std::ops::RangeInclusive<i64> = 16..=20_000;

const IMAGES: Block = Block {
    name: "images",
    keys: &["max-width", "recompress", "strip-metadata"],
    not_read: &[],
    apply: |entry, what, defaults, sink| {
        let value = &entry.value;
        let images = &mut writable(defaults).images;
        let mut asks = false;
        match entry.name() {
            "max-width" => {
                let width = decode::integer(value, what, WIDTHS, sink);
                images.max_width = width.and_then(|it| u32::try_from(it).ok());
                asks = images.max_width.is_some();
            }
            "recompress" => {
                let choices = [
                    ("never", Recompress::Never),
                    ("lossless", Recompress::Lossless),
                    ("webp", Recompress::WebP),
                ];
                let recompress = decode::choice(value, what, &choices, sink);
                set(&mut images.recompress, recompress);
                asks = recompress.is_some_and(|it| it != Recompress::Never);
            }
            _ => set(
                &mut images.strip_metadata,
                decode::boolean(value, what, sink),
            ),
        }
        if cfg!(not(feature = "images")) && asks {
            sink.push(
                Diagnostic::new(Code::BadValue, "this deckle cannot make pictures smaller")
                    .at(value.span, "pictures would stay as they are")
                    .help("build it with the feature `images`, or leave this out"),
            );
        }
    },
};

const LINKS: Block = Block {
    name: "links",
    keys: &["wiki", "backlink", "vault"],
    not_read: &[],
    apply: |entry, what, defaults, sink| {
        let value = &entry.value;
        match entry.name() {
            "wiki" => {
                let choices = [("text", WikiLinks::Text), ("obsidian", WikiLinks::Obsidian)];
                let wiki = decode::choice(value, what, &choices, sink);
                set(&mut writable(defaults).wiki_links, wiki);
            }
            "backlink" => {
                let choices = [
                    ("none", Backlink::None),
                    ("path", Backlink::Path),
                    ("obsidian", Backlink::Obsidian),
                ];
                let backlink = decode::choice(value, what, &choices, sink);
                set(&mut writable(defaults).backlink, backlink);
            }
            _ => {
                let vault = decode::string(value, what, sink).map(|it| it.value);
                set(&mut writable(defaults).vault, vault);
            }
        }
    },
};

const AUDIO: Block = Block {
    name: "audio",
    keys: audio::KEYS,
    not_read: &[],
    apply: |entry, what, defaults, sink| {
        audio::apply(
            entry,
            what,
            Arc::make_mut(&mut writable(defaults).audio),
            sink,
        );
    },
};

const CSV: Block = Block {
    name: "csv",
    keys: table::KEYS,
    not_read: &[],
    apply: |entry, what, defaults, sink| {
        Arc::make_mut(&mut defaults.csv).apply(entry, what, sink);
    },
};

fn block(value: &Node, block: &Block, defaults: &mut Defaults, sink: &mut Diagnostics) {
    let Some(entries) = decode::mapping(value, block.name, sink) else {
        return;
    };
    // A profile stands for several keys; those that are given beside it win, wherever they stand.
    let (profiles, others): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|it| it.name() == PROFILE);
    for entry in profiles.into_iter().chain(others) {
        let name = entry.name();
        if block.keys.contains(&name) {
            let what = format!("{}.{name}", block.name);
            (block.apply)(entry, &what, defaults, sink);
        } else if block.not_read.contains(&name) {
            not_read(entry, &format!("{}.{name}", block.name), sink);
        } else {
            let place = format!("in `{}`", block.name);
            decode::unknown_key(&entry.key, &place, block.keys, sink);
        }
    }
}

fn not_read(entry: &Entry, name: &str, sink: &mut Diagnostics) {
    sink.push(
        Diagnostic::new(
            Code::UnknownKey,
            format!("this version of deckle does not read `{name}`"),
        )
        .at(entry.key_span(), "not read yet")
        .help("remove it; nothing is built from a setting that would be ignored"),
    );
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn writable(defaults: &mut Defaults) -> &mut Settings {
    Arc::make_mut(&mut defaults.settings)
}
