use crate::entry::Kind;
use crate::failure::{Failure, Outcome};
use crate::reader::Reader;
use crate::source::Source;

const BLOCK_BYTES: u64 = 4096;
/// The remark of an ext4 of ours: `capsule volume, SIZE bytes`.
const REMARK: (&str, &str) = ("capsule volume, ", " bytes");

/// The needs of a filesystem for the content of an archive.
#[derive(Debug, Default, PartialEq)]
pub struct Measure {
    /// Objects that need an inode.
    pub entries: u64,
    /// Data and folders in whole blocks of 4 KiB, holes left out.
    pub bytes: u64,
    /// Of the volume that the archive was made of; `None` where it was none of ours.
    pub volume_bytes: Option<u64>,
}

/// The remark of an archive of a volume.
pub fn remark(volume_bytes: u64) -> String {
    format!("{}{volume_bytes}{}", REMARK.0, REMARK.1)
}

/// Reads all of an archive, and writes nothing.
pub fn measure<S: Source>(source: S) -> Outcome<Measure> {
    let mut reader = Reader::new(source);
    let mut found = Measure::default();
    let damaged = |error| Failure::archive(b"/", &error);
    while let Some(entry) = reader.next_entry().map_err(damaged)? {
        if matches!(entry.kind, Kind::HardLink | Kind::Unknown(_)) {
            continue;
        }
        found.entries += 1;
        let bytes = match entry.kind {
            Kind::File => entry.data_bytes(),
            Kind::Folder => BLOCK_BYTES,
            // Short ones are in the inode.
            Kind::Symlink => entry.link.len().saturating_sub(59) as u64,
            _ => 0,
        };
        let attributes: usize = entry
            .attributes
            .iter()
            .map(|it| it.value.len() + it.name.len())
            .sum();
        // A name takes its length and eight bytes in its folder; small attributes are in the inode.
        let beside = if attributes > 90 {
            BLOCK_BYTES + attributes as u64
        } else {
            0
        };
        let name = entry
            .name
            .rsplit(|byte| *byte == b'/')
            .next()
            .map_or(0, <[u8]>::len);
        let names = (name as u64 + 12) * 3 / 2;
        let total = bytes.div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES);
        found.bytes = found
            .bytes
            .saturating_add(total.saturating_add(beside + names));
    }
    let remark = reader
        .globals()
        .iter()
        .rev()
        .find(|(key, _)| key == b"comment");
    found.volume_bytes = remark.and_then(|(_, text)| volume_bytes(text));
    Ok(found)
}

fn volume_bytes(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    text.strip_prefix(REMARK.0)?
        .strip_suffix(REMARK.1)?
        .parse()
        .ok()
}
