use crate::entry::Segment;
use crate::sparse::MOST_SEGMENTS;
use nix::errno::Errno;
use nix::unistd::{lseek, Whence};
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;

/// A smaller file takes a block, holes or not.
const LEAST_BYTES: u64 = 4096;

/// The ranges of a file with data. `None` where all of it is data, or where the ranges are unknown.
pub fn find(file: &File, meta: &Metadata) -> io::Result<Option<Vec<Segment>>> {
    let size = meta.len();
    if size <= LEAST_BYTES || meta.blocks() * 512 >= size {
        return Ok(None);
    }
    let mut map: Vec<Segment> = Vec::new();
    let mut gap = LEAST_BYTES;
    let mut at = 0;
    while at < size {
        let Some(offset) = seek(file, at, Whence::SeekData)?.filter(|it| *it < size) else {
            break;
        };
        let end = seek(file, offset, Whence::SeekHole)?
            .unwrap_or(size)
            .min(size);
        if end <= at {
            return Ok(None);
        }
        push(&mut map, offset, end - offset, gap);
        at = end;
        // In very many pieces, its smallest holes are written as zeros.
        while map.len() > MOST_SEGMENTS / 2 {
            gap *= 2;
            map = joined(&map, gap);
        }
    }
    let is_whole = matches!(map.as_slice(), [one] if one.offset == 0 && one.length == size);
    Ok((!is_whole).then_some(map))
}

fn push(map: &mut Vec<Segment>, offset: u64, length: u64, gap: u64) {
    match map.last_mut() {
        Some(last) if offset - (last.offset + last.length) < gap => {
            last.length = offset + length - last.offset;
        }
        _ => map.push(Segment { offset, length }),
    }
}

fn joined(map: &[Segment], gap: u64) -> Vec<Segment> {
    let mut fewer = Vec::new();
    for Segment { offset, length } in map {
        push(&mut fewer, *offset, *length, gap);
    }
    fewer
}

/// `None` where nothing follows, and where the filesystem does not know.
fn seek(file: &File, from: u64, whence: Whence) -> io::Result<Option<u64>> {
    let from = i64::try_from(from).map_err(|_| io::Error::from(Errno::EOVERFLOW))?;
    match lseek(file, from, whence) {
        Ok(at) => Ok(u64::try_from(at).ok()),
        Err(Errno::ENXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_are_close_become_one() {
        let mut map = Vec::new();
        for offset in [0, 8192, 1 << 20] {
            push(&mut map, offset, 4096, 4096);
        }
        assert_eq!(map.len(), 3);
        let fewer = joined(&map, 8192);
        let (first, last) = (fewer.first().unwrap(), fewer.last().unwrap());
        assert_eq!((first.offset, first.length), (0, 12_288));
        assert_eq!((last.offset, fewer.len()), (1 << 20, 2));
    }
}
