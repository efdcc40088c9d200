use capsule_proc::read_mount_info;
use nix::mount::{mount, MsFlags};
use std::fs;
use std::io;
use std::path::Path;

/// A filesystem that a capsule needs.
pub struct Wanted {
    pub filesystem: &'static str,
    pub at: &'static str,
    pub flags: MsFlags,
    pub options: &'static str,
}

/// Mounts it, and makes the mount point, unless something is mounted there already.
pub fn mount_once(wanted: &Wanted) -> io::Result<()> {
    if is_mounted(Path::new(wanted.at)) {
        return Ok(());
    }
    fs::create_dir_all(wanted.at)?;
    mount(
        Some(wanted.filesystem),
        wanted.at,
        Some(wanted.filesystem),
        wanted.flags,
        Some(wanted.options).filter(|options| !options.is_empty()),
    )?;
    Ok(())
}

/// Before /proc is there, nothing is known to be mounted.
pub fn is_mounted(path: &Path) -> bool {
    read_mount_info().is_ok_and(|mounts| mounts.iter().any(|mount| mount.mount_point == path))
}

/// A file system of the kernel's own, from which nothing is run.
pub fn mount_quiet(
    filesystem: &'static str,
    at: &'static str,
    options: &'static str,
) -> io::Result<()> {
    mount_once(&Wanted {
        filesystem,
        at,
        flags: MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
        options,
    })
}

pub fn mount_tmpfs(at: &'static str, options: &'static str) -> io::Result<()> {
    mount_once(&Wanted {
        filesystem: "tmpfs",
        at,
        flags: MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
        options,
    })
}
