//! One request over HTTP. The one file of the client that opens sockets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ureq::Agent;
use ureq::http::HeaderMap;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::failure::Failure;
use crate::{Error, ErrorKind};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(20);
/// The longest answer that is read, in bytes: a chunk of 250 long notes, or all note types.
const MOST: u64 = 256 << 20;

/// Where requests go through; counts what goes and comes.
pub(super) struct Wire {
    agent: Agent,
    requests: AtomicU64,
    bytes: AtomicU64,
    received: AtomicU64,
}

/// What a server answers.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where it sends elsewhere.
    pub(super) location: Option<String>,
    /// The length of the unpacked body, if it says one.
    pub(super) original_size: Option<u64>,
    pub(super) body: Vec<u8>,
}

impl Wire {
    /// With this time for one request. `authorities` are certificates as PEM, which replace the
    /// built-in ones unless empty.
    pub(super) fn new(longest: Duration, authorities: &[u8]) -> Result<Self, Error> {
        let roots = match read(authorities)? {
            own if own.is_empty() => RootCerts::WebPki,
            own => RootCerts::new_with_certs(&own),
        };
        let config = Agent::config_builder()
            // No environment decides where notes and passwords go.
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(longest))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent(concat!("deckle/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            agent: Agent::new_with_config(config),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            received: AtomicU64::new(0),
        })
    }

    /// How many requests were made.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many bytes went out, heads aside.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// How many bytes came back, heads aside.
    pub(super) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// The status that a page is answered with.
    pub(super) fn status(&self, url: &str) -> Result<u16, Failure> {
        let answer = self.agent.get(url).call().map_err(away)?;
        Ok(answer.status().as_u16())
    }

    /// Sends a body, whole and with its length, as older servers want it.
    pub(super) fn post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Failure> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
        let mut request = self.agent.post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send(body).map_err(away)?;
        let status = response.status().as_u16();
        let text = |headers: &HeaderMap, name: &str| {
            let value = headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let headers = response.headers();
        let location = text(headers, "location");
        let original_size = text(headers, "anki-original-size").and_then(|it| it.parse().ok());
        let body = response.body_mut().with_config().limit(MOST);
        let body = body.read_to_vec().map_err(away)?;
        self.received
            .fetch_add(body.len() as u64, Ordering::Relaxed);
        Ok(Answer {
            status,
            location,
            original_size,
            body,
        })
    }
}

fn read(authorities: &[u8]) -> Result<Vec<Certificate<'static>>, Error> {
    let unusable = || {
        Error::usage(
            "what the sync server is to be trusted by are no certificates in PEM, which stand \
             between `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`",
        )
    };
    let mut found = Vec::new();
    for item in parse_pem(authorities) {
        if let PemItem::Certificate(it) = item.map_err(|error| unusable().caused_by(error))? {
            found.push(it);
        }
    }
    if found.is_empty() && !authorities.is_empty() {
        return Err(unusable());
    }
    Ok(found)
}

fn away(error: ureq::Error) -> Failure {
    if let Some(why) = distrusted(&error.to_string()) {
        // The address is put in front where it is known, here and below.
        let kind = ErrorKind::Untrusted(why.to_owned());
        return Failure::Untrusted(Error::new(kind).caused_by(error));
    }
    let why = match &error {
        ureq::Error::Timeout(_) => "does not answer in time",
        ureq::Error::HostNotFound => "cannot be found: there is no such host",
        ureq::Error::BodyExceedsLimit(_) => "answers with more than 256 MiB",
        _ if error.to_string().contains("corrupt message") => {
            "does not speak TLS there; perhaps its address begins with `http://`"
        }
        _ => "does not answer, or broke off",
    };
    let kind = ErrorKind::Unreachable(why.to_owned());
    Failure::Away(Error::new(kind).caused_by(error))
}

/// Why a certificate is not trusted. What ureq gives of it is a text alone: the error of the
/// handshake lies inside of one of input and output.
fn distrusted(text: &str) -> Option<&'static str> {
    let (_, found) = text.split_once("invalid peer certificate: ")?;
    let reasons = [
        ("UnknownIssuer", "nobody known has signed its certificate"),
        (
            "not valid for name",
            "its certificate is for another name than the address has",
        ),
        ("expired", "its certificate is over"),
        ("not valid yet", "its certificate is for a later time"),
        (
            "CaUsedAsEndEntity",
            "its certificate is that of an authority (`CA:TRUE`), which signs those of servers and is \
             none itself; make one with `CA:FALSE`",
        ),
    ];
    let reason = reasons.iter().find(|(word, _)| found.contains(word));
    Some(reason.map_or("its certificate is not as it should be", |it| it.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_read_or_told() {
        let part = |name: &str| format!("-----BEGIN {name}-----\nAAAA\n-----END {name}-----\n");
        let one = part("PRIVATE KEY") + &part("CERTIFICATE");
        assert_eq!(read(b"").unwrap().len(), 0);
        // The key beside it is left alone.
        assert_eq!(read(one.as_bytes()).unwrap().len(), 1);
        for none in ["nothing", "-----BEGIN CERTIFICATE-----\n!\n"] {
            let error = read(none.as_bytes()).unwrap_err();
            assert!(error.to_string().contains("no certificates in PEM"));
        }
    }

    #[test]
    fn what_is_wrong_with_a_certificate_is_said() {
        let check = |text: &str, expect: Option<&str>| {
            let found = distrusted(text).map(|it| it.split(' ').next_back().unwrap_or_default());
            assert_eq!(found, expect, "{text}");
        };
        let invalid = |it: &str| format!("io: invalid peer certificate: {it}");
        check(&invalid("UnknownIssuer"), Some("certificate"));
        check(
            &invalid("certificate not valid for name \"h\""),
            Some("has"),
        );
        check(
            &invalid("certificate expired: verification time 1"),
            Some("over"),
        );
        check(&invalid("certificate not valid yet: 1"), Some("time"));
        check(
            &invalid("Other(OtherError(CaUsedAsEndEntity))"),
            Some("`CA:FALSE`"),
        );
        check(&invalid("BadSignature"), Some("be"));
        check("io: connection reset", None);
    }
}
