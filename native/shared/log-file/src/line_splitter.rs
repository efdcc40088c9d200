use crate::Tag;

/// Longest text of one record; longer lines become several.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// Cuts a stream of bytes into lines, and lines that are too long into pieces.
///
/// A line of exactly the limit is still one full piece. Holds at most one piece in memory.
#[derive(Debug)]
pub struct LineSplitter {
    pending: Vec<u8>,
    limit: usize,
}

impl Default for LineSplitter {
    fn default() -> Self {
        LineSplitter::new(MAX_TEXT_BYTES)
    }
}

impl LineSplitter {
    /// `limit` is the longest piece in bytes, at least 1.
    pub fn new(limit: usize) -> Self {
        LineSplitter {
            pending: Vec::new(),
            limit: limit.max(1),
        }
    }

    /// Takes the next bytes and emits every piece that is complete by now, without its line feed.
    pub fn push(&mut self, bytes: &[u8], mut emit: impl FnMut(Tag, &[u8])) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end);
            let line = self.cut(line, &mut emit);
            self.end_line(line, &mut emit);
            rest = after.get(1..).unwrap_or_default();
        }
        let line = self.cut(rest, &mut emit);
        self.pending.extend_from_slice(line);
    }

    /// The stream has ended: emits what has no line feed yet as a partial piece.
    pub fn finish(&mut self, mut emit: impl FnMut(Tag, &[u8])) {
        if !self.pending.is_empty() {
            emit(Tag::Partial, &self.pending);
            self.pending.clear();
        }
    }

    /// Emits full-length pieces while more of the line is known to follow; gives back what is
    /// left, which fits beside what is pending.
    fn cut<'a>(&mut self, line: &'a [u8], emit: &mut impl FnMut(Tag, &[u8])) -> &'a [u8] {
        let mut rest = line;
        while self.pending.len() + rest.len() > self.limit {
            let (head, tail) = rest.split_at(self.limit - self.pending.len());
            if self.pending.is_empty() {
                emit(Tag::Partial, head);
            } else {
                self.pending.extend_from_slice(head);
                emit(Tag::Partial, &self.pending);
                self.pending.clear();
            }
            rest = tail;
        }
        rest
    }

    fn end_line(&mut self, line: &[u8], emit: &mut impl FnMut(Tag, &[u8])) {
        if self.pending.is_empty() {
            emit(Tag::Full, line);
        } else {
            self.pending.extend_from_slice(line);
            emit(Tag::Full, &self.pending);
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(limit: usize, chunks: &[&[u8]]) -> Vec<(Tag, Vec<u8>)> {
        let mut pieces = Vec::new();
        let mut splitter = LineSplitter::new(limit);
        for chunk in chunks {
            splitter.push(chunk, |tag, text| pieces.push((tag, text.to_vec())));
        }
        splitter.finish(|tag, text| pieces.push((tag, text.to_vec())));
        pieces
    }

    fn full(text: &str) -> (Tag, Vec<u8>) {
        (Tag::Full, text.as_bytes().to_vec())
    }

    fn partial(text: &str) -> (Tag, Vec<u8>) {
        (Tag::Partial, text.as_bytes().to_vec())
    }

    #[test]
    fn a_line_may_arrive_in_several_reads() {
        assert_eq!(
            split(8, &[b"he", b"llo\nwor", b"ld\n"]),
            [full("hello"), full("world")]
        );
    }

    #[test]
    fn empty_lines_are_lines() {
        assert_eq!(split(8, &[b"\n\na\n"]), [full(""), full(""), full("a")]);
    }

    #[test]
    fn a_line_of_exactly_the_limit_stays_whole() {
        assert_eq!(split(4, &[b"abcd\n"]), [full("abcd")]);
        assert_eq!(split(4, &[b"ab", b"cd", b"\n"]), [full("abcd")]);
    }

    #[test]
    fn a_longer_line_is_cut_into_partial_pieces_and_a_full_end() {
        assert_eq!(
            split(4, &[b"abcdefghi\n"]),
            [partial("abcd"), partial("efgh"), full("i")]
        );
        assert_eq!(split(4, &[b"abcde", b"\n"]), [partial("abcd"), full("e")]);
    }

    #[test]
    fn an_unfinished_line_at_the_end_is_partial() {
        assert_eq!(split(4, &[b"a\nbc"]), [full("a"), partial("bc")]);
        assert_eq!(split(4, &[]), []);
    }

    /// Small deterministic generator, so that a failure can be repeated.
    struct Random(u64);
    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % bound as u64) as usize
        }
    }

    #[test]
    fn pieces_joined_again_are_the_stream_however_it_was_cut() {
        for seed in 1..=3000 {
            let mut random = Random(seed);
            let limit = 1 + random.below(9);
            let stream: Vec<u8> = (0..random.below(80))
                .map(|_| b"ab\nc\n\xff"[random.below(6)])
                .collect();
            let mut chunks = Vec::new();
            let mut rest = stream.as_slice();
            while !rest.is_empty() {
                let (head, tail) = rest.split_at(1 + random.below(rest.len()));
                chunks.push(head);
                rest = tail;
            }
            let pieces = split(limit, &chunks);
            let mut joined = Vec::new();
            for (tag, text) in &pieces {
                assert!(text.len() <= limit, "seed {seed}");
                assert!(!text.contains(&b'\n'), "seed {seed}");
                joined.extend_from_slice(text);
                if *tag == Tag::Full {
                    joined.push(b'\n');
                }
            }
            assert_eq!(joined, stream, "seed {seed}");
            assert_eq!(pieces, split(limit, &[&stream]), "seed {seed}");
        }
    }
}
