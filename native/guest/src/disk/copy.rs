use nix::errno::Errno;
use nix::sys::stat::{mknod, utimensat, Mode, SFlag, UtimensatFlags};
use nix::sys::time::TimeSpec;
use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr};
use std::fs::{self, Metadata, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{
    lchown, symlink, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt,
};
use std::path::{Path, PathBuf};

const MOST_ATTRIBUTE_BYTES: usize = 64 * 1024;

/// Copies what is in a folder into another that is there, with all that files have beside their bytes;
/// the other folder becomes as the first one is. Names in `left_out` are left out, at the top only.
pub fn copy_content(from: &Path, to: &Path, left_out: &[&str]) -> io::Result<()> {
    let mut copy = Copy {
        seen: HashMap::new(),
    };
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        if !left_out.iter().any(|other| OsStr::new(other) == name) {
            copy.add(&from.join(&name), &to.join(&name))?;
        }
    }
    settle(from, to)
}

/// Makes a folder, or anything else, as another one is.
pub fn settle(from: &Path, to: &Path) -> io::Result<()> {
    // A path that ends in a slash is that of a folder, also through a link.
    settle_as(from, to, &fs::symlink_metadata(from)?)
}

struct Copy {
    /// Files with several names, by device and inode.
    seen: HashMap<(u64, u64), PathBuf>,
}

impl Copy {
    fn add(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let meta = fs::symlink_metadata(from)?;
        let kind = meta.file_type();
        if kind.is_socket() {
            return Ok(());
        }
        if !kind.is_dir() && meta.nlink() > 1 {
            if let Some(first) = self.seen.get(&(meta.dev(), meta.ino())) {
                return fs::hard_link(first, to);
            }
            let key = (meta.dev(), meta.ino());
            self.seen.insert(key, to.to_path_buf());
        }
        if kind.is_dir() {
            fs::DirBuilder::new().create(to)?;
            for entry in fs::read_dir(from)? {
                let name = entry?.file_name();
                self.add(&from.join(&name), &to.join(&name))?;
            }
        } else if kind.is_symlink() {
            symlink(fs::read_link(from)?, to)?;
        } else if kind.is_file() {
            copy_bytes(from, to)?;
        } else {
            let file = SFlag::from_bits_truncate(meta.mode() & libc::S_IFMT);
            mknod(to, file, Mode::from_bits_truncate(0o600), meta.rdev())?;
        }
        settle_as(from, to, &meta)
    }
}

fn copy_bytes(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW)
        .open(from)?;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    io::copy(&mut source, &mut target).map(drop)
}

/// Owner first: a change of owner takes set-id bits and capabilities away.
fn settle_as(from: &Path, to: &Path, meta: &Metadata) -> io::Result<()> {
    lchown(to, Some(meta.uid()), Some(meta.gid()))?;
    copy_attributes(from, to)?;
    if !meta.file_type().is_symlink() {
        fs::set_permissions(to, fs::Permissions::from_mode(meta.mode() & 0o7777))?;
    }
    let time = |seconds, nanos| TimeSpec::new(seconds, nanos);
    utimensat(
        nix::fcntl::AT_FDCWD,
        to,
        &time(meta.atime(), meta.atime_nsec()),
        &time(meta.mtime(), meta.mtime_nsec()),
        UtimensatFlags::NoFollowSymlink,
    )?;
    Ok(())
}

fn copy_attributes(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (c_path(from)?, c_path(to)?);
    let mut names = vec![0; MOST_ATTRIBUTE_BYTES];
    // SAFETY: a path that ends in NUL, and a buffer with its size.
    let size = unsafe { libc::llistxattr(from.as_ptr(), names.as_mut_ptr().cast(), names.len()) };
    let size = match Errno::result(size) {
        Err(Errno::EOPNOTSUPP) => return Ok(()),
        other => usize::try_from(other?).unwrap_or(0),
    };
    let names = names.get(..size).unwrap_or_default();
    for name in names.split_inclusive(|byte| *byte == 0) {
        let Ok(name) = CStr::from_bytes_with_nul(name) else {
            continue;
        };
        copy_attribute(&from, &to, name)?;
    }
    Ok(())
}

fn copy_attribute(from: &CStr, to: &CStr, name: &CStr) -> io::Result<()> {
    let mut value = vec![0_u8; MOST_ATTRIBUTE_BYTES];
    // SAFETY: strings that end in NUL, and a buffer with its size.
    let size = unsafe {
        libc::lgetxattr(
            from.as_ptr(),
            name.as_ptr(),
            value.as_mut_ptr().cast(),
            value.len(),
        )
    };
    let size = usize::try_from(Errno::result(size)?).unwrap_or(0);
    // SAFETY: strings that end in NUL, and a buffer of which `size` bytes were written.
    let result =
        unsafe { libc::lsetxattr(to.as_ptr(), name.as_ptr(), value.as_ptr().cast(), size, 0) };
    match Errno::result(result) {
        // The file system of the volume has no such attributes.
        Ok(_) | Err(Errno::EOPNOTSUPP) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}
