use crate::entry::Attribute;
use nix::errno::Errno;
use std::ffi::{CStr, CString};
use std::io;

/// The kernel's limits, for the names and for each value.
const MOST_BYTES: usize = 64 * 1024;
/// The space of one value beside an inode of ext4, roughly.
const USUAL_BYTES: usize = 3500;

/// The extended attributes of a name in the present folder; a link is not followed. Without those that are
/// of one filesystem alone.
pub fn read(name: &CStr) -> io::Result<Vec<Attribute>> {
    let mut names = vec![0_u8; MOST_BYTES];
    // SAFETY: a path that ends in NUL, and a buffer with its size.
    let size = unsafe { libc::llistxattr(name.as_ptr(), names.as_mut_ptr().cast(), names.len()) };
    let size = match Errno::result(size) {
        Err(Errno::EOPNOTSUPP) => return Ok(Vec::new()),
        other => usize::try_from(other?).unwrap_or(0),
    };
    let mut attributes = Vec::new();
    for key in names
        .get(..size)
        .unwrap_or_default()
        .split(|byte| *byte == 0)
    {
        let is_own = key.starts_with(b"system.") && !key.starts_with(b"system.posix_acl_");
        if key.is_empty() || is_own {
            continue;
        }
        let key = CString::new(key)?;
        if let Some(value) = value(name, &key)? {
            let name = key.into_bytes();
            attributes.push(Attribute { name, value });
        }
    }
    attributes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(attributes)
}

/// `None` where it has gone meanwhile.
fn value(name: &CStr, key: &CStr) -> io::Result<Option<Vec<u8>>> {
    let mut value = vec![0_u8; MOST_BYTES];
    // SAFETY: strings that end in NUL, and a buffer with its size.
    let size = unsafe {
        libc::lgetxattr(
            name.as_ptr(),
            key.as_ptr(),
            value.as_mut_ptr().cast(),
            value.len(),
        )
    };
    match Errno::result(size) {
        Err(Errno::ENODATA) => Ok(None),
        other => {
            value.truncate(usize::try_from(other?).unwrap_or(0));
            Ok(Some(value))
        }
    }
}

/// How an attribute was set.
#[derive(Debug, PartialEq)]
pub enum Kept {
    Yes,
    /// By this filesystem or this kernel, for a reason.
    Not(String),
}

/// Sets an attribute of a name in the present folder; a link is not followed. Fails where the disk does.
pub fn write(name: &CStr, attribute: &Attribute) -> io::Result<Kept> {
    let key = CString::new(attribute.name.as_slice())?;
    let value = &attribute.value;
    // SAFETY: strings that end in NUL, and bytes with their number.
    let result = unsafe {
        libc::lsetxattr(
            name.as_ptr(),
            key.as_ptr(),
            value.as_ptr().cast(),
            value.len(),
            0,
        )
    };
    match Errno::result(result) {
        Ok(_) => Ok(Kept::Yes),
        Err(error @ (Errno::EIO | Errno::EROFS | Errno::EDQUOT | Errno::ENOENT)) => {
            Err(error.into())
        }
        Err(Errno::ENOSPC) if value.len() < USUAL_BYTES => Err(Errno::ENOSPC.into()),
        Err(error) => Ok(Kept::Not(error.desc().to_string())),
    }
}
