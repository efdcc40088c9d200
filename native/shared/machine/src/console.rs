use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use std::io::Write;
use std::os::fd::AsFd;

/// The size that a writable pipe takes without blocking (PIPE_BUF).
const CHUNK_BYTES: usize = 4096;

/// Writes to stderr what it takes right now and drops the rest: PID 1 must not wait for the
/// reader of its console.
pub fn write(line: &[u8]) {
    let mut stderr = std::io::stderr();
    for chunk in line.chunks(CHUNK_BYTES) {
        let is_writable = {
            let mut polled = [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)];
            poll(&mut polled, PollTimeout::ZERO).is_ok_and(|count| count > 0)
        };
        if !is_writable || stderr.write_all(chunk).is_err() {
            return;
        }
    }
}
