use crate::entry::Segment;
use nix::sys::memfd::{memfd_create, MFdFlags};
use nix::sys::statfs::fstatfs;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

/// A file that the kernel generates may have no end.
const MOST_MADE_UP_BYTES: u64 = 64 * 1024 * 1024;
/// Of /proc, /sys and their like, and of FUSE: linux/magic.h.
const MADE_UP: [i64; 13] = [
    0x9fa0,
    0x6265_6572,
    0x6462_6720,
    0x7472_6163,
    0x6367_7270,
    0x0027_e0eb,
    0x7363_6673,
    0xcafe_4a11,
    0xde5e_81e4,
    0x6265_6570,
    0x6165_676c,
    0x6573_5546,
    0x1980_0202,
];

/// Whether the size of a file says nothing about its contents.
pub fn is_made_up(file: &File) -> bool {
    fstatfs(file).is_ok_and(|stat| MADE_UP.contains(&(stat.filesystem_type().0)))
}

/// As much of a file as the buffer takes. Shorter than the buffer means that it ended.
pub fn read_head(file: &mut File, buffer: &mut Vec<u8>, most: usize) -> io::Result<()> {
    buffer.clear();
    file.take(most as u64).read_to_end(buffer).map(drop)
}

/// All of a file whose size is not known, the head of which was read. Fails where there is too much of it.
pub fn collect(file: &mut File, head: &[u8]) -> io::Result<(File, u64)> {
    let mut copy = File::from(memfd_create(c"content", MFdFlags::MFD_CLOEXEC)?);
    copy.write_all(head)?;
    let left = MOST_MADE_UP_BYTES - head.len() as u64;
    let more = io::copy(&mut file.take(left + 1), &mut copy)?;
    if more > left {
        return Err(io::Error::other("it has no end, or none within 64 MiB"));
    }
    copy.seek(SeekFrom::Start(0))?;
    Ok((copy, head.len() as u64 + more))
}

/// The bytes of one piece, as many as were promised: what has gone meanwhile reads as zeros, and its number is
/// the answer.
pub fn copy_piece(
    file: &File,
    Segment { offset, length }: Segment,
    buffer: &mut [u8],
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<u64, PieceFailure> {
    let (mut done, mut gone) = (0, 0);
    while done < length {
        let most = usize::try_from(length - done)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let part = buffer.get_mut(..most).unwrap_or_default();
        let mut count = match file.read_at(part, offset + done) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other.map_err(PieceFailure::Read)?,
        };
        if count == 0 {
            part.fill(0);
            count = most;
            gone += most as u64;
        }
        write(part.get(..count).unwrap_or_default()).map_err(PieceFailure::Write)?;
        done += count as u64;
    }
    Ok(gone)
}

/// On which side a copy failed.
pub enum PieceFailure {
    Read(io::Error),
    Write(io::Error),
}
