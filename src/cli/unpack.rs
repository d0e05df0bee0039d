//! `deckle unpack`

use deckle::Error;
use deckle::diag::Severity;
use deckle::project::unpack::{UnpackOptions, unpack as unpack_package};

use super::Outcome;
use super::args::UnpackArgs;
use super::init::uid;
use super::printer::Printer;
use super::words::plural;

pub(super) fn unpack(args: &UnpackArgs, printer: &Printer) -> Result<Outcome, Error> {
    let uid = match &args.uid {
        Some(uid) => uid.clone(),
        None => uid()?,
    };
    let mut options = UnpackOptions::new(uid).positions(!args.no_positions);
    if let Some(name) = &args.name {
        options = options.name(name);
    }
    let unpacked = unpack_package(&args.package, &args.folder, &options)?;
    for notice in &unpacked.notices {
        printer.summary(&notice.to_string());
    }
    let folder = args.folder.display();
    let masked = match unpacked.masked_notes {
        0 => String::new(),
        count => format!(", masks of {} shape by shape", plural(count, "note")),
    };
    printer.summary(&format!(
        "Unpacked `{}` into {folder}: {}, {}, {}; {} as Markdown, {} as HTML{masked}",
        unpacked.name,
        plural(unpacked.notes, "note"),
        plural(unpacked.note_types, "note type"),
        plural(unpacked.media, "media file"),
        plural(unpacked.markdown_fields, "field"),
        unpacked.html_fields
    ));
    let errors = unpacked.report.diagnostics.count(Severity::Error);
    if errors > 0 {
        let errors = plural(errors, "error");
        printer.summary(&format!("Next: deckle check {folder} ({errors} to mend)"));
    } else {
        printer.summary(&format!("Next: deckle build {folder}"));
    }
    Ok(Outcome::Done)
}
