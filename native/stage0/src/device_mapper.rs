use nix::errno::Errno;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

/// A tree of hashes over a partition's first blocks, which stands behind them: verity.rst of Linux.
#[derive(Debug, PartialEq, Eq)]
pub struct Verity {
    pub data_blocks: u64,
    /// Both in hexadecimal digits.
    pub root_hash: String,
    pub salt: String,
}

const CONTROL: &str = "/dev/mapper/control";
const NAME: &[u8] = b"capsule-root";
const BLOCK_BYTES: u64 = 4096;
const SECTOR: u64 = 512;

const HEADER_BYTES: usize = std::mem::size_of::<Header>();
const SPEC_BYTES: usize = std::mem::size_of::<Spec>();
const READ_ONLY: u32 = 1;

/// `struct dm_ioctl` of linux/dm-ioctl.h.
#[repr(C)]
struct Header {
    version: [u32; 3],
    data_size: u32,
    data_start: u32,
    target_count: u32,
    open_count: i32,
    flags: u32,
    event_nr: u32,
    padding: u32,
    dev: u64,
    name: [u8; 128],
    uuid: [u8; 129],
    data: [u8; 7],
}

/// `struct dm_target_spec`.
#[repr(C)]
struct Spec {
    sector_start: u64,
    length: u64,
    status: i32,
    next: u32,
    target_type: [u8; 16],
}

#[derive(Clone, Copy)]
enum Command {
    Create = 3,
    Resume = 6,
    Load = 9,
}

/// Gives back the device that reads as the partition's data. A block that does not match its hash panics the kernel: a
/// slot with a damaged root must not go on, and its reason is in the log of the crash.
pub fn verified(partition: &Path, verity: &Verity) -> Result<PathBuf, String> {
    let control = File::options()
        .read(true)
        .write(true)
        .open(CONTROL)
        .map_err(|error| format!("cannot open {CONTROL}: {error}"))?;
    let failed = |what: &str, error: io::Error| {
        format!(
            "cannot {what} the verified {}: {error}",
            partition.display()
        )
    };
    call(&control, Command::Create, None).map_err(|error| failed("make", error))?;
    let table = Table {
        sectors: verity.data_blocks * BLOCK_BYTES / SECTOR,
        words: table_words(partition, verity),
    };
    call(&control, Command::Load, Some(&table)).map_err(|error| failed("load", error))?;
    let minor = call(&control, Command::Resume, None).map_err(|error| failed("start", error))?;
    Ok(PathBuf::from(format!("/dev/dm-{minor}")))
}

struct Table {
    sectors: u64,
    words: String,
}

/// The tree begins one block behind the data, after the superblock that veritysetup(8) reads.
fn table_words(partition: &Path, verity: &Verity) -> String {
    let partition = partition.display();
    let Verity {
        data_blocks,
        root_hash,
        salt,
    } = verity;
    let tree_at = data_blocks + 1;
    format!(
        "1 {partition} {partition} {BLOCK_BYTES} {BLOCK_BYTES} {data_blocks} {tree_at} \
         sha256 {root_hash} {salt} 1 panic_on_corruption"
    )
}

/// Gives back the device's minor number.
fn call(control: &File, command: Command, table: Option<&Table>) -> io::Result<u64> {
    // The kernel wants a target and its words, ended by NUL, on a boundary of eight bytes.
    let words = table.map_or(0, |table| table.words.len() + 1);
    let payload = if table.is_some() {
        SPEC_BYTES + words
    } else {
        0
    };
    let size = (HEADER_BYTES + payload).next_multiple_of(8);
    let mut buffer = vec![0_u64; size / 8];
    let address = buffer.as_mut_ptr();
    // SAFETY: the buffer is large enough for the header, and aligned for it; all-zero is a valid one.
    let header = unsafe { &mut *address.cast::<Header>() };
    header.version = [4, 0, 0];
    header.data_size = u32::try_from(size).map_err(io::Error::other)?;
    header.data_start = u32::try_from(HEADER_BYTES).map_err(io::Error::other)?;
    header.flags = if table.is_some() { READ_ONLY } else { 0 };
    header.target_count = u32::from(table.is_some());
    for (target, source) in header.name.iter_mut().zip(NAME) {
        *target = *source;
    }
    if let Some(table) = table {
        let spec = Spec {
            sector_start: 0,
            length: table.sectors,
            status: 0,
            next: 0,
            target_type: *b"verity\0\0\0\0\0\0\0\0\0\0",
        };
        // SAFETY: `size` has room for the header, the specification and the words after each other; the last byte stays NUL.
        unsafe {
            let at = address.cast::<u8>().add(HEADER_BYTES);
            at.cast::<Spec>().write_unaligned(spec);
            let text = table.words.as_bytes();
            std::ptr::copy_nonoverlapping(text.as_ptr(), at.add(SPEC_BYTES), text.len());
        }
    }
    // SAFETY: the kernel reads and writes `data_size` bytes of the buffer, which lives across the call.
    Errno::result(unsafe { libc::ioctl(control.as_raw_fd(), request(command) as _, address) })?;
    // SAFETY: as above; the kernel has filled the header.
    let dev = unsafe { (*address.cast::<Header>()).dev };
    Ok(minor(dev))
}

/// `_IOWR(0xfd, command, struct dm_ioctl)`.
fn request(command: Command) -> u64 {
    (3 << 30) | ((HEADER_BYTES as u64) << 16) | (0xfd << 8) | command as u64
}

/// `huge_encode_dev` of the kernel.
fn minor(dev: u64) -> u64 {
    (dev & 0xff) | ((dev >> 12) & 0xf_ff00)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_numbers_of_the_kernel() {
        assert_eq!(HEADER_BYTES, 312);
        assert_eq!(SPEC_BYTES, 40);
        assert_eq!(request(Command::Create), 0xc138_fd03);
        assert_eq!(request(Command::Load), 0xc138_fd09);
        assert_eq!(minor(0xfd05), 5);
        assert_eq!(minor(0x10_fd05), 261);
    }

    #[test]
    fn the_tree_stands_behind_data_and_superblock() {
        let verity = Verity {
            data_blocks: 10,
            root_hash: "aa".into(),
            salt: "bb".into(),
        };
        assert_eq!(
            table_words(Path::new("/dev/vda2"), &verity),
            "1 /dev/vda2 /dev/vda2 4096 4096 10 11 sha256 aa bb 1 panic_on_corruption"
        );
    }
}
