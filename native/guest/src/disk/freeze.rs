use super::plan::Volume;
use nix::errno::Errno;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::{spawn_blocking, spawn_local, JoinHandle};
use tokio::time::sleep;

// _IOWR('X', 119, int) and 120.
const FIFREEZE: libc::Ioctl = 0xc004_5877_u32 as libc::Ioctl;
const FITHAW: libc::Ioctl = 0xc004_5878_u32 as libc::Ioctl;
/// A host that has gone away must not hold a payload back.
const LONGEST: Duration = Duration::from_secs(10);

/// Holds back writes to volumes, each for a while.
#[derive(Default)]
pub struct Freezer {
    timers: RefCell<HashMap<PathBuf, JoinHandle<()>>>,
}

impl Freezer {
    /// Writes out what the volume has been given, and holds back what comes.
    pub async fn freeze(&self, at: PathBuf) -> io::Result<()> {
        let place = at.clone();
        spawn_blocking(move || control(&place, FIFREEZE)).await??;
        let place = at.clone();
        let timer = spawn_local(async move {
            sleep(LONGEST).await;
            let _ = control(&place, FITHAW);
        });
        if let Some(before) = self.timers.borrow_mut().insert(at, timer) {
            before.abort();
        }
        Ok(())
    }

    pub fn thaw(&self, at: &Path) -> io::Result<()> {
        if let Some(timer) = self.timers.borrow_mut().remove(at) {
            timer.abort();
        }
        control(at, FITHAW)
    }
}

/// For one who is about to unmount.
pub fn thaw_all(volumes: &[Volume]) {
    for volume in volumes {
        let _ = control(&volume.at(), FITHAW);
    }
}

/// Idempotent: one that is frozen, or is not, stays so.
fn control(at: &Path, what: libc::Ioctl) -> io::Result<()> {
    let folder = File::open(at)?;
    // SAFETY: a valid descriptor; neither request reads its argument.
    match Errno::result(unsafe { libc::ioctl(folder.as_raw_fd(), what, 0) }) {
        Err(Errno::EBUSY) if what == FIFREEZE => Ok(()),
        Err(Errno::EINVAL) if what == FITHAW => Ok(()),
        other => Ok(other.map(drop)?),
    }
}
