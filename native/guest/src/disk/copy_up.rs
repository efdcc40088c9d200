use capsule_archive::transfer::transfer;
use nix::fcntl::{openat2, OFlag, OpenHow, ResolveFlag};
use nix::sys::stat::{utimensat, UtimensatFlags};
use nix::sys::time::TimeSpec;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// While this is there, a copy has begun and not ended.
const MARKER: &str = ".capsule-filling";
const LOST: &str = "lost+found";

/// Copies what `root` has at `path` into a volume that holds nothing yet. A copy that was cut short is
/// made again: its files have no user, since nothing ran on the volume before it was complete.
pub fn fill(root: &Path, path: &str, volume: &Path) -> io::Result<()> {
    let marker = volume.join(MARKER);
    let content = content(volume)?;
    if fs::symlink_metadata(&marker).is_ok() {
        clear(&content, &marker)?;
    } else if !content.is_empty() {
        return Ok(());
    }
    let Some(source) = open_inside(root, path)? else {
        return finish(volume, &marker);
    };
    File::create(&marker)?.sync_all()?;
    File::open(volume)?.sync_all()?;
    // By its descriptor: nothing can lead the way there out of the root any more.
    let source_path = PathBuf::from(format!("/proc/self/fd/{}/", source.as_raw_fd()));
    let meta = fs::metadata(&source_path)?;
    transfer(&source_path, volume, &[LOST, MARKER], io::stderr())?;
    finish(volume, &marker)?;
    // Which the marker has changed.
    set_times(volume, &meta)?;
    sync(volume)
}

fn finish(volume: &Path, marker: &Path) -> io::Result<()> {
    match fs::remove_file(marker) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => other?,
    }
    sync(volume)
}

fn set_times(path: &Path, meta: &Metadata) -> io::Result<()> {
    let accessed = TimeSpec::new(meta.atime(), meta.atime_nsec());
    let modified = TimeSpec::new(meta.mtime(), meta.mtime_nsec());
    let follow = UtimensatFlags::FollowSymlink;
    Ok(utimensat(
        nix::fcntl::AT_FDCWD,
        path,
        &accessed,
        &modified,
        follow,
    )?)
}

fn content(volume: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(volume)? {
        let entry = entry?;
        if entry.file_name() != LOST {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The marker goes last.
fn clear(content: &[PathBuf], marker: &Path) -> io::Result<()> {
    for path in content.iter().filter(|path| *path != marker) {
        if fs::symlink_metadata(path)?.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The folder at `path` with every link followed inside of `root`; `None` where there is none.
fn open_inside(root: &Path, path: &str) -> io::Result<Option<OwnedFd>> {
    let root = File::open(root)?;
    let how = OpenHow::new()
        .flags(OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    match openat2(&root, path, how) {
        Ok(folder) => Ok(Some(folder)),
        Err(nix::errno::Errno::ENOENT | nix::errno::Errno::ENOTDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn sync(volume: &Path) -> io::Result<()> {
    let folder = File::open(volume)?;
    // SAFETY: a valid descriptor for the length of the call.
    nix::errno::Errno::result(unsafe { libc::syncfs(folder.as_raw_fd()) })?;
    Ok(())
}

#[cfg(test)]
#[path = "copy_up_test.rs"]
mod tests;
