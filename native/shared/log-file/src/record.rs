use crate::Timestamp;
use std::io::Write;

/// Whether a record ends its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Full,
    /// More of the same line follows, or its stream ended before the line did.
    Partial,
}

/// Appends `<time> <stream> F|P <text>\n` to `out`. `text` holds no line feed.
pub fn write_record(out: &mut Vec<u8>, at: Timestamp, stream: &str, tag: Tag, text: &[u8]) {
    let tag = match tag {
        Tag::Full => 'F',
        Tag::Partial => 'P',
    };
    // Writing to a Vec cannot fail.
    let _ = write!(out, "{at} {stream} {tag} ");
    out.extend_from_slice(text);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_line_of_the_cri_format() {
        let mut out = Vec::new();
        write_record(
            &mut out,
            Timestamp::new(0, 1),
            "stdout",
            Tag::Full,
            b"hello  world ",
        );
        write_record(
            &mut out,
            Timestamp::new(1, 0),
            "stderr",
            Tag::Partial,
            b"\xff",
        );
        assert_eq!(
            out,
            b"1970-01-01T00:00:00.000000001Z stdout F hello  world \n\
              1970-01-01T00:00:01.000000000Z stderr P \xff\n"
        );
    }

    #[test]
    fn an_empty_line_keeps_its_separator() {
        let mut out = Vec::new();
        write_record(&mut out, Timestamp::new(0, 0), "stdout", Tag::Full, b"");
        assert!(out.ends_with(b" stdout F \n"));
    }
}
