//! Why a call brought nothing: as the protocol says it, and then as an error for people.

use super::address::Address;
use crate::{Error, ErrorKind};

/// Why a call brought nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another client of the account began to synchronize (409), so that this session is gone.
    Superseded,
    /// The server says no.
    Status {
        method: &'static str,
        status: u16,
        text: String,
    },
    /// The server counts other notes and cards than it should have.
    Miscounted,
    /// The server is elsewhere (308).
    Moved(String),
    /// The server's certificate says nothing, or that it is another one; the error's text goes behind
    /// the address.
    Untrusted(Error),
    /// No answer; the error's text goes behind the address.
    Away(Error),
    /// The answer is none of a sync server; the text goes behind the address.
    Odd(String),
    /// What has nothing to do with the server, such as a damaged package; or is told already.
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Failure {
    /// An answer of another shape than the call's.
    pub(super) fn odd(method: &str, error: impl std::fmt::Display) -> Self {
        Self::Odd(format!(
            "answers `{method}` with something else than it should: {error}"
        ))
    }

    pub(super) fn is_denied(&self) -> bool {
        matches!(self, Self::Status { status: 403, .. })
    }

    /// Whether the call may come to another end after a while.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Superseded)
    }

    /// Whether it may be so because of what was kept of the account, for that is not what the server
    /// has.
    pub(super) fn is_doubtful(&self) -> bool {
        match self {
            Self::Miscounted | Self::Odd(_) => true,
            Self::Status { status, .. } => *status != 403,
            _ => false,
        }
    }

    /// For people.
    pub(super) fn at(self, address: &Address) -> Error {
        let url = address.as_str();
        let refused = |text: String| Error::new(ErrorKind::Refused(text));
        match self {
            Self::Superseded => refused(format!(
                "the sync server at {url} is busy: other devices of this account synchronized \
                 again and again; nothing was changed, try again later"
            )),
            Self::Status {
                method: "hostKey",
                status: 403,
                ..
            } => refused(format!(
                "the sync server at {url} knows no such user, or another password; community \
                 servers of before 2022 answer so too, and want the older protocol"
            )),
            Self::Status { status: 403, .. } => refused(format!(
                "the sync server at {url} takes the login no more; log in with user and password"
            )),
            Self::Status {
                status: 404 | 405, ..
            } => refused(format!(
                "there is no sync server of Anki at {url}; the address is what Anki's settings \
                 name, without `sync/` at its end"
            )),
            Self::Status { status: 501, .. } => refused(format!(
                "the sync server at {url} speaks another version of the protocol"
            )),
            Self::Status {
                method,
                status,
                text,
            } => {
                // Mostly the text is the number once more.
                let text = text.trim();
                let said = match text.parse::<u16>() {
                    Ok(_) => String::new(),
                    Err(_) if text.is_empty() => String::new(),
                    Err(_) => format!(": {text}"),
                };
                refused(format!(
                    "the sync server at {url} refuses `{method}` with status {status}{said}"
                ))
            }
            Self::Miscounted => refused(format!(
                "the sync server at {url} counts other notes and cards than were sent to it; \
                 nothing was changed. Check the database in Anki, and synchronize"
            )),
            Self::Moved(to) => {
                let reason = match Address::new(&to) {
                    Ok(other) => address.distrust(&other),
                    Err(_) => Some("which is no address"),
                };
                let reason = reason.unwrap_or("behind the login");
                refused(format!(
                    "the sync server at {url} sends on to {to}, {reason}; the login is not given to \
                     it: name that address if it is yours"
                ))
            }
            Self::Odd(text) => refused(format!("what is at {url} is no sync server: it {text}")),
            Self::Away(error) => {
                let text = format!("the sync server at {url} {error}");
                error.retold(ErrorKind::Unreachable(text))
            }
            Self::Untrusted(error) => {
                let text = format!("the sync server at {url} cannot be trusted: {error}");
                error.retold(ErrorKind::Untrusted(text))
            }
            Self::Other(error) => error,
        }
    }
}
