use std::io;

/// The unit of an archive.
pub const BLOCK_BYTES: usize = 512;
/// The largest number in eleven octal digits.
const MOST_OCTAL: u64 = 0o777_7777_7777;

/// A field of a header.
#[derive(Clone, Copy)]
pub struct Field(pub usize, pub usize);

pub const NAME: Field = Field(0, 100);
pub const MODE: Field = Field(100, 8);
pub const UID: Field = Field(108, 8);
pub const GID: Field = Field(116, 8);
pub const SIZE: Field = Field(124, 12);
pub const MTIME: Field = Field(136, 12);
pub const CHECKSUM: Field = Field(148, 8);
pub const TYPE: Field = Field(156, 1);
pub const LINK: Field = Field(157, 100);
pub const MAGIC: Field = Field(257, 8);
pub const MAJOR: Field = Field(329, 8);
pub const MINOR: Field = Field(337, 8);
pub const PREFIX: Field = Field(345, 155);

/// A block of 512 bytes, a header mostly: tar(5).
#[derive(Clone)]
pub struct Block(pub [u8; BLOCK_BYTES]);

impl Block {
    pub fn empty() -> Self {
        Block([0; BLOCK_BYTES])
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    pub fn bytes(&self, Field(at, length): Field) -> &[u8] {
        self.0.get(at..at + length).unwrap_or_default()
    }

    pub fn byte(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    /// Up to its first NUL.
    pub fn text(&self, field: Field) -> &[u8] {
        let bytes = self.bytes(field);
        bytes.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// Octal, or in base 256 where the first bit is set.
    pub fn number(&self, field: Field, what: &str) -> io::Result<i128> {
        let bytes = self.bytes(field);
        let bad = || invalid(format!("its {what} is not a number"));
        match bytes.first() {
            Some(first) if first & 0x80 != 0 => Ok(base_256(bytes)),
            _ => octal(bytes).ok_or_else(bad),
        }
    }

    pub fn is_sound(&self) -> bool {
        let Field(at, length) = CHECKSUM;
        let is_sum = |index: usize| (at..at + length).contains(&index);
        let byte = |index: usize, byte: u8| if is_sum(index) { b' ' } else { byte };
        let each = || self.0.iter().enumerate();
        let sum: i128 = each().map(|(i, b)| i128::from(byte(i, *b))).sum();
        // As written by tars of old, whose bytes had a sign.
        let signed: i128 = each().map(|(i, b)| i128::from(byte(i, *b) as i8)).sum();
        octal(self.bytes(CHECKSUM)).is_some_and(|wanted| wanted == sum || wanted == signed)
    }

    pub fn put(&mut self, Field(at, length): Field, bytes: &[u8]) {
        if let Some(field) = self.0.get_mut(at..at + length) {
            for (to, from) in field.iter_mut().zip(bytes) {
                *to = *from;
            }
        }
    }

    /// Octal digits and a NUL; the caller has seen that the number fits, by `fits`.
    pub fn put_number(&mut self, field: Field, number: u64) {
        let text = format!("{number:0width$o}", width = field.1 - 1);
        self.put(field, text.as_bytes());
    }

    pub fn seal(&mut self) {
        self.put(CHECKSUM, b"        ");
        let sum: u64 = self.0.iter().map(|byte| u64::from(*byte)).sum();
        self.put(CHECKSUM, format!("{sum:06o}\0 ").as_bytes());
    }
}

/// Whether a number can be written in octal digits.
pub fn fits(Field(_, length): Field, number: u64) -> bool {
    number <= MOST_OCTAL >> (3 * (12 - length.min(12)))
}

pub fn invalid(problem: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.into())
}

/// Bytes after some data, up to the end of its last block.
pub fn padding(size: u64) -> u64 {
    let block = BLOCK_BYTES as u64;
    (block - size % block) % block
}

fn octal(bytes: &[u8]) -> Option<i128> {
    let is_space = |byte: &u8| *byte == b' ' || *byte == 0;
    let start = bytes.iter().take_while(|byte| **byte == b' ').count();
    let digits: Vec<u8> = bytes
        .iter()
        .skip(start)
        .take_while(|byte| !is_space(byte))
        .copied()
        .collect();
    let rest = bytes.iter().skip(start + digits.len());
    // After its end a field may hold anything that is not a digit more.
    if rest
        .clone()
        .any(|byte| byte.is_ascii_digit() && digits.is_empty())
    {
        return None;
    }
    digits.iter().try_fold(0_i128, |number, digit| {
        (b'0'..=b'7')
            .contains(digit)
            .then(|| number * 8 + i128::from(digit - b'0'))
    })
}

/// Two's complement; the first bit is the mark, the second the sign.
fn base_256(bytes: &[u8]) -> i128 {
    let first = i128::from(bytes.first().copied().unwrap_or(0) & 0x7f);
    let start = if first & 0x40 == 0 {
        first
    } else {
        first - 0x80
    };
    bytes
        .iter()
        .skip(1)
        .fold(start, |number, byte| number * 256 + i128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8]) -> Option<i128> {
        let mut block = Block::empty();
        block.put(SIZE, bytes);
        block.number(SIZE, "size").ok()
    }

    #[test]
    fn numbers_are_octal_or_in_base_256() {
        assert_eq!(number(b"00000000017\0"), Some(15));
        assert_eq!(number(b"      17 \0"), Some(15));
        assert_eq!(number(&[0; 12]), Some(0));
        assert_eq!(number(&[0xff; 12]), Some(-1));
        assert_eq!(
            number(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]),
            Some(1 << 33)
        );
        assert_eq!(number(b"size is new\0"), None);
        assert_eq!(number(b"0000000009\0\0"), None);
    }

    #[test]
    fn a_number_fits_or_not() {
        assert!(fits(SIZE, 8_589_934_591) && !fits(SIZE, 8_589_934_592));
        assert!(fits(UID, 2_097_151) && !fits(UID, 2_097_152));
    }
}
