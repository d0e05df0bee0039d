//! The command line of deckle. It sees just the library's public API.

mod cli;

use std::process::ExitCode;

/// See Cargo.toml for the reason.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
