//! How calls become requests, and answers replies: the protocol of today.
//!
//! Version 11 says who asks in a header of JSON, and packs body and answer with zstd. What came
//! before it is in `multipart`.

use serde_json::json;

use super::address::Address;
use super::failure::Failure;
use super::stream::{pack, unpack};
use super::wire::{Answer, Wire};

/// What the server writes into its log: the program, its version, the system. Older servers fail
/// where it has not these three parts, or where there is a word in the version (measured on
/// `ankisyncd` of 2021).
pub(super) const CLIENT: &str = concat!(
    "deckle,",
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR"),
    ".",
    env!("CARGO_PKG_VERSION_PATCH"),
    ",any"
);

/// A call, and who makes it.
pub(super) struct Call<'a> {
    pub(super) address: &'a Address,
    pub(super) method: Method,
    /// Empty where there is none yet.
    pub(super) key: &'a str,
    /// Any text, another one for each attempt.
    pub(super) session: &'a str,
    /// What `msync/begin` gave; older servers know the session by it.
    pub(super) media_session: &'a str,
    /// JSON, or an archive of media.
    pub(super) payload: &'a [u8],
}

/// A call's name, with the half of the server that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// To the collection.
    Sync(&'static str),
    /// To the media.
    Media(&'static str),
}

impl Method {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sync(name) | Self::Media(name) => name,
        }
    }

    pub(super) fn path(self) -> String {
        match self {
            Self::Sync(name) => format!("sync/{name}"),
            Self::Media(name) => format!("msync/{name}"),
        }
    }
}

/// A version of the protocol.
pub(super) trait Transport {
    /// The number that the server is told.
    fn version(&self) -> u8;

    /// The reply as plain bytes.
    fn call(&self, wire: &Wire, call: &Call<'_>) -> Result<Vec<u8>, Failure>;

    /// How many rows go out at once.
    fn rows(&self) -> usize;
}

/// The protocol of today.
pub(super) struct Current;

impl Transport for Current {
    fn version(&self) -> u8 {
        11
    }

    fn call(&self, wire: &Wire, call: &Call<'_>) -> Result<Vec<u8>, Failure> {
        let header = json!({"v": 11, "k": call.key, "c": CLIENT, "s": call.session}).to_string();
        let unpackable = |error: std::io::Error| Failure::odd(call.method.name(), error);
        let body = pack(call.payload).map_err(unpackable)?;
        let url = call.address.join(&call.method.path());
        let headers = [
            ("anki-sync", header.as_str()),
            ("Content-Type", "application/octet-stream"),
        ];
        let answer = wire.post(&url, &headers, &body)?;
        let (body, size) = judge(call.method, answer)?;
        unpack(&body, size).map_err(unpackable)
    }

    fn rows(&self) -> usize {
        1000
    }
}

/// The body of an answer that says yes, and its announced length.
pub(super) fn judge(method: Method, answer: Answer) -> Result<(Vec<u8>, Option<u64>), Failure> {
    match (answer.status, answer.location) {
        (200, _) => Ok((answer.body, answer.original_size)),
        (409, _) => Err(Failure::Superseded),
        (308, Some(to)) => Err(Failure::Moved(to)),
        (status, _) => {
            let text = String::from_utf8_lossy(&answer.body);
            Err(Failure::Status {
                method: method.name(),
                status,
                // A page of some web server is nothing to read.
                text: match text.trim_start().starts_with('<') {
                    true => String::new(),
                    false => text.chars().take(300).collect(),
                },
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged_by_their_status() {
        let check = |status: u16, location: Option<&str>, body: &str, expect: &str| {
            let answer = Answer {
                status,
                location: location.map(str::to_owned),
                original_size: None,
                body: body.into(),
            };
            let found = judge(Method::Sync("meta"), answer);
            let found = match found {
                Ok((body, _)) => String::from_utf8(body).unwrap(),
                Err(failure) => {
                    let address = Address::new("http://h:1").unwrap();
                    failure.at(&address).to_string()
                }
            };
            assert!(found.contains(expect), "{found}");
        };
        check(200, None, "{}", "{}");
        check(409, None, "409", "again and again");
        check(308, Some("http://b/"), "", "sends on to http://b/");
        check(308, None, "", "status 308");
        check(400, None, "400", "refuses `meta` with status 400");
        check(400, None, "unknown method", "status 400: unknown method");
        check(500, None, "<html>no</html>", "status 500");
        check(404, None, "", "no sync server of Anki at http://h:1/");
        check(501, None, "", "another version");
        check(403, None, "", "takes the login no more");
    }
}
