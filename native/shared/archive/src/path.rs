/// The longest name that is read or written.
pub const MOST_NAME_BYTES: usize = 64 * 1024;

/// The parts of a name without its root; `None` where one of them leads upwards.
pub fn parts(name: &[u8]) -> Option<Vec<&[u8]>> {
    let parts = name
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".");
    let parts: Vec<&[u8]> = parts.collect();
    (!parts.contains(&b"..".as_slice())).then_some(parts)
}

/// A name as text: bytes that are not UTF-8, and what would break a line, as `\xHH`.
pub fn shown(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() {
                text += &format!("\\x{:02x}", u32::from(letter));
            } else {
                text.push(letter);
            }
        }
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_parts_and_none_leads_upwards() {
        assert_eq!(parts(b"./a//b/."), Some(vec![b"a".as_slice(), b"b"]));
        assert_eq!(parts(b"/"), Some(vec![]));
        assert_eq!(parts(b"a/../b"), None);
        assert_eq!(parts(b"..."), Some(vec![b"...".as_slice()]));
    }

    #[test]
    fn a_name_that_is_not_text_is_shown_without_loss() {
        assert_eq!(shown(b"caf\xe9\n"), "caf\\xe9\\x0a");
        assert_eq!(shown("ünï".as_bytes()), "ünï");
    }
}
