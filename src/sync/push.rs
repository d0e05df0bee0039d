//! The order of a push: log in, look, media, then all notes in one transaction, or none of them.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::address::Address;
use super::failure::Failure;
use super::media::MediaPlan;
use super::memory::Memory;
use super::options::PushOptions;
use super::outside::Outside;
use super::plan::Plan;
use super::pushed::Pushed;
use super::rows::Meta;
use super::server::{HostKey, Server};
use super::session::Session;
use super::stream::pack;
use crate::package::{Contents, PackageReader};
use crate::{Error, ErrorKind};

/// How far clocks may be apart, in seconds: what Anki's own clients allow.
const CLOCKS: u64 = 300;
/// How often a server may send elsewhere.
const MOVES: u32 = 3;

/// Pushes a built package to a sync server.
///
/// All notes arrive, or none: the server drops what is not finished. Media that arrived before stay
/// there. A package that was pushed already sends nothing.
///
/// ```no_run
/// use std::path::Path;
/// use deckle::sync::{Credentials, Outside, PushOptions, Removal, Removed, Server, push};
///
/// # fn example(world: &dyn Outside) -> Result<(), deckle::Error> {
/// let server = Server::new("http://192.168.1.2:8080/", Credentials::new("me", "secret"))?;
/// let options = PushOptions::new()
///     .base(".deckle/base/home/spanish.apkg")
///     .removed(Removal::new(Removed::Suspend).most(50));
/// let pushed = push(&server, Path::new("spanish.apkg"), &options, world)?;
/// println!("{} notes are new", pushed.added);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ErrorKind::Unreachable`] where nothing answers, or not in time; [`ErrorKind::Untrusted`] where
/// the server's certificate is not to be trusted; [`ErrorKind::Refused`] where
/// the server says no, is AnkiWeb, sends to another host, has another time, or is busy with other
/// devices again and again; [`ErrorKind::TooManyRemoved`] before anything is sent; else when package
/// or base cannot be read.
pub fn push(
    server: &Server,
    package: &Path,
    options: &PushOptions,
    outside: &dyn Outside,
) -> Result<Pushed, Error> {
    let wire = server.wire()?;
    let mut reader = PackageReader::open(package)?;
    let mut base_reader = options.base.as_ref().map(PackageReader::open).transpose()?;
    let contents = reader.contents().clone();
    let base = base_reader.as_ref().map(|it| it.contents().clone());
    let mut push = Push {
        server,
        options,
        outside,
        contents: &contents,
        base: base.as_ref(),
        session: Session {
            wire: &wire,
            transport: server.transport(),
            address: server.address.clone(),
            key: HostKey::new(""),
            session: String::new(),
            media_session: String::new(),
        },
        memory: Memory::new(server, options),
        is_recalled: false,
        told: Pushed::default(),
    };
    let done = push.run(&mut reader, base_reader.as_mut());
    let address = push.session.address.clone();
    done.map_err(|failure| failure.at(&address))?;
    let mut told = push.told;
    told.requests = wire.requests();
    told.received = wire.received();
    if !options.dry_run {
        told.bytes = wire.bytes();
    }
    told.key = Some(push.session.key);
    Ok(told)
}

/// A push on its way.
pub(super) struct Push<'a> {
    pub(super) server: &'a Server,
    pub(super) options: &'a PushOptions,
    pub(super) outside: &'a dyn Outside,
    pub(super) contents: &'a Contents,
    pub(super) base: Option<&'a Contents>,
    pub(super) session: Session<'a>,
    pub(super) memory: Memory,
    /// Whether the state that is looked at was kept from another time.
    pub(super) is_recalled: bool,
    pub(super) told: Pushed,
}

impl Push<'_> {
    fn run(
        &mut self,
        reader: &mut PackageReader,
        base_reader: Option<&mut PackageReader>,
    ) -> Result<(), Failure> {
        self.session.session = self.session_key();
        let meta = self.enter()?;
        self.judge(&meta)?;
        self.told.first = meta.empty;
        self.told.message = Some(meta.message).filter(|it| !it.is_empty());
        self.guard_removed()?;
        self.session.media_session = self.session.begin_media()?;
        let media = MediaPlan::look(&self.session, reader, base_reader, &mut self.told)?;
        if !media.is_empty() && !self.options.dry_run {
            media.send(&self.session, reader)?;
        }
        let plan = self.attempts(self.options.dry_run)?;
        let is_empty = plan.is_empty();
        if self.options.dry_run {
            self.told.bytes = size(&plan, self.session.transport.rows())? + self.told.media_bytes;
        }
        self.take(plan);
        self.told.sent = !is_empty || !media.is_empty();
        Ok(())
    }

    /// What was found out of notes, put to what is known of media and the server.
    fn take(&mut self, plan: Plan) {
        let known = std::mem::take(&mut self.told);
        self.told = Pushed {
            media: known.media,
            media_bytes: known.media_bytes,
            media_kept: known.media_kept,
            media_left_out: known.media_left_out,
            bytes: known.bytes,
            interruptions: known.interruptions,
            first: known.first,
            ahead: known.ahead,
            message: known.message,
            ..plan.told
        };
    }

    /// Logs in, and follows the server to where it is.
    fn enter(&mut self) -> Result<Meta, Failure> {
        let login = self.server.credentials.clone();
        let is_kept = login.key.is_some();
        self.session.key = match login.key {
            Some(key) => key,
            None => self.log_in()?,
        };
        match self.follow() {
            Err(failure) if is_kept && failure.is_denied() && login.password.is_some() => {
                self.session.key = self.log_in()?;
                self.follow()
            }
            done => done,
        }
    }

    fn log_in(&self) -> Result<HostKey, Failure> {
        let login = &self.server.credentials;
        let password = login.password.as_deref().unwrap_or_default();
        self.session.log_in(&login.user, password)
    }

    /// Asks for the account's state. A server may be somewhere else; its key goes to no other host.
    fn follow(&mut self) -> Result<Meta, Failure> {
        for _ in 0..MOVES {
            let to = match self.session.meta() {
                Err(Failure::Moved(to)) => to,
                done => return done,
            };
            match Address::new(&to) {
                Ok(other) if self.session.address.distrust(&other).is_none() => {
                    self.server.check(&other)?;
                    self.session.address = other;
                }
                _ => return Err(Failure::Moved(to)),
            }
        }
        let text = "sends on again and again".to_owned();
        Err(Failure::Odd(text))
    }

    fn judge(&self, meta: &Meta) -> Result<(), Failure> {
        let url = self.session.address.as_str();
        if !meta.goes_on {
            let text = match meta.message.as_str() {
                "" => format!("the sync server at {url} refuses this client and says no reason"),
                said => format!("the sync server at {url} refuses this client: {said}"),
            };
            return Err(Error::new(ErrorKind::Refused(text)).into());
        }
        let apart = meta.time.abs_diff(self.now());
        if apart > CLOCKS {
            let text = format!(
                "the clocks of this machine and of the sync server at {url} are {apart} seconds \
                 apart, so that nobody could tell which edit is newer; set the wrong one right"
            );
            return Err(Error::new(ErrorKind::Refused(text)).into());
        }
        Ok(())
    }

    /// Where more notes are gone than may be, that is found out before media go out.
    fn guard_removed(&mut self) -> Result<(), Failure> {
        let (Some(most), Some(base)) = (self.options.removal.limit(), self.base) else {
            return Ok(());
        };
        match Plan::most_removed(self.contents, base) > most {
            true => self.attempts(true).map(drop),
            false => Ok(()),
        }
    }

    /// The time in seconds.
    pub(super) fn now(&self) -> i64 {
        i64::try_from(since_1970(self.outside.now()).as_secs()).unwrap_or(i64::MAX)
    }

    pub(super) fn session_key(&self) -> String {
        format!("{:08x}", self.outside.chance() & 0xffff_ffff)
    }
}

pub(super) fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// How many bytes a plan has, packed.
fn size(plan: &Plan, rows: usize) -> Result<u64, Failure> {
    if plan.is_empty() {
        return Ok(0);
    }
    let mut bodies = plan.chunks(rows);
    bodies.push(plan.changes());
    let mut bytes = 0;
    for body in bodies {
        let packed = pack(body.to_string().as_bytes());
        bytes += packed.map_err(|it| Failure::odd("applyChunk", it))?.len() as u64;
    }
    Ok(bytes)
}
