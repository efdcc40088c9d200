use super::plan::{Plan, Root};
use crate::place;
use nix::errno::Errno;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

// _IOWR('X', 121, struct fstrim_range)
const FITRIM: libc::Ioctl = 0xc018_5879_u32 as libc::Ioctl;

#[repr(C)]
struct Range {
    start: u64,
    length: u64,
    shortest: u64,
}

/// Discards the free blocks of the disks.
pub fn trim_all(plan: &Plan) -> Result<(), String> {
    let root = match plan.root {
        Root::Layered { .. } => place::WRITABLE,
        Root::Whole { .. } => place::ROOT,
    };
    let volumes = plan.volumes.iter().filter(|volume| !volume.read_only);
    let all = volumes.map(|volume| volume.at());
    let mut problems = Vec::new();
    for at in all.chain([PathBuf::from(root)]) {
        if let Err(error) = trim(&at) {
            problems.push(format!("{}: {error}", at.display()));
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems.join("; "))
}

fn trim(at: &Path) -> io::Result<()> {
    let folder = File::open(at)?;
    let mut range = Range {
        start: 0,
        length: u64::MAX,
        shortest: 0,
    };
    // SAFETY: the request reads and writes a range, which lives across the call.
    match Errno::result(unsafe { libc::ioctl(folder.as_raw_fd(), FITRIM, &mut range) }) {
        // The disk, or the file system, has no use for it.
        Ok(_) | Err(Errno::EOPNOTSUPP | Errno::ENOTTY | Errno::EROFS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
