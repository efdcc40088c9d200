use crate::journal::Journal;
use capsule_log_file::LineSplitter;
use nix::fcntl::{fcntl, FcntlArg, OFlag};
use nix::unistd::pipe2;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The most that is read of one service before the next has a turn.
const READ_BYTES: usize = 64 * 1024;
/// Reads for the last words of a run; children of it may write on, so there is an end to it.
const LAST_READS: usize = 16;

/// The pipe from a service to the journal: one for all its runs, and for stdout and stderr alike,
/// so that lines keep their order. It never ends, because we hold its other end too.
pub struct ServiceOutput {
    reader: File,
    writer: OwnedFd,
    lines: LineSplitter,
}

impl ServiceOutput {
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC)?;
        fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(ServiceOutput {
            reader: File::from(reader),
            writer,
            lines: LineSplitter::default(),
        })
    }

    /// The end that the service gets.
    pub fn writer(&self) -> &OwnedFd {
        &self.writer
    }

    /// Moves what is there to the journal, by one read; false when there was nothing.
    pub fn read(&mut self, name: &str, journal: &mut Journal) -> bool {
        let mut buffer = [0; READ_BYTES];
        let count = self.reader.read(&mut buffer).unwrap_or(0);
        let bytes = buffer.get(..count).unwrap_or_default();
        self.lines
            .push(bytes, |tag, text| journal.write(name, tag, text));
        count > 0
    }

    /// A run has ended: moves its last words, an unfinished line included.
    pub fn read_last(&mut self, name: &str, journal: &mut Journal) {
        for _ in 0..LAST_READS {
            if !self.read(name, journal) {
                break;
            }
        }
        self.lines
            .finish(|tag, text| journal.write(name, tag, text));
    }
}

impl AsFd for ServiceOutput {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}
