//! `deckle fetch`: stores what the notes name on the network in the project.
//!
//! A build reads no network. What was fetched lies in the project with its hash in a list, so
//! that everybody builds the same package from it, whatever becomes of the address.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::gather::{self, Gathered};
use super::{Project, Report};
use crate::diag::Sources;
use crate::files::{self, Downloaded, Downloader, FetchedFile, PINS};
use crate::render::{RemoteMedia, clean_name};
use crate::{Error, ErrorKind};

/// The folder of fetched files, in the root of a project.
const FOLDER: &str = "media/fetched";

/// How many files are fetched at a time: as many as a browser would from one server, or fewer.
const AT_A_TIME: usize = 4;

/// How files are fetched, and which.
#[derive(Debug, Clone, Default)]
#[must_use]
#[non_exhaustive]
pub struct FetchOptions {
    update: bool,
    check: bool,
    prune: bool,
    allow_private: bool,
    proxy: Option<String>,
    direct: String,
}

impl FetchOptions {
    /// What is missing is fetched, without a proxy, from public addresses.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fetches, if `yes`, everything anew, and takes what has changed. Default: what is there stays.
    pub fn update(mut self, yes: bool) -> Self {
        self.update = yes;
        self
    }

    /// Fetches, if `yes`, everything anew to tell what has changed, and writes nothing. Default:
    /// only what is missing is fetched.
    pub fn check(mut self, yes: bool) -> Self {
        self.check = yes;
        self
    }

    /// Removes, if `yes`, fetched files that no note names any more. Default: they stay.
    pub fn prune(mut self, yes: bool) -> Self {
        self.prune = yes;
        self
    }

    /// Asks, if `yes`, servers of this machine and its network, too. Default: addresses that lead
    /// there are refused, for somebody else may have written the sources.
    pub fn allow_private(mut self, yes: bool) -> Self {
        self.allow_private = yes;
        self
    }

    /// Goes through the proxy at this address, but for the hosts in `direct`, with commas between
    /// them. What addresses the proxy permits is its own concern.
    pub fn proxy(mut self, address: impl Into<String>, direct: impl Into<String>) -> Self {
        self.proxy = Some(address.into());
        self.direct = direct.into();
        self
    }
}

/// What became of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchState {
    /// It is in the project now.
    New,
    /// It was another file than before, which was taken.
    Updated,
    /// It is another file than before, which was not taken.
    Changed,
    /// It could not be fetched, for this reason.
    Failed(String),
}

/// One address that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchedMedia {
    /// The address, as the sources have it.
    pub address: String,
    /// The path of its file in the project; empty where there is none.
    pub path: String,
    /// How many bytes came.
    pub size: u64,
    /// The first note that names it: the path of its file, and its line from 1.
    pub source: (String, usize),
    /// What became of it.
    pub state: FetchState,
}

/// What was fetched.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FetchOutcome {
    /// What is wrong with the sources; with errors in it nothing was fetched.
    pub report: Report,
    /// What was asked and is not as it was, in the order of the addresses.
    pub files: Vec<FetchedMedia>,
    /// How many files are as they were.
    pub same: usize,
    /// Paths of files that no note names any more, which were removed.
    pub removed: Vec<String>,
}

pub(super) fn fetch(project: &Project, options: &FetchOptions) -> Result<FetchOutcome, Error> {
    let mut outcome = FetchOutcome::default();
    let Some(gathered) = gather::gather(project, &mut outcome.report)? else {
        return Ok(outcome);
    };
    let Gathered {
        remote, mut pins, ..
    } = gathered;
    let all = options.update || options.check;
    let asked: Vec<(&String, &RemoteMedia)> = remote
        .iter()
        .filter(|(_, it)| all || !it.is_there)
        .collect();
    outcome.same = remote.len() - asked.len();
    let downloader = Downloader::new(
        options.proxy.as_deref(),
        &options.direct,
        options.allow_private,
    )?;
    let answers = download(&downloader, &asked);
    for ((address, remote), answer) in asked.into_iter().zip(answers) {
        let known = pins.fetched.get(address).cloned();
        let mut file = FetchedMedia {
            address: address.clone(),
            path: known.as_ref().map(|it| it.path.clone()).unwrap_or_default(),
            size: 0,
            source: (remote.source.clone(), line(remote, &outcome.report.sources)),
            state: FetchState::New,
        };
        let (came, extension) =
            match answer.and_then(|it| kind(address, &it).map(|kind| (it, kind))) {
                Ok(came) => came,
                Err(reason) => {
                    file.state = FetchState::Failed(reason);
                    outcome.files.push(file);
                    continue;
                }
            };
        let hash = blake3::hash(&came.bytes).to_hex().to_string();
        file.size = u64::try_from(came.bytes.len()).unwrap_or(u64::MAX);
        let is_same = known.as_ref().is_some_and(|it| it.hash == hash);
        if is_same && remote.is_there {
            outcome.same += 1;
            continue;
        }
        file.state = match &known {
            Some(_) if !is_same && !options.update => FetchState::Changed,
            None if options.check => FetchState::Changed,
            Some(_) if !is_same => FetchState::Updated,
            _ => FetchState::New,
        };
        if file.state != FetchState::Changed && !options.check {
            let path = known.filter(|it| is_same && is_ours(&it.path));
            file.path = path.map_or_else(|| path_for(address, &hash, extension), |it| it.path);
            files::write_below(&project.root, &file.path, &came.bytes)?;
            let pin = FetchedFile {
                path: file.path.clone(),
                hash,
                size: file.size,
            };
            pins.fetched.insert(address.clone(), pin);
        }
        outcome.files.push(file);
    }
    if options.check {
        return Ok(outcome);
    }
    if options.prune && project.is_whole() {
        pins.fetched
            .retain(|address, _| remote.contains_key(address));
        let kept: BTreeSet<&str> = pins.fetched.values().map(|it| it.path.as_str()).collect();
        for name in project.files.folder(FOLDER) {
            let path = format!("{FOLDER}/{name}");
            if !name.ends_with('/') && !kept.contains(path.as_str()) {
                files::remove_file(&project.root.join(&path))?;
                outcome.removed.push(path);
            }
        }
    }
    if !pins.is_empty() || !outcome.removed.is_empty() {
        files::write_below(&project.root, PINS, pins.text().as_bytes())?;
    }
    Ok(outcome)
}

fn line(remote: &RemoteMedia, sources: &Sources) -> usize {
    sources.position(remote.span).map_or(1, |it| it.line)
}

/// The files at these addresses, or why there are none, in their order.
fn download(
    downloader: &Downloader,
    asked: &[(&String, &RemoteMedia)],
) -> Vec<Result<Downloaded, String>> {
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<Option<Result<Downloaded, String>>>> =
        Mutex::new(vec![None; asked.len()]);
    let work = || {
        while let Some((index, (address, remote))) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            asked.get(index).map(|it| (index, it))
        } {
            let answer = downloader.get(address, remote.max_bytes);
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = answers.get_mut(index) {
                *place = Some(answer);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(asked.len()) {
            scope.spawn(work);
        }
    });
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    let none = || Err("it was not asked for".to_owned());
    answers
        .into_iter()
        .map(|it| it.unwrap_or_else(none))
        .collect()
}

/// What servers call the formats that Anki shows or plays, and their extensions.
const FORMATS: &[(&str, &str)] = &[
    ("audio/aac", "aac"),
    ("audio/flac", "flac"),
    ("audio/mp3", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "opus"),
    ("audio/wav", "wav"),
    ("audio/webm", "webm"),
    ("audio/x-flac", "flac"),
    ("audio/x-m4a", "m4a"),
    ("audio/x-wav", "wav"),
    ("image/avif", "avif"),
    ("image/bmp", "bmp"),
    ("image/gif", "gif"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tif"),
    ("image/vnd.microsoft.icon", "ico"),
    ("image/webp", "webp"),
    ("image/x-icon", "ico"),
    ("video/mp4", "mp4"),
    ("video/mpeg", "mpg"),
    ("video/ogg", "ogv"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
];

/// What servers say that do not know the format.
const VAGUE: &[&str] = &[
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/ogg",
];

/// The extension for what came; else why it is none that a card can show or play.
fn kind(address: &str, came: &Downloaded) -> Result<&'static str, String> {
    let start = came
        .bytes
        .get(..came.bytes.len().min(512))
        .unwrap_or_default();
    let start = String::from_utf8_lossy(start)
        .trim_start()
        .to_ascii_lowercase();
    if came.content_type == "text/html"
        || start.starts_with("<!doctype html")
        || start.starts_with("<html")
    {
        return Err(
            "it is a web page, not a picture or sound; write the address of the file itself"
                .to_owned(),
        );
    }
    if came.bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let named = FORMATS.iter().find(|(name, _)| *name == came.content_type);
    if let Some((_, extension)) = named {
        return Ok(extension);
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let typed = path
        .rsplit_once('.')
        .map_or("", |(_, it)| it)
        .to_ascii_lowercase();
    let typed = if typed == "jpeg" { "jpg" } else { &typed };
    let known = FORMATS.iter().find(|(_, extension)| *extension == typed);
    match known {
        Some((_, extension)) if VAGUE.contains(&came.content_type.as_str()) => Ok(extension),
        _ if came.content_type.is_empty() => Err("the server does not say what it is, and the address does not end like that of a picture or sound".to_owned()),
        _ => Err(format!("it is `{}`, which Anki neither shows nor plays", came.content_type)),
    }
}

/// Whether a path of the list lies where fetched files do. Anyone may have written the list.
fn is_ours(path: &str) -> bool {
    files::parent(path) == FOLDER
}

/// Where a file is kept: under the name that it has there, and a part of the hashes of address and
/// content, so that no two are one.
fn path_for(address: &str, content: &str, extension: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = clean_name(&unescaped(stem), 40);
    let stem = if stem.is_empty() { "file" } else { &stem };
    let hash = blake3::hash(format!("{address}\n{content}").as_bytes()).to_hex();
    let hash: String = hash.chars().take(12).collect();
    format!("{FOLDER}/{stem}-{hash}.{extension}")
}

/// A part of an address without its escapes.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |it: Option<u8>| char::from(it?).to_digit(16);
        let pair = (byte == b'%').then(|| Some((digit(ahead.next())?, digit(ahead.next())?)));
        match pair
            .flatten()
            .and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
        {
            Some(decoded) => {
                bytes.push(decoded);
                rest = ahead;
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl FetchOutcome {
    /// That the sources have errors, where they have.
    ///
    /// # Errors
    /// [`ErrorKind::Sources`] with their number.
    pub fn check_sources(&self) -> Result<(), Error> {
        match self.report.diagnostics.iter().count() {
            0 => Ok(()),
            count => Err(Error::new(ErrorKind::Sources(count))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_told_by_what_the_server_says_and_then_by_its_name() {
        let check = |address: &str, content_type: &str, bytes: &str, expect: Result<&str, &str>| {
            let came = Downloaded::new(bytes.as_bytes().to_vec(), content_type);
            match (kind(address, &came), expect) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
                (found, _) => panic!("{address} {content_type}: {found:?}"),
            }
        };
        check("https://x.org/a", "image/png", "x", Ok("png"));
        check("https://x.org/a.jpeg?b=c.gif", "", "x", Ok("jpg"));
        check("https://x.org/a.OGG", "application/ogg", "x", Ok("ogg"));
        check("https://x.org/a.png", "text/html", "x", Err("web page"));
        check(
            "https://x.org/a.png",
            "image/png",
            " \n<!DOCTYPE html>",
            Err("web page"),
        );
        check(
            "https://x.org/a.png",
            "application/json",
            "{}",
            Err("application/json"),
        );
        check("https://x.org/a", "", "x", Err("does not say"));
        check("https://x.org/a.png", "image/png", "", Err("empty"));
    }

    #[test]
    fn names_are_readable() {
        let check = |address: &str, stem: &str| {
            let path = path_for(address, "", "png");
            let name = path.strip_prefix("media/fetched/").unwrap();
            assert_eq!(name.rsplit_once('-').unwrap().0, stem, "{address}");
        };
        check("https://x.org/img/Heart%20left.png?x=/y", "heart_left");
        check("https://x.org/%E6%97%A5.png", "file");
        check("https://x.org/", "file");
        check("https://x.org/50%off.png", "50_off");
    }
}
