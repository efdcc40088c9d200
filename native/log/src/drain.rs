use crate::complain::complain;
use capsule_log_file::{LineSplitter, LogSink, Timestamp};
use nix::errno::Errno;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;

/// What one read takes: a pipe's default capacity.
const READ_BYTES: usize = 64 * 1024;

struct Source {
    stream: &'static str,
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
        .map(|(stream, pipe)| Source {
            stream,
            pipe,
            lines: LineSplitter::default(),
        })
        .collect();
    let mut buffer = vec![0; READ_BYTES];
    while !sources.is_empty() {
        let mut ready = wait(&sources)?.into_iter();
        sources.retain_mut(|source| {
            let is_ready = ready.next().unwrap_or(false);
            !is_ready || source.move_lines(&mut buffer, sink)
        });
    }
    Ok(())
}

impl Source {
    /// One read; false when the pipe has ended.
    fn move_lines(&mut self, buffer: &mut [u8], sink: &mut LogSink) -> bool {
        let count = match self.pipe.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return true,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
            Err(error) => {
                complain(format_args!("{}: {error}", self.stream));
                0
            }
        };
        let (at, stream) = (Timestamp::now(), self.stream);
        let mut emit = |tag, text: &[u8]| report(sink.append(at, stream, tag, text));
        if count == 0 {
            self.lines.finish(emit);
            return false;
        }
        self.lines
            .push(buffer.get(..count).unwrap_or_default(), &mut emit);
        true
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
        .map(|source| PollFd::new(source.pipe.as_fd(), PollFlags::POLLIN))
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
