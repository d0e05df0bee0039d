//! `deckle init`

use deckle::Error;
use deckle::project::starter::{Starter, create};

use super::Outcome;
use super::args::{self, InitArgs};
use super::printer::Printer;

pub(super) fn init(args: &InitArgs, printer: &Printer) -> Result<Outcome, Error> {
    let starter = match args.starter {
        args::Starter::Default => Starter::Default,
        args::Starter::Vocabulary => Starter::Vocabulary,
        args::Starter::Science => Starter::Science,
    };
    let created = create(&args.folder, starter, args.name.as_deref(), &uid()?)?;
    printer.summary(&format!(
        "Began `{}` in {}",
        created.name,
        args.folder.display()
    ));
    if created.without_samples {
        printer.summary("Without sample notes, for the folder holds sources already");
    }
    let command = match args.folder.to_str() {
        Some(".") => "deckle build".to_owned(),
        _ => format!("deckle build {}", args.folder.display()),
    };
    printer.summary(&format!("Next: {command}"));
    Ok(Outcome::Done)
}

/// A random UUID (version 4) for the new project: the one use of randomness, so that the notes of
/// two people never are taken for one another.
pub(super) fn uid() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(deckle::ErrorKind::Usage(format!(
            "the system gives no random numbers: {error}"
        )))
    })?;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    Ok(parts.join("-"))
}
