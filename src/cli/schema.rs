//! `deckle schema`

use deckle::project::Project;
use deckle::project::starter::{Schema, write_schemas};
use deckle::{Error, ErrorKind};

use super::Outcome;
use super::args::{SchemaArgs, SchemaName};
use super::printer::Printer;

pub(super) fn schema(args: &SchemaArgs, printer: &Printer) -> Result<Outcome, Error> {
    if args.write {
        let project = Project::open(".")?;
        let written = write_schemas(project.root())?;
        let count = written.len();
        printer.summary(&format!("{count} schemas are in {}", Schema::FOLDER));
        return Ok(Outcome::Done);
    }
    let schema = match args.name {
        Some(SchemaName::Deckle) => Schema::Deckle,
        Some(SchemaName::Folder) => Schema::Folder,
        Some(SchemaName::Type) => Schema::Type,
        Some(SchemaName::Notes) => Schema::Notes,
        None => {
            let text = "which schema? deckle, folder, type or notes; or `--write` for all of them";
            return Err(Error::new(ErrorKind::Usage(text.to_owned())));
        }
    };
    printer.data(schema.text().trim_end());
    Ok(Outcome::Done)
}
