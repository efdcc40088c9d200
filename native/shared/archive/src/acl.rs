//! Access control lists: as the kernel has them (`linux/posix_acl_xattr.h`) and as text, which is what PAX
//! archives hold as `SCHILY.acl.access` and `SCHILY.acl.default`.

const VERSION: u32 = 2;
const NO_ID: u32 = u32::MAX;
const USER: u16 = 0x01;
const GROUP: u16 = 0x04;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;
/// An entry with an id of its own is the tag's double.
const NAMED: u16 = 2;

/// `None` where the bytes are not a list as they are known here.
pub fn to_text(value: &[u8]) -> Option<Vec<u8>> {
    let (version, entries) = value.split_at_checked(4)?;
    if u32::from_le_bytes(version.try_into().ok()?) != VERSION || entries.len() % 8 != 0 {
        return None;
    }
    let mut lines = Vec::new();
    for entry in entries.chunks_exact(8) {
        let half = |at: usize| Some(u16::from_le_bytes(entry.get(at..at + 2)?.try_into().ok()?));
        let (tag, rights) = (half(0)?, half(2)?);
        let id = u32::from_le_bytes(entry.get(4..8)?.try_into().ok()?);
        let word = match tag {
            USER | 0x02 => "user",
            GROUP | 0x08 => "group",
            MASK => "mask",
            OTHER => "other",
            _ => return None,
        };
        let id = match tag {
            0x02 | 0x08 => id.to_string(),
            _ => String::new(),
        };
        let right = |bit: u16, letter: char| if rights & bit == 0 { '-' } else { letter };
        let rights: String = [right(4, 'r'), right(2, 'w'), right(1, 'x')]
            .iter()
            .collect();
        lines.push(format!("{word}:{id}:{rights}"));
    }
    Some(lines.join(",").into_bytes())
}

/// `None` where it cannot be understood; also for names without a number, which are another machine's.
pub fn from_text(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut entries = Vec::new();
    for line in text.split(['\n', ',']) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            entries.push(parse_line(line)?);
        }
    }
    // The kernel takes them in this order only.
    entries.sort_unstable();
    let mut value = VERSION.to_le_bytes().to_vec();
    for (tag, id, rights) in entries {
        value.extend(tag.to_le_bytes());
        value.extend(rights.to_le_bytes());
        value.extend(id.to_le_bytes());
    }
    Some(value)
}

fn parse_line(line: &str) -> Option<(u16, u32, u16)> {
    let mut fields = line.split(':').map(str::trim);
    let word = fields.next()?;
    let (name, rights) = (fields.next()?, fields.next()?);
    let number = fields.next();
    let tag = match word {
        "user" | "u" => USER,
        "group" | "g" => GROUP,
        "mask" | "m" => MASK,
        "other" | "o" => OTHER,
        _ => return None,
    };
    let mut bits = 0;
    for letter in rights.chars() {
        bits |= match letter {
            'r' => 4,
            'w' => 2,
            'x' => 1,
            '-' => 0,
            _ => return None,
        };
    }
    if name.is_empty() {
        return Some((tag, NO_ID, bits));
    }
    let id = number.unwrap_or(name).parse().ok()?;
    (tag == USER || tag == GROUP).then_some((tag * NAMED, id, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_same_after_text() {
        let text = b"user::rwx,user:1000:rw-,group::r-x,group:50:--x,mask::rwx,other::r--";
        let value = from_text(text).unwrap();
        assert_eq!(value.len(), 4 + 6 * 8);
        assert_eq!(to_text(&value).unwrap(), text);
        let long =
            b"user::rwx\nuser:anna:rw-:1000\ngroup::r-x # effective\nmask::rwx\nother::r--\n";
        assert!(to_text(&from_text(long).unwrap())
            .unwrap()
            .starts_with(b"user::rwx,user:1000:rw-"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in [
            "user:anna:rwx",
            "who::rwx",
            "user::rwz",
            "user",
            "mask:1:rwx",
        ] {
            assert_eq!(from_text(bad.as_bytes()), None, "{bad}");
        }
        for bad in [&[2, 0, 0, 0, 1][..], &[3, 0, 0, 0], &[2]] {
            assert_eq!(to_text(bad), None);
        }
    }
}
