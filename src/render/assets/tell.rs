//! What is wrong with a reference of a template, of CSS or of a file that they load.
//!
//! The findings have no place yet: the same file may be asked for at several.

use super::found::{Found, How};
use super::keep::pattern_of;
use crate::diag::{Code, Diagnostic, Severity};
use crate::files::file_name;
use crate::model::written::Missing;
use crate::render::media::Resolved;

/// Of a file that is not there or cannot be taken; `None` where it is one.
pub(super) fn unresolved(name: &str, resolved: &Resolved, missing: Missing) -> Option<Diagnostic> {
    let found = match resolved {
        Resolved::File { .. } => return None,
        Resolved::Missing { nearest } => {
            let found = Diagnostic::new(Code::MediaMissing, format!("file not found: `{name}`"));
            let found = match nearest {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found,
            };
            let found =
                found.note("looked for in the folder of the text that names it, at the root and in the media folders");
            return Some(kept(found, missing));
        }
        Resolved::Outside => {
            let title = format!("`{name}` lies outside of the project");
            return Some(kept(Diagnostic::new(Code::MediaOutside, title), missing));
        }
        Resolved::TooLarge { bytes } => {
            Diagnostic::new(Code::MediaTooLarge, format!("`{name}` has {bytes} bytes"))
        }
        Resolved::Ambiguous(paths) => Diagnostic::new(
            Code::MediaAmbiguous,
            format!(
                "several files are called `{name}`: `{}`",
                paths.join("`, `")
            ),
        ),
        Resolved::Unreadable(text) | Resolved::BadData(text) => unreadable(name, text),
    };
    Some(found)
}

fn kept(mut found: Diagnostic, missing: Missing) -> Diagnostic {
    if missing == Missing::Keep && found.code == Code::MediaMissing {
        found.severity = Severity::Warning;
        found = found.note("the name stays, because the project says `media: {missing: keep}`");
    }
    found
}

/// Of a link to a file.
pub(super) fn dead_link(link: &Found) -> Diagnostic {
    let title = format!("a link to `{}` leads nowhere on a card", link.name.trim());
    Diagnostic::new(Code::LinkTarget, title)
        .note("no file comes with a package because a link leads to it, and phones open none from a card")
        .help("link to an address such as `https://..`, or show the file as an image")
}

pub(super) fn unreadable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::MediaMissing, format!("`{name}` cannot be read")).note(why)
}

pub(super) fn other_case(real: &str) -> Diagnostic {
    let name = file_name(real);
    Diagnostic::new(
        Code::MediaCase,
        format!("the file is called `{name}`, in another letter case"),
    )
}

/// Of a name that a field gives.
pub(super) fn by_field(found: &Found) -> Diagnostic {
    let name = &found.name;
    let kind = if found.how == How::Sound {
        "audio"
    } else {
        "image"
    };
    let is_field = name.starts_with("{{") && name.find("}}").is_some_and(|it| it + 2 == name.len());
    let title = format!("the card template takes the name of a file from a field: `{name}`");
    let diagnostic = Diagnostic::new(Code::TemplateFieldMedia, title)
        .note("an import brings the files that fields name by a whole tag; this name alone is none, so every one of them stays behind");
    if is_field {
        return diagnostic.help(format!(
            "write `{name}` in the place of the tag, and say `kind: {kind}` of the field in type.yaml: then its value is a file, and deckle writes the tag into it"
        ));
    }
    let pattern = pattern_of(file_name(name));
    let pattern = format!("_{}", pattern.trim_start_matches('_'));
    diagnostic.help(format!(
        "give the field the whole tag, or let the files be called `{pattern}` and keep these names: `assets: {{keep: [\"{pattern}\"]}}` in deckle.yaml"
    ))
}

/// Of a font that cannot be cut down.
pub(super) fn whole_font(name: &str, why: &str) -> Diagnostic {
    let title = format!("the font `{name}` is shipped whole: {why}");
    Diagnostic::new(Code::FontWhole, title)
        .note("`assets: {subset-fonts: true}` has fonts cut down to the characters that cards show")
        .help("TrueType fonts (`.ttf`) and WOFF2 files of them can be cut; `keep: [..]` beside it names fonts that stay as they are")
}

/// Of files that load one another.
pub(super) fn cycle(chain: &[String]) -> Diagnostic {
    let chain: Vec<&str> = chain.iter().map(|it| file_name(it)).collect();
    let title = format!("files load one another: `{}`", chain.join("`, `"));
    Diagnostic::new(Code::AssetCycle, title)
        .note("the name of each holds the hash of its content, and so the name of the next; in a circle there is no first one")
        .help("take one of the references out, or keep the names of these files with `assets: {keep: [..]}` in deckle.yaml")
}

/// Of a name that a script puts together.
pub(super) fn computed(text: &str) -> Diagnostic {
    let title = format!(
        "the script puts the name of a file together: `{}`",
        text.trim()
    );
    Diagnostic::new(Code::AssetComputed, title)
        .note("files get the hash of their content into their names, so that learners get changed ones; a name that is put together while a card is shown does not lead to them")
        .help("write the whole name in quotes, or keep the names of these files: `assets: {keep: [\"_data-*.json\"]}` in deckle.yaml")
}

/// Of a file that keeps a name under which it is not imported.
pub(super) fn not_static(name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::MediaNotStatic,
        format!("`{name}` would not come with the package"),
    )
    .note("`assets: {keep: ..}` keeps its name, and Anki imports a template's files only if their names begin with `_`")
    .help(format!("call it `_{name}`, or take it out of `keep`: deckle then names it itself"))
}

/// Of two files that keep one name.
pub(super) fn taken(name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::MediaNameTaken,
        format!("two different files keep the name `{name}`"),
    )
    .note("a package holds one file of a name, for all its note types")
    .help("rename one of them, or do not keep the name")
}
