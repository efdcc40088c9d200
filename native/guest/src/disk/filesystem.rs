use std::fs::File;
use std::io::{self, Read};

/// Where a file system of each kind has its magic.
const MAGICS: [(&str, usize, &[u8]); 4] = [
    ("ext4", 1080, &[0x53, 0xef]),
    ("erofs", 1024, &[0xe2, 0xe1, 0xf5, 0xe0]),
    ("squashfs", 0, b"hsqs"),
    ("xfs", 0, b"XFSB"),
];

/// The contents of a disk.
pub fn guess(device: &str) -> io::Result<&'static str> {
    let mut start = Vec::new();
    File::open(device)?.take(4096).read_to_end(&mut start)?;
    guess_from(&start).ok_or_else(|| {
        let text = format!("{device} holds no file system that is known here");
        io::Error::new(io::ErrorKind::InvalidData, text)
    })
}

fn guess_from(start: &[u8]) -> Option<&'static str> {
    MAGICS
        .iter()
        .find(|(_, at, magic)| start.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
        .map(|(name, _, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::guess_from;

    #[test]
    fn tells_file_systems_apart() {
        let mut disk = vec![0; 4096];
        assert_eq!(guess_from(&disk), None);
        assert_eq!(guess_from(b"hs"), None);
        disk[1080..1082].copy_from_slice(&[0x53, 0xef]);
        assert_eq!(guess_from(&disk), Some("ext4"));
        disk[..4].copy_from_slice(b"XFSB");
        disk[1080] = 0;
        assert_eq!(guess_from(&disk), Some("xfs"));
    }
}
