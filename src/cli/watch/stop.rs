//! Ctrl-C: the build that runs comes to its end, so that nothing is left half-written.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use deckle::{Error, ErrorKind};

use super::Wake;

/// What shells say of a program that was interrupted: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// Sends word when the user, or the system, wants an end. Whoever asks a second time does not want
/// to wait, and gets it at once.
pub(super) fn on_signal(wakes: Sender<Wake>) -> Result<(), Error> {
    let asked = AtomicBool::new(false);
    let handler = move || {
        if asked.swap(true, Ordering::SeqCst) || wakes.send(Wake::Stop).is_err() {
            end();
        }
    };
    ctrlc::set_handler(handler).map_err(|error| {
        let text = "Ctrl-C cannot be caught".to_owned();
        Error::new(ErrorKind::Usage(text)).caused_by(error)
    })
}

#[expect(clippy::exit, reason = "what an impatient user asks for")]
fn end() {
    std::process::exit(INTERRUPTED);
}
