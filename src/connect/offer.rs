//! A file that Anki fetches from here, once: the way for what is too long for a request.
//!
//! Nobody else gets it. The port is bound to the one address of this machine from which Anki is
//! reached; only the machine that Anki is on is answered, once, while the call lasts that names the
//! address; and the path is the hash of the bytes, which only those know who have the bytes already.
//! So nothing random is needed to keep them secret. Where a firewall stands between, Anki does not
//! reach the port, and says so after its ten seconds.

use std::io::{self, Read as _, Write as _};
use std::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How often is looked for a connection.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a connection may be silent before it is given up.
const SILENCE: Duration = Duration::from_secs(2);
/// How long a request may be, in bytes.
const LONGEST: usize = 8 << 10;
/// How much is written at once, in bytes; between two of them is looked whether the call is over.
const PIECE: usize = 64 << 10;

pub(super) struct Offer<'a> {
    pub(super) url: String,
    listener: TcpListener,
    /// The machine that Anki is on.
    peer: IpAddr,
    path: String,
    bytes: &'a [u8],
}

impl<'a> Offer<'a> {
    /// A file for the Anki behind this host and port. Nothing is served yet.
    pub(super) fn new(host: &str, port: u16, bytes: &'a [u8]) -> io::Result<Self> {
        let anki = (host, port).to_socket_addrs()?.next();
        let anki = anki.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let own = own_address(anki)?;
        let listener = TcpListener::bind((own, 0))?;
        listener.set_nonblocking(true)?;
        let path = format!("/{}", blake3::hash(bytes).to_hex());
        Ok(Self {
            url: format!("http://{}{path}", listener.local_addr()?),
            listener,
            peer: anki.ip(),
            path,
            bytes,
        })
    }

    /// Serves the file while the call lasts.
    pub(super) fn during<T>(&self, call: impl FnOnce() -> T) -> T {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| self.serve(&over));
            let result = call();
            over.store(true, Ordering::Relaxed);
            result
        })
    }

    fn serve(&self, over: &AtomicBool) {
        while !over.load(Ordering::Relaxed) {
            match self.listener.accept() {
                Ok((stream, from)) if self.is_anki(from.ip()) => {
                    if self.answer(stream, over).unwrap_or(false) {
                        return;
                    }
                }
                // Others are hung up on.
                Ok(_) => {}
                Err(_) => thread::sleep(PAUSE),
            }
        }
    }

    /// Whether this is the machine that Anki is on; this one has many addresses for itself.
    fn is_anki(&self, from: IpAddr) -> bool {
        from == self.peer || from.is_loopback() && self.peer.is_loopback()
    }

    /// Whether the file went out whole.
    fn answer(&self, mut stream: TcpStream, over: &AtomicBool) -> io::Result<bool> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(SILENCE))?;
        stream.set_write_timeout(Some(SILENCE))?;
        let mut head = Vec::new();
        let mut buffer = [0; 1024];
        while !head.windows(4).any(|it| it == b"\r\n\r\n") {
            let count = stream.read(&mut buffer)?;
            if count == 0 || head.len() > LONGEST || over.load(Ordering::Relaxed) {
                return Ok(false);
            }
            head.extend(buffer.iter().take(count));
        }
        if !head.starts_with(format!("GET {} HTTP/1.", self.path).as_bytes()) {
            stream.write_all(
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            )?;
            return Ok(false);
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            self.bytes.len()
        );
        stream.write_all(head.as_bytes())?;
        for piece in self.bytes.chunks(PIECE) {
            if over.load(Ordering::Relaxed) {
                return Ok(false);
            }
            stream.write_all(piece)?;
        }
        Ok(true)
    }
}

/// The address of this machine from which another one is reached.
fn own_address(other: SocketAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match other {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    // Nothing is sent: to connect a socket of datagrams asks the system for the way alone.
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(other)?;
    match socket.local_addr()?.ip() {
        // Such an address means something else on the other machine.
        IpAddr::V6(own) if own.is_unicast_link_local() => {
            Err(io::ErrorKind::AddrNotAvailable.into())
        }
        own => Ok(own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        // Hung up on is an answer, too.
        stream.read_to_end(&mut answer).ok();
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn a_file_is_given_once_to_one_who_knows_its_path() {
        let bytes = b"a package".repeat(100_000);
        let offer = Offer::new("127.0.0.1", 8765, &bytes).unwrap();
        let address = offer.listener.local_addr().unwrap();
        assert!(address.ip().is_loopback());
        offer.during(|| {
            for path in ["/", "/../etc/passwd", &offer.path[..20], "/a b"] {
                assert!(fetch(address, path).starts_with("HTTP/1.1 404"), "{path}");
            }
            // One that says nothing holds nobody up for long.
            drop(TcpStream::connect(address).unwrap());
            let answer = fetch(address, &offer.path);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("Content-Length: 900000"), "{head}");
            assert_eq!(body.as_bytes(), bytes);
        });
        // Nobody is left who would answer.
        let again = TcpStream::connect(address).unwrap();
        again.set_read_timeout(Some(PAUSE * 20)).unwrap();
        assert!((&again).read(&mut [0]).is_err());
    }

    #[test]
    fn the_call_ends_though_nobody_comes() {
        let offer = Offer::new("127.0.0.1", 8765, b"x").unwrap();
        assert_eq!(offer.during(|| 5), 5);
        let address = offer.listener.local_addr().unwrap();
        let silent = offer.during(|| TcpStream::connect(address).unwrap());
        drop(silent);
        assert!(Offer::new("no.such.host.invalid", 1, b"x").is_err());
    }
}
