//! Addresses of sync servers: what one is, and when another one is the same server.

use std::fmt;

use ureq::http::Uri;

use crate::Error;

/// The host of Anki's own service, and all below it.
const ANKIWEB: &str = "ankiweb.net";

/// Where a server listens: everything that it is asked for lies below.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// With a `/` at its end.
    text: String,
    scheme: String,
    host: String,
}

impl Address {
    pub(super) fn new(url: &str) -> Result<Self, Error> {
        let unusable = |why: &str| {
            Error::usage(format!(
                "`{url}` is no address of a sync server, {why}; one is `http://192.168.1.2:8080/`"
            ))
        };
        let read: Uri = url.parse().map_err(|_| unusable("for it is no URL"))?;
        let scheme = read.scheme_str().unwrap_or_default();
        if !["http", "https"].contains(&scheme) {
            return Err(unusable("which begins with `http://` or `https://`"));
        }
        let authority = read.authority().map_or("", |it| it.as_str());
        if authority.contains('@') {
            let why = "which holds no user or password; they go into settings of their own";
            return Err(unusable(why));
        }
        let host = read.host().unwrap_or_default();
        if host.is_empty() {
            return Err(unusable("for it names no host"));
        }
        if read.query().is_some() || url.contains('#') {
            return Err(unusable("which has no `?` and no `#`"));
        }
        let path = read.path();
        let end = if path.ends_with('/') { "" } else { "/" };
        Ok(Self {
            text: format!("{scheme}://{authority}{path}{end}"),
            scheme: scheme.to_owned(),
            host: host.to_ascii_lowercase(),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Whether it is Anki's own service.
    pub(super) fn is_ankiweb(&self) -> bool {
        let host = self.host.trim_end_matches('.');
        let below = host.strip_suffix(ANKIWEB);
        below.is_some_and(|it| it.is_empty() || it.ends_with('.'))
    }

    /// Why what is sent here may not go to the other one as well: that is another host, or would get
    /// in clear text what was encrypted.
    pub(super) fn distrust(&self, other: &Self) -> Option<&'static str> {
        if self.host != other.host {
            return Some("which is another host");
        }
        let is_open = self.scheme == "https" && other.scheme != "https";
        is_open.then_some("which is without encryption")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_http() {
        let check = |url: &str, expect: Result<&str, &str>| match (Address::new(url), expect) {
            (Ok(it), Ok(text)) => assert_eq!(it.as_str(), text),
            (Err(error), Err(why)) => assert!(error.to_string().contains(why), "{error}"),
            (found, _) => panic!("{url}: {found:?}"),
        };
        check("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080/"));
        check("https://x.org/anki", Ok("https://x.org/anki/"));
        check("https://x.org/anki/", Ok("https://x.org/anki/"));
        check("http://[::1]:1/", Ok("http://[::1]:1/"));
        check("ftp://x.org/", Err("begins with"));
        check("x.org", Err("no address"));
        check("", Err("no address"));
        check("http://me:secret@x.org/", Err("no user or password"));
        check("http://x.org/?a", Err("no `?`"));
    }

    #[test]
    fn anki_s_own_service_is_known() {
        let check = |url: &str, expect: bool| {
            assert_eq!(Address::new(url).unwrap().is_ankiweb(), expect, "{url}");
        };
        check("https://sync.ankiweb.net/", true);
        check("https://ANKIWEB.net", true);
        check("https://sync7.ankiweb.net.:443/", true);
        check("https://notankiweb.net/", false);
        check("https://ankiweb.net.example.org/", false);
    }

    #[test]
    fn a_key_stays_on_its_host() {
        let check = |from: &str, to: &str, expect: bool| {
            let [from, to] = [from, to].map(|it| Address::new(it).unwrap());
            assert_eq!(from.distrust(&to).is_none(), expect, "{from:?} {to:?}");
        };
        check("http://x.org/", "http://x.org:81/b/", true);
        check("http://x.org/", "https://X.org/", true);
        check("https://x.org/", "http://x.org/", false);
        check("http://x.org/", "http://y.org/", false);
        check("http://x.org/", "http://a.x.org/", false);
    }
}
