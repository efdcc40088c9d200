/// A GUID as a partition table stores it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Guid([u8; 16]);

/// The order of the text's bytes on the disk: the first three groups are numbers of the little end.
const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

impl Guid {
    /// `7c1e9a52-4f0d-4f3b-9b5e-2a6c8d1f0e3a`, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let groups: Vec<usize> = text.split('-').map(str::len).collect();
        if groups != [8, 4, 4, 4, 12] {
            return None;
        }
        let digits = text.replace('-', "");
        let mut bytes = [0; 16];
        for (byte, from) in bytes.iter_mut().zip(ORDER) {
            let pair = digits.get(from * 2..from * 2 + 2)?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Guid(bytes))
    }
}

impl std::fmt::Display for Guid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, from) in ORDER.into_iter().enumerate() {
            if [4, 6, 8, 10].contains(&at) {
                write!(out, "-")?;
            }
            write!(out, "{:02x}", self.0.get(from).copied().unwrap_or_default())?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Guid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{self}")
    }
}

/// A valid header of a GUID partition table: UEFI specification, 5.3.2.
pub struct Header {
    pub entries_at: u64,
    pub entry_count: u32,
    pub entry_bytes: u32,
    entries_crc: u32,
}

/// More than any table that is in use; a table is read into memory.
const MOST_ENTRIES: u32 = 1024;

impl Header {
    /// `None` for a block that is no header, or one that is damaged.
    pub fn parse(block: &[u8]) -> Option<Self> {
        if block.get(..8)? != b"EFI PART" {
            return None;
        }
        let size = usize::try_from(u32_at(block, 12)?).ok()?;
        let mut covered = block.get(..size)?.to_vec();
        covered.get_mut(16..20)?.fill(0);
        let header = Header {
            entries_at: u64_at(block, 72)?,
            entry_count: u32_at(block, 80)?,
            entry_bytes: u32_at(block, 84)?,
            entries_crc: u32_at(block, 88)?,
        };
        let is_sane =
            header.entry_count <= MOST_ENTRIES && (128..=4096).contains(&header.entry_bytes);
        (is_sane && crc32(&covered) == u32_at(block, 16)?).then_some(header)
    }

    /// The unique GUIDs of the partitions, each at its number less one. `None` where the entries are damaged.
    pub fn partitions(&self, entries: &[u8]) -> Option<Vec<Guid>> {
        if crc32(entries) != self.entries_crc {
            return None;
        }
        let size = usize::try_from(self.entry_bytes).ok()?;
        let guid = |entry: &[u8]| Some(Guid(entry.get(16..32)?.try_into().ok()?));
        entries.chunks_exact(size).map(guid).collect()
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// That of IEEE 802.3. A table of its steps would be longer than the few kilobytes are worth.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
#[path = "gpt_test.rs"]
mod tests;
