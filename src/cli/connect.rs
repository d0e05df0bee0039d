//! `deckle connect`

use std::io::Read as _;

use deckle::connect::Client;
use deckle::{Error, ErrorKind};

use super::Outcome;
use super::args::ConnectArgs;
use super::printer::Printer;

pub(super) fn connect(args: &ConnectArgs, printer: &Printer) -> Result<Outcome, Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let key = std::env::var("ANKICONNECT_KEY").ok();
    let client = Client::new(&args.url, key.as_deref())?;
    let params = match args.params.as_deref() {
        Some("-") => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| {
                Error::new(ErrorKind::Read("standard input".into())).caused_by(error)
            })?;
            text
        }
        Some(text) => text.to_owned(),
        None => "{}".to_owned(),
    };
    printer.data(&client.call(&args.action, &params)?);
    Ok(Outcome::Done)
}
