//! Pipes and terminals, read and written by the event loop.

use nix::fcntl::{fcntl, FcntlArg, OFlag};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::task::{spawn_local, JoinHandle};

pub const READ_BYTES: usize = 16 * 1024;

/// A terminal reads and writes as a pipe does.
pub fn reader(end: impl Into<OwnedFd>) -> io::Result<Receiver> {
    Receiver::from_file_unchecked(without_waiting(end)?)
}

pub fn writer(end: impl Into<OwnedFd>) -> io::Result<Sender> {
    Sender::from_file_unchecked(without_waiting(end)?)
}

fn without_waiting(end: impl Into<OwnedFd>) -> io::Result<File> {
    let end = end.into();
    let flags = OFlag::from_bits_truncate(fcntl(&end, FcntlArg::F_GETFL)?);
    fcntl(&end, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(File::from(end))
}

/// The next bytes; `None` at the end, which a terminal reports as an error.
pub async fn read(from: &mut Receiver) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(READ_BYTES);
    match from.read_buf(&mut bytes).await {
        Ok(count) if count > 0 => {
            // It may wait in a queue for long.
            bytes.shrink_to_fit();
            Some(bytes)
        }
        _ => None,
    }
}

/// Work of the event loop that ends with its owner.
pub struct Task(JoinHandle<()>);

impl Task {
    pub fn start(work: impl std::future::Future<Output = ()> + 'static) -> Self {
        Task(spawn_local(work))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The input of a process. It ends when this is dropped. Nothing waits here: input that a process
/// does not read stays in its pipe, then in the caller's window, then with the caller.
pub struct Input(Sender);

impl Input {
    pub fn new(to: Sender) -> Self {
        Input(to)
    }

    /// Resolves when all is in the pipe, or the reader is gone.
    pub async fn feed(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }
}
