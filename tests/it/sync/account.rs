//! An account on Anki's own sync server, with devices of the real Anki that synchronize with it.

use std::cell::RefCell;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use deckle::sync::{Credentials, HostKey, Outside, PushOptions, Pushed, Server, push};
use deckle::{BuildTime, Deck, Error, NoteType, Package, guid_for};
use serde_json::{Value, json};
use tempfile::TempDir;

const BACKEND: &str = "anki-26.9.3";

pub(super) struct Account {
    folder: TempDir,
    server: Mutex<Option<Child>>,
    port: u16,
    devices: Mutex<Devices>,
    key: Mutex<Option<HostKey>>,
}

struct Devices {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// The world as it is.
pub(super) struct World;

impl Outside for World {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn wait(&self, time: Duration) {
        thread::sleep(time);
    }

    fn chance(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

pub(super) fn python(backend: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    let python = root.join("target/judges").join(backend).join(python);
    assert!(
        python.exists(),
        "{} is missing, run: make judges",
        python.display()
    );
    python
}

impl Account {
    pub(super) fn new() -> Self {
        Self::with_devices_of(BACKEND)
    }

    pub(super) fn with_devices_of(backend: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("devices")).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/anki/sync.py");
        let mut child = Command::new(python(backend))
            .args(["-B", "-X", "utf8"])
            .arg(script)
            .arg(folder.path().join("devices"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let devices = Devices {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        };
        let (server, port) = start(folder.path(), 0);
        Self {
            folder,
            server: Mutex::new(Some(server)),
            port,
            devices: Mutex::new(devices),
            key: Mutex::new(None),
        }
    }

    /// An account that the device `a` has filled, with the device `b` beside it.
    pub(super) fn with_two() -> Self {
        let account = Self::new();
        account.join();
        account
    }

    /// Brings both devices and the account together.
    pub(super) fn join(&self) {
        self.ask(
            "a",
            "add",
            json!({"note_type": "Basic", "deck": "Mine", "fields": ["own", "mine"]}),
        );
        self.ask("a", "full", json!({"url": self.url(), "upload": true}));
        self.ask("b", "full", json!({"url": self.url(), "upload": false}));
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Ends the server as a failure of power would.
    pub(super) fn kill(&self) {
        if let Some(mut child) = self.server.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What the server has on disk, put aside under a name. The server is not to run.
    pub(super) fn put_aside(&self, name: &str) {
        copy(
            &self.folder.path().join("server"),
            &self.folder.path().join(name),
        );
    }

    /// Puts it back, as somebody does whose disk failed.
    pub(super) fn put_back(&self, name: &str) {
        let folder = self.folder.path().join("server");
        fs::remove_dir_all(&folder).unwrap();
        copy(&self.folder.path().join(name), &folder);
    }

    pub(super) fn restart(&self) {
        let (child, _) = start(self.folder.path(), self.port);
        *self.server.lock().unwrap() = Some(child);
    }

    /// What a device answers.
    pub(super) fn try_ask(
        &self,
        device: &str,
        what: &str,
        arguments: Value,
    ) -> Result<Value, String> {
        let mut call = arguments;
        call["do"] = what.into();
        call["device"] = device.into();
        let mut devices = self.devices.lock().unwrap();
        let input = devices.input.as_mut().unwrap();
        writeln!(input, "{call}").unwrap();
        input.flush().unwrap();
        let mut line = String::new();
        devices.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        match answer.get("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(answer["result"].clone()),
        }
    }

    pub(super) fn ask(&self, device: &str, what: &str, arguments: Value) -> Value {
        let answer = self.try_ask(device, what, arguments);
        answer.unwrap_or_else(|error| panic!("{device} {what}: {error}"))
    }

    pub(super) fn sync(&self, device: &str) -> String {
        let answer = self.ask(device, "sync", json!({"url": self.url()}));
        answer.as_str().unwrap().to_owned()
    }

    pub(super) fn notes(&self, device: &str) -> Value {
        self.ask(device, "notes", json!({}))
    }

    pub(super) fn schedules(&self, device: &str) -> Value {
        self.ask(device, "schedules", json!({}))
    }

    /// Both devices synchronize in the ordinary way, have the same then, and find nothing wrong.
    pub(super) fn settle(&self) {
        for device in ["a", "b", "a", "b"] {
            let asked = self.sync(device);
            assert!(
                ["NO_CHANGES", "NORMAL_SYNC"].contains(&asked.as_str()),
                "{device}: {asked}"
            );
        }
        for what in ["notes", "schedules", "decks", "note_types", "files"] {
            let [a, b] = ["a", "b"].map(|it| self.ask(it, what, json!({})));
            assert_eq!(a, b, "{what}");
        }
        for device in ["a", "b"] {
            let found = self.ask(device, "check", json!({}));
            assert_eq!(found, json!(""), "{device}");
        }
        // What a check touches goes to both. Each ordinary sync has the other device do one, too, so
        // that nothing is new to the last one alone.
        for device in ["a", "b"] {
            assert!(!self.sync(device).starts_with("FULL"), "{device}");
        }
        assert_eq!(self.sync("b"), "NO_CHANGES");
    }

    /// The server; what it gave for the password is kept, as a caller may.
    pub(super) fn server(&self) -> Server {
        let mut login = Credentials::new("me", "secret");
        if let Some(key) = self.key.lock().unwrap().clone() {
            login = login.key(key);
        }
        Server::new(&self.url(), login).unwrap()
    }

    /// Where pushes keep what the account has.
    pub(super) fn cache(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A push that keeps what the account has, as all of these do.
    pub(super) fn try_push(&self, package: &Path, options: &PushOptions) -> Result<Pushed, Error> {
        let options = options.clone().cache(self.cache());
        let pushed = push(&self.server(), package, &options, &World);
        if let Ok(pushed) = &pushed {
            self.key.lock().unwrap().clone_from(&pushed.key);
        }
        pushed
    }

    /// A push, which has the same to tell as one that keeps nothing.
    pub(super) fn push(&self, package: &Path, options: &PushOptions) -> Pushed {
        let dry = options.clone().dry_run(true);
        let plain = push(&self.server(), package, &dry, &World).unwrap();
        let kept = self.try_push(package, &dry).unwrap();
        assert_eq!(told(&kept), told(&plain));
        self.try_push(package, options).unwrap()
    }

    /// A second push of the same: it looks, and sends nothing.
    pub(super) fn repeat(&self, package: &Path, options: &PushOptions) {
        let pushed = self.push(package, options);
        assert!(!pushed.sent, "{pushed:#?}");
        // It was the last one to synchronize.
        assert_eq!(self.sync("b"), "NO_CHANGES");
    }

    /// Runs something against this server with somebody in the middle, who is told each call before
    /// the server gets it, and says what becomes of it.
    pub(super) fn through<R>(
        &self,
        mut between: impl FnMut(&str) -> Then + Send,
        run: impl FnOnce(&str) -> R,
    ) -> R {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = AtomicBool::new(false);
        let stop = Stop {
            over: &over,
            address,
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                for stream in listener.incoming() {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    self.pass(stream.unwrap(), &mut between);
                }
            });
            let result = run(&format!("http://{address}/"));
            drop(stop);
            result
        })
    }

    fn pass(&self, mut stream: TcpStream, between: &mut dyn FnMut(&str) -> Then) {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.to_lowercase();
        let length = length.split("content-length: ").nth(1).unwrap();
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        let path = head.split(' ').nth(1).unwrap();
        let then = between(path.rsplit('/').next().unwrap());
        if let Then::Answer(text) = then {
            stream.write_all(text.as_bytes()).unwrap();
            return;
        }
        if matches!(then, Then::KillBefore) {
            self.kill();
            return;
        }
        let mut server = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        server.write_all(head.as_bytes()).unwrap();
        server.write_all(&body).unwrap();
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).unwrap();
        if matches!(then, Then::KillAfter) {
            self.kill();
            return;
        }
        // The client may have gone.
        stream.write_all(&answer).ok();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// What a push tells, but for how it came to it.
pub(super) fn told(pushed: &Pushed) -> Pushed {
    let mut told = pushed.clone();
    (told.requests, told.received, told.interruptions) = (0, 0, 0);
    // New decks are of this second, which is packed in one byte more or less.
    (told.bytes, told.key) = (0, None);
    told
}

/// What becomes of a call.
pub(super) enum Then {
    Forward,
    /// The server never gets it.
    KillBefore,
    /// The server does it, and its answer is lost.
    KillAfter,
    /// Something else answers.
    Answer(String),
}

struct Stop<'a> {
    over: &'a AtomicBool,
    address: std::net::SocketAddr,
}

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.kill();
        let devices = self.devices.get_mut().unwrap();
        // They end with their standard input.
        drop(devices.input.take());
        devices.child.wait().ok();
    }
}

/// The word `secret`, hashed once: the server itself would hash it so often that each login takes a
/// second.
const SECRET: &str =
    "$pbkdf2-sha256$i=1,l=32$ZGVja2xlLXRlc3Qtc2FsdA$9npIAqCWdKm1x0WBs7NPN8FHbQVp9naCdUsLBHwuY8Y";

/// The server, and the port that it took.
fn start(folder: &Path, port: u16) -> (Child, u16) {
    let log = folder.join("server.log");
    let file = File::create(&log).unwrap();
    let mut child = Command::new(python(BACKEND))
        .args(["-B", "-m", "anki.syncserver"])
        .env("PASSWORDS_HASHED", "1")
        .env("SYNC_USER1", format!("me:{SECRET}"))
        .env("SYNC_USER2", format!("other:{SECRET}"))
        .env("SYNC_BASE", folder.join("server"))
        .env("SYNC_HOST", "127.0.0.1")
        .env("SYNC_PORT", port.to_string())
        .env("RUST_LOG", "anki=info")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let text = fs::read_to_string(&log).unwrap();
        let digits = text.split("127.0.0.1:").nth(1).map(|it| {
            it.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        });
        // The last digit may not be written yet; the line is.
        if let Some(port) = digits.filter(|_| text.ends_with('\n')) {
            return (child, port.parse().unwrap());
        }
        assert!(
            child.try_wait().unwrap().is_none(),
            "the server ended: {text}"
        );
        assert!(Instant::now() < end, "the server does not listen: {text}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The seconds of the first release; the next ones follow after a thousand each.
pub(super) const FIRST: i64 = 1_700_000_000;

/// A note of a release: its key, its fields, its tags, when it changed, and its deck.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) key: String,
    pub(super) fields: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) release: i64,
    pub(super) deck: String,
    /// Which id it has, where its place in the release does not say.
    pub(super) place: Option<usize>,
}

impl Written {
    pub(super) fn new(key: &str, fields: &[&str]) -> Self {
        Self {
            key: key.to_owned(),
            fields: fields.iter().map(|it| (*it).to_owned()).collect(),
            tags: Vec::new(),
            release: 0,
            deck: "Spanish::Verbs".to_owned(),
            place: None,
        }
    }

    pub(super) fn fields(mut self, release: i64, fields: &[&str]) -> Self {
        self.release = release;
        self.fields = fields.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    pub(super) fn tags(mut self, tags: &[&str]) -> Self {
        self.tags = tags.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    pub(super) fn deck(mut self, deck: &str) -> Self {
        self.deck = deck.to_owned();
        self
    }
}

/// Releases of a deck, each a package.
pub(super) struct Releases {
    folder: TempDir,
    count: RefCell<u32>,
}

impl Releases {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            count: RefCell::new(0),
        }
    }

    pub(super) fn build(&self, note_type: &NoteType, notes: &[Written]) -> PathBuf {
        self.build_with(note_type, notes, |package| package)
    }

    pub(super) fn build_with(
        &self,
        note_type: &NoteType,
        notes: &[Written],
        more: impl FnOnce(Package) -> Package,
    ) -> PathBuf {
        let mut decks: Vec<Deck> = Vec::new();
        for (index, it) in notes.iter().enumerate() {
            let index = it.place.unwrap_or(index);
            let note = deckle::Note::new(note_type)
                .fields(it.fields.iter().map(String::as_str))
                .tags(it.tags.iter().map(String::as_str))
                .guid(guid_for([it.key.as_str()]))
                .id(FIRST * 1000 + 512 * i64::try_from(index).unwrap())
                .modified(FIRST + 1000 * it.release);
            let name = it.deck.as_str();
            if !decks.iter().any(|deck| deck.name() == name) {
                decks.push(Deck::new(name));
            }
            let deck = decks.iter_mut().find(|deck| deck.name() == name).unwrap();
            deck.add(note).unwrap();
        }
        *self.count.borrow_mut() += 1;
        let path = self
            .folder
            .path()
            .join(format!("{}.apkg", self.count.borrow()));
        let mut package = Package::new(BuildTime::from_unix(FIRST));
        for deck in decks {
            package.add_deck(deck);
        }
        more(package).write(&path).unwrap();
        path
    }
}

/// A note type of two cards.
pub(super) fn words() -> NoteType {
    NoteType::builder("Words (test)")
        .id(1_607_392_321)
        .fields(["Word", "Meaning"])
        .template("Meaning", "{{Word}}", "{{Meaning}}")
        .template("Word", "{{Meaning}}", "{{Word}}")
        .css(".card {color: black}")
        .modified(FIRST)
        .build()
        .unwrap()
}

/// The note of this word on a device.
pub(super) fn note<'a>(notes: &'a Value, word: &str) -> &'a Value {
    let mut all = notes.as_object().unwrap().values();
    all.find(|it| it["fields"]["Word"] == word)
        .unwrap_or_else(|| panic!("no {word} in {notes:#}"))
}

/// The guid of the note of this word on a device.
pub(super) fn guid(notes: &Value, word: &str) -> String {
    let mut all = notes.as_object().unwrap().iter();
    let found = all.find(|(_, it)| it["fields"]["Word"] == word);
    found
        .unwrap_or_else(|| panic!("no {word} in {notes:#}"))
        .0
        .clone()
}
