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
