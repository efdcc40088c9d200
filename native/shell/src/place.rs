use nix::mount::{mount, MsFlags};
use nix::sched::{unshare, CloneFlags};
use std::fs;
use std::io;

/// Mounts of the session end with it; those of the capsule come and go in it.
pub fn own_mounts() -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWNS)?;
    let none: Option<&str> = None;
    let flags = MsFlags::MS_REC | MsFlags::MS_SLAVE;
    Ok(mount(none, "/", none, flags, none)?)
}

/// capsuled is protected from the OOM killer; the programs of an operator must not be.
pub fn give_up_protection() -> io::Result<()> {
    fs::write("/proc/self/oom_score_adj", "0")
}
