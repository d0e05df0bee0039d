//! The calls of the protocol, one method each.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::address::Address;
use super::failure::Failure;
use super::rows::{Changes, Chunk, Graves, Meta};
use super::server::HostKey;
use super::transport::{CLIENT, Call, Method, Transport};
use super::wire::Wire;

/// How many rows of the list of media there are at most in an answer.
pub(super) const MEDIA_ROWS: usize = 1000;

/// A login, and an attempt to synchronize.
pub(super) struct Session<'a> {
    pub(super) wire: &'a Wire,
    pub(super) transport: &'a dyn Transport,
    pub(super) address: Address,
    pub(super) key: HostKey,
    /// Of this attempt.
    pub(super) session: String,
    /// What the media half calls this session.
    pub(super) media_session: String,
}

/// What the server counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Sanity {
    pub(super) status: String,
    /// What the server counts itself, if it says so.
    #[serde(default, rename = "s")]
    pub(super) counted: Option<Value>,
}

/// A row of the list of media: the name, its number, and its SHA-1 in hexadecimal digits; empty
/// where the file was deleted.
pub(super) type MediaRow = (String, i64, Option<String>);

/// Around the replies of the media half.
#[derive(Deserialize)]
struct MediaReply<T> {
    data: Option<T>,
    #[serde(default)]
    err: String,
}

impl Session<'_> {
    pub(super) fn log_in(&self, user: &str, password: &str) -> Result<HostKey, Failure> {
        #[derive(Deserialize)]
        struct Reply {
            key: String,
        }
        let payload = json!({"u": user, "p": password});
        let reply: Reply = self.ask(Method::Sync("hostKey"), &payload)?;
        Ok(HostKey::new(reply.key))
    }

    /// Ends any session of the account, of whomever.
    pub(super) fn meta(&self) -> Result<Meta, Failure> {
        let payload = json!({"v": self.transport.version(), "cv": CLIENT});
        self.ask(Method::Sync("meta"), &payload)
    }

    /// Begins a transaction; what was deleted from this number on. Of rows, only those from there on
    /// are sent, too.
    pub(super) fn start(&self, from: i64) -> Result<Graves, Failure> {
        let payload = json!({"minUsn": from, "lnewer": false});
        self.ask(Method::Sync("start"), &payload)
    }

    pub(super) fn delete(&self, graves: &Graves) -> Result<(), Failure> {
        self.tell("applyGraves", &json!({"chunk": graves}))
    }

    /// Sends note types and all that; gives back what the server has.
    pub(super) fn exchange(&self, changes: &Value) -> Result<Changes, Failure> {
        self.ask(Method::Sync("applyChanges"), &json!({"changes": changes}))
    }

    pub(super) fn chunk(&self) -> Result<Chunk, Failure> {
        self.ask(Method::Sync("chunk"), &json!({}))
    }

    pub(super) fn send_chunk(&self, chunk: &Value) -> Result<(), Failure> {
        self.tell("applyChunk", &json!({"chunk": chunk}))
    }

    pub(super) fn check(&self, counts: &Value) -> Result<Sanity, Failure> {
        self.ask(Method::Sync("sanityCheck2"), &json!({"client": counts}))
    }

    /// Makes all of it lasting.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        self.tell("finish", &json!({}))
    }

    /// Drops all of it. Older servers have no such call, and a server that is away has dropped it.
    pub(super) fn abort(&self) {
        self.tell("abort", &json!({})).ok();
    }

    /// Begins with the media; what older servers want to be called by.
    pub(super) fn begin_media(&self) -> Result<String, Failure> {
        #[derive(Deserialize)]
        struct Begun {
            #[serde(default)]
            sk: String,
        }
        let begun: Begun = self.media("begin", json!({"v": CLIENT}).to_string().as_bytes())?;
        Ok(begun.sk)
    }

    /// Files that changed behind this number.
    pub(super) fn media_changes(&self, last: i64) -> Result<Vec<MediaRow>, Failure> {
        let payload = json!({"lastUsn": last}).to_string();
        self.media("mediaChanges", payload.as_bytes())
    }

    /// Sends an archive; gives back how many files the server took of it.
    pub(super) fn upload(&self, archive: &[u8]) -> Result<usize, Failure> {
        let (count, _): (usize, i64) = self.media("uploadChanges", archive)?;
        Ok(count)
    }

    /// Whether the server has so many files.
    pub(super) fn check_media(&self, count: usize) -> Result<bool, Failure> {
        let payload = json!({"local": count}).to_string();
        let said: String = self.media("mediaSanity", payload.as_bytes())?;
        Ok(said == "OK")
    }

    fn media<T: DeserializeOwned>(&self, name: &'static str, payload: &[u8]) -> Result<T, Failure> {
        let reply: MediaReply<T> = self.read(Method::Media(name), payload)?;
        match reply.data {
            Some(data) if reply.err.is_empty() => Ok(data),
            _ => Err(Failure::Status {
                method: name,
                status: 200,
                text: reply.err,
            }),
        }
    }

    fn tell(&self, name: &'static str, payload: &Value) -> Result<(), Failure> {
        let text = payload.to_string();
        self.bytes(Method::Sync(name), text.as_bytes()).map(drop)
    }

    fn ask<T: DeserializeOwned>(&self, method: Method, payload: &Value) -> Result<T, Failure> {
        self.read(method, payload.to_string().as_bytes())
    }

    fn read<T: DeserializeOwned>(&self, method: Method, payload: &[u8]) -> Result<T, Failure> {
        let reply = self.bytes(method, payload)?;
        serde_json::from_slice(&reply).map_err(|error| Failure::odd(method.name(), error))
    }

    fn bytes(&self, method: Method, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        let call = Call {
            address: &self.address,
            method,
            key: self.key.as_str(),
            session: &self.session,
            media_session: &self.media_session,
            payload,
        };
        self.transport.call(self.wire, &call)
    }
}
