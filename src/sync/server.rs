//! A sync server, and who logs in.

use std::fmt;
use std::time::Duration;

use super::address::Address;
use super::multipart::Multipart;
use super::session::Session;
use super::transport::{Current, Transport};
use super::wire::Wire;
use crate::{Error, ErrorKind};

/// How long one request may take.
const LONGEST: Duration = Duration::from_secs(600);
/// How long a server may take to say that it is there.
const LONGEST_CHECK: Duration = Duration::from_secs(10);

/// A sync server of Anki's, and an account of it.
///
/// ```
/// use deckle::sync::{Credentials, Server};
///
/// let login = Credentials::new("me", "secret");
/// let server = Server::new("http://192.168.1.2:8080/", login)?;
/// assert!(!format!("{server:?}").contains("secret"));
/// # Ok::<(), deckle::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a server does nothing until something is sent"]
pub struct Server {
    pub(super) address: Address,
    pub(super) credentials: Credentials,
    protocol: Protocol,
    longest: Duration,
    authorities: Vec<u8>,
    ankiweb: bool,
}

/// Who logs in.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "credentials are for a server"]
pub struct Credentials {
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) key: Option<HostKey>,
}

/// What a server gives for user and password, to be named instead of them. It stays the same until
/// the password changes, so a caller may keep it, as secret as the password.
#[derive(Clone, PartialEq, Eq)]
pub struct HostKey(String);

/// What a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// Version 11, of Anki since 2022.
    #[default]
    Current,
    /// Version 10, of community servers from before: `ankisyncd`, `djankiserv`. They save each call
    /// at once: a push that breaks off may have been done by half there, and the next one completes
    /// it.
    Legacy,
}

impl Server {
    /// The server at this address: what Anki's settings name, such as `http://192.168.1.2:8080/`.
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when the address is none of `http` or `https`.
    pub fn new(url: &str, credentials: Credentials) -> Result<Self, Error> {
        Ok(Self {
            address: Address::new(url)?,
            credentials,
            protocol: Protocol::default(),
            longest: LONGEST,
            authorities: Vec::new(),
            ankiweb: false,
        })
    }

    /// What it speaks [default: version 11].
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// With this time for one request [default: ten minutes].
    pub fn longest(mut self, time: Duration) -> Self {
        self.longest = time;
        self
    }

    /// The certificates, as PEM, of the authorities that a server of `https` is trusted by, in place
    /// of those that browsers know. For an authority of one's own; or the server's own certificate,
    /// where it signed itself.
    pub fn authorities(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities = pem.into();
        self
    }

    /// Whether AnkiWeb may be pushed to [default: no]. Its terms allow programs that Anki's
    /// authors approve of alone, and deckle is none of them: the account may be closed.
    pub fn allow_ankiweb(mut self, yes: bool) -> Self {
        self.ankiweb = yes;
        self
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        self.address.as_str()
    }

    /// Whether a sync server answers there: its page `health` says so to anybody, and nobody logs
    /// in. Servers from before 2022 have no such page; of those, that they answer at all is asked.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`] where nothing answers within ten seconds;
    /// [`ErrorKind::Untrusted`] where the server's certificate is not to be trusted;
    /// [`ErrorKind::Refused`] where something else does, or it is AnkiWeb, which is not asked.
    pub fn answers(&self) -> Result<(), Error> {
        self.check(&self.address)?;
        let page = match self.protocol {
            Protocol::Current => self.address.join("health"),
            Protocol::Legacy => self.url().to_owned(),
        };
        let wire = Wire::new(LONGEST_CHECK, &self.authorities)?;
        match wire.status(&page).map_err(|it| it.at(&self.address))? {
            200 => Ok(()),
            status => Err(Error::new(ErrorKind::Refused(format!(
                "{page} answers with status {status}, which no sync server of Anki's does"
            )))),
        }
    }

    /// Whether it takes user and password: they are exchanged for the key, and nothing else is asked
    /// for, so that no device is disturbed.
    ///
    /// # Errors
    /// As [`push`](fn@super::push), as far as that comes.
    pub fn logs_in(&self) -> Result<HostKey, Error> {
        self.check(&self.address)?;
        let wire = Wire::new(LONGEST_CHECK, &self.authorities)?;
        let session = Session {
            wire: &wire,
            transport: self.transport(),
            address: self.address.clone(),
            key: HostKey::new(""),
            session: String::new(),
            media_session: String::new(),
        };
        let password = self.credentials.password.as_deref().unwrap_or_default();
        let key = session.log_in(&self.credentials.user, password);
        key.map_err(|it| it.at(&self.address))
    }

    pub(super) fn transport(&self) -> &'static dyn Transport {
        match self.protocol {
            Protocol::Current => &Current,
            Protocol::Legacy => &Multipart,
        }
    }

    pub(super) fn wire(&self) -> Result<Wire, Error> {
        self.check(&self.address)?;
        Wire::new(self.longest, &self.authorities)
    }

    /// Refuses Anki's own service, unless the caller means it.
    pub(super) fn check(&self, address: &Address) -> Result<(), Error> {
        if self.ankiweb || !address.is_ankiweb() {
            return Ok(());
        }
        let text = format!(
            "{} is AnkiWeb, whose terms allow approved programs alone, which deckle is not; an \
             account could be closed. Push to a sync server of your own, or deliver to an Anki \
             that synchronizes with AnkiWeb",
            address.as_str()
        );
        Err(Error::new(ErrorKind::Refused(text)))
    }

    pub(super) fn speaks(&self) -> Protocol {
        self.protocol
    }

    pub(super) fn is_legacy(&self) -> bool {
        self.protocol == Protocol::Legacy
    }
}

/// Without the password, which belongs into no log.
impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Server")
            .field("address", &self.address)
            .field("credentials", &self.credentials)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// A user and a password, as the server's settings name them.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            password: Some(password.into()),
            key: None,
        }
    }

    /// A key that the server gave before.
    pub fn of_key(key: HostKey) -> Self {
        Self {
            user: String::new(),
            password: None,
            key: Some(key),
        }
    }

    /// With a key that the server gave before, which is tried first.
    pub fn key(mut self, key: HostKey) -> Self {
        self.key = Some(key);
        self
    }
}

/// Without the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("user", &self.user)
            .field("has_password", &self.password.is_some())
            .field("has_key", &self.key.is_some())
            .finish_non_exhaustive()
    }
}

impl HostKey {
    /// A key that was kept.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text, to be kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without its text.
impl fmt::Debug for HostKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HostKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let login = Credentials::new("me", "swordfish").key(HostKey::new("abcdef"));
        let shown = format!("{:?}", Server::new("http://h/", login).unwrap());
        assert!(shown.contains("\"me\""), "{shown}");
        assert!(!shown.contains("swordfish") && !shown.contains("abcdef"));
    }

    #[test]
    fn ankiweb_is_refused_with_the_reason() {
        let login = || Credentials::new("me", "x");
        let server = Server::new("https://sync.ankiweb.net/", login()).unwrap();
        let error = server.wire().err().unwrap();
        assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error:?}");
        assert!(error.to_string().contains("approved programs"), "{error}");
        assert!(server.allow_ankiweb(true).wire().is_ok());
    }
}
