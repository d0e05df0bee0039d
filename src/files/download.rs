//! Downloads over HTTP, for `deckle fetch`. Nothing else in the crate reads a network.
//!
//! The addresses come from sources that somebody else may have written. So there are bounds of
//! time and size, no cookies, no credentials, and by default no way into the network of the one who
//! fetches: the check sits where names become addresses, so that redirects and names that resolve
//! to such an address are seen as well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy};

use crate::error::Error;

/// How long one file may take.
const LONGEST: Duration = Duration::from_secs(120);
/// How long a server may take to answer a connection.
const CONNECT: Duration = Duration::from_secs(20);
/// How many redirects are followed.
const REDIRECTS: u32 = 5;

/// What names the one who asks; some servers refuse whoever does not say.
const USER_AGENT: &str = concat!("deckle/", env!("CARGO_PKG_VERSION"));

/// Downloads files. Many threads may use it at a time.
#[derive(Debug)]
pub struct Downloader {
    agent: Agent,
}

/// A file as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What the server calls its format, such as `image/png`, in lower case and without
    /// parameters; empty where it says nothing.
    pub content_type: String,
}

impl Downloaded {
    /// These bytes, which a server calls this.
    #[must_use]
    pub fn new(bytes: Vec<u8>, content_type: &str) -> Self {
        Self {
            bytes,
            content_type: content_type.trim().to_ascii_lowercase(),
        }
    }
}

impl Downloader {
    /// A downloader that goes through this proxy, but for the hosts in `direct` (names with commas
    /// between them, as in `NO_PROXY`), and reaches private addresses only if `private`.
    ///
    /// # Errors
    /// When the proxy's address is none.
    pub fn new(proxy: Option<&str>, direct: &str, private: bool) -> Result<Self, Error> {
        let proxy = proxy.map(|it| read_proxy(it, direct)).transpose()?;
        let config = Agent::config_builder()
            .proxy(proxy)
            .http_status_as_error(false)
            .max_redirects(REDIRECTS)
            .timeout_global(Some(LONGEST))
            .timeout_connect(Some(CONNECT))
            .user_agent(USER_AGENT)
            .accept("image/*, audio/*, video/*, */*;q=0.1")
            .build();
        let resolver = Guard {
            private,
            names: DefaultResolver::default(),
        };
        let connector = DefaultConnector::default();
        let agent = Agent::with_parts(config, connector, resolver);
        Ok(Self { agent })
    }

    /// The file at an address of `http` or `https`, if it has at most `most` bytes.
    ///
    /// # Errors
    /// Why there is none, as words that go behind the address.
    pub fn get(&self, address: &str, most: u64) -> Result<Downloaded, String> {
        let address = encoded(address);
        let mut response = self.agent.get(&address).call().map_err(|it| why(&it))?;
        let status = response.status();
        if !status.is_success() {
            let text = status.canonical_reason().unwrap_or("an error");
            let code = status.as_u16();
            return Err(format!("the server answered {code} ({text})"));
        }
        let content_type = response.body().mime_type().unwrap_or_default().to_owned();
        let body = response.body_mut().with_config().limit(most);
        let bytes = body.read_to_vec().map_err(|it| why(&it))?;
        Ok(Downloaded::new(bytes, &content_type))
    }
}

fn read_proxy(address: &str, direct: &str) -> Result<Proxy, Error> {
    let failed = |error: ureq::Error| {
        Error::usage("the address of the proxy is none that can be used").caused_by(error)
    };
    let named = Proxy::new(address).map_err(failed)?;
    let mut built = Proxy::builder(named.protocol())
        .host(named.host())
        .port(named.port());
    if let Some(name) = named.username() {
        built = built.username(name);
    }
    if let Some(word) = named.password() {
        built = built.password(word);
    }
    for host in direct.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        built = built.no_proxy(host);
    }
    built.build().map_err(failed)
}

/// The address with all escaped that no address may hold, such as spaces and letters beyond ASCII;
/// without what stands behind `#`, which servers do not get.
fn encoded(address: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let mut text = String::with_capacity(address.len());
    if address.starts_with("//") {
        text.push_str("https:");
    }
    for byte in address.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn why(error: &ureq::Error) -> String {
    use ureq::Error as E;
    match error {
        E::HostNotFound => "there is no such server".to_owned(),
        E::ConnectionFailed => "the server cannot be reached".to_owned(),
        E::Timeout(_) => "it took too long".to_owned(),
        E::TooManyRedirects => format!("it is redirected more than {REDIRECTS} times"),
        E::BodyExceedsLimit(most) => format!("it has more than {most} bytes"),
        E::BadUri(_) | E::Http(_) => "this is no address that can be asked for".to_owned(),
        E::Other(text) => text.to_string(),
        other => other.to_string(),
    }
}

/// Finds the addresses of servers, and refuses those that are nobody else's business.
#[derive(Debug)]
struct Guard {
    private: bool,
    names: DefaultResolver,
}

/// Why an address is refused.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is an address of this machine or its own network; --allow-private permits it")]
struct Private(String);

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        // The proxy was named by the one who runs the command, and where it leads is its concern.
        let is_proxy =
            |it: &Proxy| uri.host() == Some(it.host()) && uri.port_u16() == Some(it.port());
        if self.private || config.proxy().is_some_and(is_proxy) {
            return Ok(found);
        }
        if found.iter().any(|it| is_private(it.ip())) {
            let host = uri.host().unwrap_or_default().to_owned();
            return Err(ureq::Error::Other(Box::new(Private(host))));
        }
        Ok(found)
    }
}

/// Whether an address belongs to this machine, its network, or nobody.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => is_private_v4(it),
        IpAddr::V6(it) => is_private_v6(it),
    }
}

fn is_private_v4(it: Ipv4Addr) -> bool {
    let [first, second, third, _] = it.octets();
    it.is_loopback()
        || it.is_private()
        || it.is_link_local()
        || it.is_multicast()
        || it.is_documentation()
        // "This network", shared address space of providers, protocol assignments, benchmarks,
        // reserved and broadcast.
        || first == 0
        || (first == 100 && (64..128).contains(&second))
        || (first, second, third) == (192, 0, 0)
        || (first == 198 && matches!(second, 18 | 19))
        || first >= 240
}

fn is_private_v6(it: Ipv6Addr) -> bool {
    let segments = it.segments();
    // An address of version 4 in one of version 6: mapped, compatible, or of NAT64 and 6to4.
    let embedded = match segments {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some((high, low))
        }
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return is_private_v4(Ipv4Addr::new(a, b, c, d));
    }
    it.is_multicast()
        || it.is_unique_local()
        || it.is_unicast_link_local()
        // Site-local, which is no longer in use, and documentation.
        || (segments[0] & 0xffc0) == 0xfec0
        || (segments[0], segments[1]) == (0x2001, 0xdb8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_nobody_elses_business_are_known() {
        let check = |address: &str, expect: bool| {
            assert_eq!(is_private(address.parse().unwrap()), expect, "{address}");
        };
        for private in [
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.5.4",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "::7f00:1",
        ] {
            check(private, true);
        }
        for public in [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1",
            "::ffff:8.8.8.8",
        ] {
            check(public, false);
        }
    }

    #[test]
    fn addresses_are_escaped_once() {
        let check = |typed: &str, expect: &str| assert_eq!(encoded(typed), expect);
        check("https://x.org/a b.png", "https://x.org/a%20b.png");
        check(
            "https://x.org/a%20b.png?x=1&y=2",
            "https://x.org/a%20b.png?x=1&y=2",
        );
        check("https://x.org/œuf.mp3#t=1", "https://x.org/%C5%93uf.mp3");
        check("//x.org/a.png", "https://x.org/a.png");
    }
}
