use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::unistd::{read, write};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

/// The key of "end of transmission" on a keyboard.
const END_OF_INPUT: u8 = 4;

/// Keys of the operator on their way to a terminal. Holds one piece at most: a program that reads nothing holds the
/// operator back, and not the session.
pub struct Input {
    waiting: Vec<u8>,
    is_open: bool,
}

impl Input {
    pub fn new() -> Self {
        Input {
            waiting: Vec::new(),
            is_open: true,
        }
    }

    pub fn wants_keys(&self) -> bool {
        self.is_open && self.waiting.is_empty()
    }

    /// The events of the terminal that the input waits for.
    pub fn events(&self) -> PollFlags {
        match self.waiting.is_empty() {
            true => PollFlags::POLLIN,
            false => PollFlags::POLLIN | PollFlags::POLLOUT,
        }
    }

    pub fn take(&mut self) {
        let mut bytes = [0; 4096];
        match read(io::stdin(), &mut bytes) {
            Ok(0) | Err(_) => {
                self.is_open = false;
                self.waiting.push(END_OF_INPUT);
            }
            Ok(count) => self.waiting.extend(bytes.iter().take(count)),
        }
    }

    pub fn pass(&mut self, terminal: &OwnedFd) {
        match write(terminal, &self.waiting) {
            Ok(count) => drop(self.waiting.drain(..count)),
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(_) => self.waiting.clear(),
        }
    }
}

/// Shows what the terminal has; false when it has no more, or when the output is closed.
pub fn show(terminal: &OwnedFd, output: BorrowedFd<'_>) -> bool {
    let mut bytes = [0; 16 * 1024];
    let Ok(count) = read(terminal, &mut bytes) else {
        return false;
    };
    let mut rest = bytes.get(..count).unwrap_or_default();
    while !rest.is_empty() {
        match write(output, rest) {
            Ok(done) => rest = rest.get(done..).unwrap_or_default(),
            Err(Errno::EINTR) => {}
            Err(_) => return false,
        }
    }
    count > 0
}
