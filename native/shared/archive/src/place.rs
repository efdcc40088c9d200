use crate::entry::Kind;
use crate::failure::{At, Failure, Outcome};
use nix::errno::Errno;
use nix::fcntl::{open, OFlag};
use nix::sys::stat::{lstat, Mode, SFlag};
use nix::unistd::unlink;
use std::ffi::CStr;
use std::os::fd::OwnedFd;

/// Takes away what stands at the place of something that is not a folder. A folder stays, and is in the way; so
/// does a device, pipe or socket, unless another special file comes: another program uses it.
pub(crate) fn make_way((leaf, name): (&CStr, &[u8]), kind: Kind) -> Outcome<()> {
    let stat = match lstat(leaf) {
        Err(Errno::ENOENT) => return Ok(()),
        other => other.of(name)?,
    };
    if is_kind(stat.st_mode, SFlag::S_IFDIR) {
        return Err(Failure::of("a-folder", name, "a folder is in the way"));
    }
    let is_special = matches!(kind, Kind::Fifo | Kind::Char | Kind::Block);
    if !is_plain(stat.st_mode) && !is_special {
        let problem = "a device, named pipe or socket is in the way";
        return Err(Failure::of("refused", name, problem));
    }
    match unlink(leaf) {
        Err(Errno::ENOENT) => Ok(()),
        other => other.of(name),
    }
}

pub(crate) fn leads_to_folder(leaf: &CStr) -> bool {
    nix::sys::stat::stat(leaf).is_ok_and(|stat| is_kind(stat.st_mode, SFlag::S_IFDIR))
}

/// A file or a link.
pub(crate) fn is_plain(mode: u32) -> bool {
    is_kind(mode, SFlag::S_IFREG) || is_kind(mode, SFlag::S_IFLNK)
}

pub(crate) fn is_kind(mode: u32, kind: SFlag) -> bool {
    mode & libc::S_IFMT == kind.bits()
}

pub(crate) fn kind_of(kind: Kind) -> SFlag {
    match kind {
        Kind::File | Kind::HardLink => SFlag::S_IFREG,
        Kind::Folder => SFlag::S_IFDIR,
        Kind::Symlink => SFlag::S_IFLNK,
        Kind::Fifo => SFlag::S_IFIFO,
        Kind::Char => SFlag::S_IFCHR,
        Kind::Block => SFlag::S_IFBLK,
        Kind::Unknown(_) => SFlag::empty(),
    }
}

pub(crate) fn open_path(leaf: &CStr) -> nix::Result<OwnedFd> {
    open(
        leaf,
        OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
}
