use crate::arguments::size_of;
use nix::pty::Winsize;
use nix::unistd::read;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

const DESCRIPTOR: i32 = 3;
/// No order is longer; a line without an end must not fill the memory.
const LINE_MOST: usize = 64;

/// An order of the caller.
#[derive(Debug, PartialEq, Eq)]
pub enum Order {
    Resize(Winsize),
    Signal(i32),
}

/// The descriptor over which the caller controls the session.
pub struct Control {
    descriptor: OwnedFd,
    line: Vec<u8>,
}

impl Control {
    /// Call it once. Fails without a descriptor: a session that its caller cannot end must not begin.
    pub fn take() -> Result<Self, String> {
        // SAFETY: plain integers.
        if unsafe { libc::fcntl(DESCRIPTOR, libc::F_GETFD) } < 0 {
            return Err(format!("descriptor {DESCRIPTOR} is not open"));
        }
        // SAFETY: it is open, and it is taken once.
        let descriptor = unsafe { OwnedFd::from_raw_fd(DESCRIPTOR) };
        Ok(Control {
            descriptor,
            line: Vec::new(),
        })
    }

    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// The orders that have come; none when the caller is gone. Lines that are no orders are dropped.
    pub fn read(&mut self) -> Option<Vec<Order>> {
        let mut bytes = [0; 256];
        let count = read(&self.descriptor, &mut bytes).ok().filter(|it| *it > 0)?;
        let mut orders = Vec::new();
        for byte in bytes.iter().take(count) {
            if *byte == b'\n' {
                orders.extend(std::str::from_utf8(&self.line).ok().and_then(parse));
                self.line.clear();
            } else if self.line.len() < LINE_MOST {
                self.line.push(*byte);
            }
        }
        Some(orders)
    }
}

fn parse(line: &str) -> Option<Order> {
    let mut words = line.split(' ');
    match (words.next()?, words.next()?, words.next()) {
        ("resize", columns, Some(rows)) => size_of(columns, rows).map(Order::Resize),
        ("signal", number, None) => number.parse().ok().map(Order::Signal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_orders_or_nothing() {
        assert_eq!(parse("resize 80 24"), size_of("80", "24").map(Order::Resize));
        assert_eq!(parse("signal 15"), Some(Order::Signal(15)));
        for line in ["", "resize 80", "resize a b", "signal", "signal x", "signal 1 2", "stop 1"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
