//! The command line of deckle. It sees just the library's public API.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
