use crate::complain::complain;
use crate::drain::{new_buffer, Source};
use crate::signals::take_term;
use capsule_log_file::LogSink;
use nix::errno::Errno;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use std::fs::{remove_file, set_permissions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{chown, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The vsock ports that a guest connects to for the two streams of its payload. Its VMM turns a port
/// into a socket of that name.
const PORTS: [(&str, u32); 2] = [("stdout", 53), ("stderr", 54)];
/// A guest is not trusted: more than this many at once wait.
const MOST_CONNECTIONS: usize = 8;
/// The time of connected clients after TERM.
const LAST_WORDS: Duration = Duration::from_secs(2);

struct Listener {
    stream: &'static str,
    socket: UnixListener,
    path: PathBuf,
}

/// Takes connections again and again, until TERM; then what is connected is read to its end.
pub fn run(base: &Path, owner: Option<u32>, sink: &mut LogSink) -> io::Result<()> {
    let term = take_term()?;
    let mut listeners = Vec::new();
    for (stream, port) in PORTS {
        listeners.push(Listener::open(stream, base, port, owner)?);
    }
    let mut sources: Vec<Source> = Vec::new();
    let mut buffer = new_buffer();
    let mut end: Option<Instant> = None;
    loop {
        let rest = end.map(|end| end.saturating_duration_since(Instant::now()));
        let is_late = rest.is_some_and(|rest| rest.is_zero());
        if end.is_some() && (sources.is_empty() || is_late) {
            sources.iter_mut().for_each(|source| source.finish(sink));
            return Ok(());
        }
        let may_accept = sources.len() < MOST_CONNECTIONS;
        let accepting = listeners.iter().filter(|_| may_accept);
        let mut polled = vec![PollFd::new(term.as_fd(), PollFlags::POLLIN)];
        polled.extend(
            accepting
                .map(AsFd::as_fd)
                .chain(sources.iter().map(AsFd::as_fd))
                .map(|fd| PollFd::new(fd, PollFlags::POLLIN)),
        );
        wait(&mut polled, rest)?;
        let mut ready: Vec<bool> = polled.iter().map(|fd| fd.any().unwrap_or(true)).collect();
        drop(polled);
        let of_sources = ready.split_off(ready.len() - sources.len());
        let mut of_sources = of_sources.into_iter();
        sources.retain_mut(|source| {
            !of_sources.next().unwrap_or(false) || source.move_lines(&mut buffer, sink)
        });
        for (listener, is_ready) in listeners.iter().zip(ready.iter().skip(1)) {
            if *is_ready {
                sources.extend(listener.accept());
            }
        }
        if ready.first() == Some(&true) && end.is_none() {
            // Clients that are connected already are served; no others are.
            for listener in listeners.drain(..) {
                while let Some(source) = listener.accept() {
                    sources.push(source);
                }
            }
            end = Some(Instant::now() + LAST_WORDS);
        }
    }
}

fn wait(polled: &mut [PollFd], rest: Option<Duration>) -> io::Result<()> {
    let timeout = match rest {
        Some(rest) => PollTimeout::try_from(rest.as_millis() + 1).unwrap_or(PollTimeout::MAX),
        None => PollTimeout::NONE,
    };
    match poll(polled, timeout) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

impl Listener {
    fn open(stream: &'static str, base: &Path, port: u32, owner: Option<u32>) -> io::Result<Self> {
        let mut path = base.as_os_str().to_os_string();
        path.push(format!("_{port}"));
        let path = PathBuf::from(path);
        // Of one that was killed.
        match remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
        let socket = UnixListener::bind(&path)?;
        set_permissions(&path, Permissions::from_mode(0o600))?;
        if owner.is_some() {
            chown(&path, owner, None)?;
        }
        socket.set_nonblocking(true)?;
        Ok(Listener {
            stream,
            socket,
            path,
        })
    }

    fn accept(&self) -> Option<Source> {
        let accepted = self.socket.accept().and_then(|(socket, _)| {
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        match accepted {
            Ok(socket) => Some(Source::new(self.stream, socket)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => {
                complain(format_args!("{}: {error}", self.stream));
                None
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = remove_file(&self.path);
    }
}
