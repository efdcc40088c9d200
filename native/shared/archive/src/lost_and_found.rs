use std::ffi::{CStr, OsStr};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

/// The folder that every ext4 has in its root: the filesystem's own, and without a user's files while it is empty.
pub(crate) const LOST: &[u8] = b"lost+found";
const INODE: u64 = 11;

/// Whether a name of the present folder is that one, and empty.
pub(crate) fn is_lost_and_found(leaf: &CStr) -> bool {
    if leaf.to_bytes() != LOST {
        return false;
    }
    let is_own = fs::symlink_metadata(OsStr::from_bytes(LOST))
        .is_ok_and(|meta| meta.is_dir() && meta.ino() == INODE);
    is_own && fs::read_dir(OsStr::from_bytes(LOST)).is_ok_and(|mut it| it.next().is_none())
}
