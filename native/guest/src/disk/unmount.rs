use super::plan::Plan;
use crate::place;
use capsule_machine::is_mounted;
use nix::mount::{mount, umount2, MntFlags, MsFlags};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// Writes everything to the disks and lets go of them. A filesystem that is still in use is made read-only, which
/// leaves it complete as well. Idempotent.
pub fn unmount_all(plan: &Plan) -> Result<(), String> {
    nix::unistd::sync();
    // A bind mount of a volume keeps it mounted.
    let volumes = plan.volumes.iter().rev().flat_map(|volume| {
        let folders = volume.folders.iter().rev().map(|folder| folder.at());
        folders.chain([volume.at()])
    });
    let root = [place::ROOT, place::WRITABLE, place::IMAGE].map(PathBuf::from);
    let mut problems = Vec::new();
    for at in volumes.chain(root) {
        if let Err(error) = let_go(&at) {
            problems.push(format!("{} stays mounted: {error}", at.display()));
        }
    }
    nix::unistd::sync();
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems.join("; "))
}

fn let_go(at: &Path) -> nix::Result<()> {
    for _ in 0..TRIES {
        if !is_mounted(at) {
            return Ok(());
        }
        // A process that was just killed may hold it for a moment more.
        if umount2(at, MntFlags::UMOUNT_NOFOLLOW).is_err() {
            sleep(PAUSE);
        }
    }
    let none: Option<&str> = None;
    let read_only = MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
    mount(none, at, none, read_only, none)
}
