//! One request to AnkiConnect. The one file of the client that knows HTTP.
//!
//! AnkiConnect answers as HTTP/1.1 and closes the connection without saying so: a second request on
//! it breaks. It reads no chunked bodies. So each request says `Connection: close`, has a connection
//! of its own, and its body goes out whole with its length in front.

use std::net::IpAddr;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;

use crate::{Error, ErrorKind};

/// How long a connection may take: Anki is on this machine, or in the next room.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a call may take unless the caller says otherwise.
const LONGEST: Duration = Duration::from_secs(600);
/// How long the first call of a delivery may take: as long as somebody waits who does not know why.
const FIRST: Duration = Duration::from_secs(20);
/// The longest answer that is read, in bytes: the largest media file that Anki syncs, as text,
/// comes to half of it.
const MOST: u64 = 256 << 20;

/// Where requests go.
pub(super) struct Wire {
    pub(super) url: String,
    pub(super) longest: Duration,
    agent: Agent,
}

impl Wire {
    pub(super) fn new(url: &str) -> Result<Self, Error> {
        let unusable = |why: &str| {
            Error::usage(format!(
                "`{url}` is no address of AnkiConnect, {why}; one is `http://127.0.0.1:8765`"
            ))
        };
        let read: Uri = url.parse().map_err(|_| unusable("for it is no URL"))?;
        if read.scheme_str() != Some("http") {
            return Err(unusable("which speaks plain `http`"));
        }
        if read.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err(unusable("which knows no user names"));
        }
        let config = Agent::config_builder()
            // Anki is near, and no environment decides where notes go.
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("deckle/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            url: url.to_owned(),
            longest: LONGEST,
            agent: Agent::new_with_config(config),
        })
    }

    /// Whether the address is one of this machine.
    pub(super) fn is_local(&self) -> bool {
        let (host, _) = self.host_and_port();
        let address = host.parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
    }

    /// The host, without the brackets of an address, and the port.
    pub(super) fn host_and_port(&self) -> (String, u16) {
        let read: Option<Uri> = self.url.parse().ok();
        let host = read.as_ref().and_then(Uri::host).unwrap_or_default();
        let port = read.as_ref().and_then(Uri::port_u16).unwrap_or(80);
        (host.trim_matches(['[', ']']).to_owned(), port)
    }

    /// Sends a body, gives back the answer's.
    pub(super) fn post(&self, body: &str) -> Result<String, Error> {
        self.post_within(body, self.longest)
    }

    /// The same for the first request of a work, which nothing large hangs on: while a window of Anki
    /// or of the add-on waits for its user, nothing is answered at all.
    pub(super) fn post_first(&self, body: &str) -> Result<String, Error> {
        self.post_within(body, self.longest.min(FIRST))
    }

    fn post_within(&self, body: &str, longest: Duration) -> Result<String, Error> {
        let away = |error: ureq::Error| {
            let text = format!("AnkiConnect at {} {}", self.url, why(&error));
            Error::new(ErrorKind::Unreachable(text)).caused_by(error)
        };
        let mut response = self
            .agent
            .post(&self.url)
            .config()
            .timeout_global(Some(longest))
            .build()
            .header("Connection", "close")
            .header("Content-Type", "application/json")
            .send(body)
            .map_err(away)?;
        let status = response.status();
        let answer = response.body_mut().with_config().limit(MOST);
        let answer = answer.read_to_string().map_err(away)?;
        if !status.is_success() {
            let code = status.as_u16();
            let text = if code == 403 {
                format!(
                    "AnkiConnect at {} takes no requests of this program",
                    self.url
                )
            } else {
                format!("{} answers with status {code}", self.url)
            };
            return Err(Error::new(ErrorKind::Refused(text)));
        }
        Ok(answer)
    }
}

/// What goes behind "AnkiConnect at URL".
fn why(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => {
            "does not answer in time; is Anki busy, or does a dialog wait for an answer there?"
        }
        ureq::Error::HostNotFound => "cannot be found: there is no such host",
        ureq::Error::BodyExceedsLimit(_) => "answers with more than 256 MiB",
        _ => "does not answer; is Anki open, and the add-on installed?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_plain_http() {
        let check = |url: &str, expect: &str| match Wire::new(url) {
            Ok(_) => assert_eq!(expect, "", "{url}"),
            Err(error) => assert!(
                error.to_string().contains(expect) && !expect.is_empty(),
                "{error}"
            ),
        };
        check("http://127.0.0.1:8765", "");
        check("http://[::1]:8765/", "");
        check("http://phone.local:8765", "");
        check("https://127.0.0.1:8765", "plain `http`");
        check("127.0.0.1:8765", "no address of AnkiConnect");
        check("localhost", "no address of AnkiConnect");
        check("", "no address of AnkiConnect");
        check("http://me:secret@localhost:8765", "no user names");
    }
}
