use crate::complain::complain;
use capsule_log_file::{LineSplitter, LogSink, Timestamp};
use nix::errno::Errno;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The size of one read: a pipe's default capacity.
const READ_BYTES: usize = 64 * 1024;

/// One stream of lines, from a pipe or a socket.
pub struct Source {
    pub stream: &'static str,
    pipe: File,
    lines: LineSplitter,
}

/// Moves lines from the pipes into the sink until every pipe has ended. Lines that the sink cannot
/// write are lost, never waited for: the container must not block on its log.
pub fn drain<const N: usize>(
    pipes: [(&'static str, File); N],
    sink: &mut LogSink,
) -> io::Result<()> {
    let mut sources: Vec<Source> = pipes
        .into_iter()
        .map(|(stream, pipe)| Source::new(stream, pipe))
        .collect();
    let mut buffer = new_buffer();
    while !sources.is_empty() {
        let mut ready = wait(&sources)?.into_iter();
        sources.retain_mut(|source| {
            let is_ready = ready.next().unwrap_or(false);
            !is_ready || source.move_lines(&mut buffer, sink)
        });
    }
    Ok(())
}

/// The buffer of all reads: it is large.
pub fn new_buffer() -> Vec<u8> {
    vec![0; READ_BYTES]
}

impl Source {
    pub fn new(stream: &'static str, pipe: impl Into<OwnedFd>) -> Self {
        Source {
            stream,
            pipe: File::from(pipe.into()),
            lines: LineSplitter::default(),
        }
    }

    /// One read; false when the pipe has ended.
    pub fn move_lines(&mut self, buffer: &mut [u8], sink: &mut LogSink) -> bool {
        let count = match self.pipe.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return true,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
            Err(error) => {
                complain(format_args!("{}: {error}", self.stream));
                0
            }
        };
        if count == 0 {
            self.finish(sink);
            return false;
        }
        let (at, stream) = (Timestamp::now(), self.stream);
        let mut emit = |tag, text: &[u8]| report(sink.append(at, stream, tag, text));
        self.lines
            .push(buffer.get(..count).unwrap_or_default(), &mut emit);
        true
    }
}

impl Source {
    /// Writes what there is of a line that has no end.
    pub fn finish(&mut self, sink: &mut LogSink) {
        let (at, stream) = (Timestamp::now(), self.stream);
        self.lines
            .finish(|tag, text| report(sink.append(at, stream, tag, text)));
    }
}

impl AsFd for Source {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

fn report(outcome: capsule_log_file::Outcome) {
    use capsule_log_file::Outcome::{Lost, Recovered, Written};
    match outcome {
        Lost(Some(error)) => complain(format_args!("lines are being lost: {error}")),
        Recovered { lost } => complain(format_args!("{lost} lines were lost")),
        Written | Lost(None) => {}
    }
}

fn wait(sources: &[Source]) -> io::Result<Vec<bool>> {
    let mut polled: Vec<PollFd> = sources
        .iter()
        .map(|source| PollFd::new(source.as_fd(), PollFlags::POLLIN))
        .collect();
    loop {
        match poll(&mut polled, PollTimeout::NONE) {
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(polled
        .iter()
        .map(|fd| fd.revents().is_none_or(|events| !events.is_empty()))
        .collect())
}
