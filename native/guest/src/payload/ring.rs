use std::cell::RefCell;
use std::collections::VecDeque;
use tokio::sync::watch;

const KEPT_BYTES: usize = 256 * 1024;

/// The last of what a payload printed, both streams as they came. Readers keep a position of their own;
/// one that is too slow misses what is no longer there.
pub struct Ring {
    bytes: RefCell<VecDeque<u8>>,
    /// The position behind the last byte, and whether no more will come.
    end: watch::Sender<(u64, bool)>,
}

impl Ring {
    pub fn new() -> Self {
        Ring {
            bytes: RefCell::default(),
            end: watch::Sender::new((0, false)),
        }
    }

    pub fn push(&self, new: &[u8]) {
        let mut bytes = self.bytes.borrow_mut();
        bytes.extend(new);
        let surplus = bytes.len().saturating_sub(KEPT_BYTES);
        bytes.drain(..surplus);
        self.end.send_modify(|(end, _)| *end += new.len() as u64);
    }

    /// No more will come.
    pub fn close(&self) {
        self.end.send_modify(|(_, is_over)| *is_over = true);
    }

    pub fn changes(&self) -> watch::Receiver<(u64, bool)> {
        self.end.subscribe()
    }

    /// Where the last `lines` lines begin; all that is kept for 0.
    pub fn tail(&self, lines: usize) -> u64 {
        let bytes = self.bytes.borrow();
        let end = self.end.borrow().0;
        let start = end - bytes.len() as u64;
        if lines == 0 {
            return start;
        }
        // The line feed at the very end ends a line and begins none.
        let breaks = bytes.iter().enumerate().rev().skip(1);
        let mut breaks = breaks.filter(|(_, byte)| **byte == b'\n');
        match breaks.nth(lines - 1) {
            Some((at, _)) => start + at as u64 + 1,
            None => start,
        }
    }

    /// At most `most` bytes from a position on, and the position behind them.
    pub fn read(&self, from: u64, most: usize) -> (Vec<u8>, u64) {
        let bytes = self.bytes.borrow();
        let end = self.end.borrow().0;
        let start = end - bytes.len() as u64;
        let from = from.max(start);
        let skipped = usize::try_from(from - start).unwrap_or(usize::MAX);
        let part: Vec<u8> = bytes.iter().skip(skipped).take(most).copied().collect();
        let next = from + part.len() as u64;
        (part, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(text: &str, lines: usize) -> String {
        let ring = Ring::new();
        ring.push(text.as_bytes());
        String::from_utf8(ring.read(ring.tail(lines), usize::MAX).0).unwrap()
    }

    #[test]
    fn the_tail_is_whole_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(tail("a\nb\nc", 2), "b\nc");
        assert_eq!(tail("a\nb\n", 9), "a\nb\n");
        assert_eq!(tail("a\n\n\n", 2), "\n\n");
        assert_eq!(tail("a\nb\n", 0), "a\nb\n");
        assert_eq!(tail("", 3), "");
    }

    #[test]
    fn the_oldest_goes_and_a_slow_reader_misses_it() {
        let ring = Ring::new();
        ring.push(b"first");
        let position = ring.tail(0);
        ring.push(&vec![b'x'; KEPT_BYTES]);
        let (part, next) = ring.read(position, 10);
        assert_eq!(part, b"xxxxxxxxxx");
        assert_eq!(next, 5 + 10);
        assert_eq!(ring.read(next, usize::MAX).0.len(), KEPT_BYTES - 10);
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let ring = Ring::new();
        ring.push(b"ab");
        let (_, next) = ring.read(0, 10);
        assert_eq!(ring.read(next, 10), (Vec::new(), 2));
        ring.push(b"cd");
        assert_eq!(ring.read(next, 10), (b"cd".to_vec(), 4));
    }
}
