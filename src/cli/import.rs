//! `deckle import`

use deckle::Error;
use deckle::diag::Severity;
use deckle::project::import::{ImportOptions, import as import_files};

use super::Outcome;
use super::args::ImportArgs;
use super::init::uid;
use super::printer::Printer;
use super::words::plural;

pub(super) fn import(args: &ImportArgs, printer: &Printer) -> Result<Outcome, Error> {
    let uid = match &args.uid {
        Some(uid) => uid.clone(),
        None => uid()?,
    };
    let mut options = ImportOptions::new(uid);
    if let Some(name) = &args.name {
        options = options.name(name);
    }
    if let Some(format) = args.from {
        options = options.from(format);
    }
    let imported = import_files(&args.source, &args.folder, &options)?;
    let from = imported.from.name();
    if let Some(sign) = &imported.sign {
        printer.summary(&format!(
            "Read as files of {from}, because of {sign}; --from names another tool"
        ));
    }
    let found = &imported.found;
    printer.diagnostics(&found.diagnostics, &found.sources, &args.source);
    for notice in &imported.notices {
        printer.summary(&notice.to_string());
    }
    let folder = args.folder.display();
    printer.summary(&format!(
        "Imported `{}` into {folder}: {}, {}, {}",
        imported.name,
        plural(imported.notes, "note"),
        plural(imported.note_types, "note type"),
        plural(imported.media, "media file"),
    ));
    for project in &imported.folders {
        printer.summary(&format!("  a project of its own: {folder}/{project}"));
    }
    let left = found.diagnostics.count(Severity::Error);
    if left > 0 {
        printer.failure(&format!(
            "{} in the old files; what they are about is not in the project",
            plural(left, "error")
        ));
    }
    let errors = imported.report.diagnostics.count(Severity::Error);
    let each = if imported.folders.is_empty() {
        ""
    } else {
        "--each "
    };
    if errors > 0 {
        let errors = plural(errors, "error");
        printer.summary(&format!(
            "Next: deckle check {each}{folder} ({errors} to mend)"
        ));
    } else {
        printer.summary(&format!("Next: deckle build {each}{folder}"));
    }
    Ok(if left > 0 {
        Outcome::Sources
    } else {
        Outcome::Done
    })
}
