use crate::power::is_embedded;
use capsule_proc::read_mount_info;
use nix::errno::Errno;
use nix::mount::{umount2, MntFlags};
use std::path::{Path, PathBuf};

/// The mounts that a capsule needs to its end.
const KEPT: [&str; 5] = ["/", "/proc", "/sys", "/dev", "/run"];

/// Writes everything to disk and unmounts all but the bare minimum, the youngest mount first.
/// Gives back what could not be unmounted.
pub fn all() -> Vec<String> {
    write_out();
    let mut problems = Vec::new();
    for path in unmountable() {
        if let Err(error) = umount2(&path, MntFlags::UMOUNT_NOFOLLOW) {
            problems.push(format!("{} stays mounted: {error}", path.display()));
            // Out of the tree at least, so that what is below it can go.
            let _ = umount2(&path, MntFlags::UMOUNT_NOFOLLOW | MntFlags::MNT_DETACH);
        }
    }
    write_out();
    problems
}

fn unmountable() -> Vec<PathBuf> {
    let mounts = read_mount_info().unwrap_or_default();
    let is_kept = |path: &Path| {
        KEPT.iter().any(|kept| Path::new(kept) == path)
            || path.starts_with("/sys")
            || path.starts_with("/dev")
            || path.starts_with("/proc")
    };
    let mut found: Vec<PathBuf> = mounts
        .into_iter()
        .map(|mount| mount.mount_point)
        .filter(|path| !is_kept(path))
        .collect();
    found.reverse();
    found
}

/// An embedded capsule writes out its own disk; the host's others are none of its business.
fn write_out() {
    if !is_embedded() {
        nix::unistd::sync();
        return;
    }
    let Ok(perm) = std::fs::File::open("/perm") else {
        return;
    };
    // SAFETY: a valid descriptor for the length of the call.
    let result = unsafe { libc::syncfs(std::os::fd::AsRawFd::as_raw_fd(&perm)) };
    if let Err(error) = Errno::result(result) {
        capsule_machine::console::write(format!("init: write out /perm: {error}\n").as_bytes());
    }
}
