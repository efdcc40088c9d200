use crate::power::is_embedded;
use capsule_proc::read_mount_info;
use nix::errno::Errno;
use nix::mount::{umount2, MntFlags};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{channel, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The mounts that a capsule needs to its end.
const KEPT: [&str; 5] = ["/", "/proc", "/sys", "/dev", "/run"];

/// A disk that does not finish must not keep the machine up for ever. A slow one needs minutes for what waits in memory.
const PATIENCE: Duration = Duration::from_secs(600);
/// More often than any watchdog resets the machine.
const FEED_EVERY: Duration = Duration::from_secs(5);

/// Does `all`, and calls `feed` until it is done: a watchdog that hits meanwhile loses what is not on the disk yet.
pub fn all_fed(feed: impl FnMut()) -> Vec<String> {
    fed(all, PATIENCE, FEED_EVERY, feed)
}

fn fed(
    work: fn() -> Vec<String>,
    patience: Duration,
    every: Duration,
    mut feed: impl FnMut(),
) -> Vec<String> {
    let until = Instant::now() + patience;
    let (done, outcome) = channel();
    // After the patience, the caller has gone on.
    thread::spawn(move || done.send(work()).ok());
    loop {
        feed();
        match outcome.recv_timeout(every) {
            Ok(problems) => return problems,
            Err(RecvTimeoutError::Disconnected) => return vec!["a bug stopped it".into()],
            Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
            Err(RecvTimeoutError::Timeout) => {
                let seconds = patience.as_secs();
                return vec![format!("the disks do not finish within {seconds} s")];
            }
        }
    }
}

/// Writes everything to disk and unmounts all but the bare minimum, the youngest mount first.
/// Gives back what could not be unmounted.
fn all() -> Vec<String> {
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
pub fn write_out() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_fed_while_a_slow_disk_takes_its_time() {
        let mut feeds = 0;
        let slow = || {
            thread::sleep(Duration::from_millis(100));
            vec!["/x stays mounted".to_string()]
        };
        let problems = fed(slow, PATIENCE, Duration::from_millis(10), || feeds += 1);
        assert_eq!(problems, ["/x stays mounted"]);
        assert!(feeds > 2, "{feeds}");
    }

    #[test]
    fn a_disk_that_never_finishes_is_given_up() {
        let stuck = || loop {
            thread::park();
        };
        let short = Duration::from_millis(20);
        let problems = fed(stuck, short, short, || {});
        assert_eq!(problems, ["the disks do not finish within 0 s"]);
    }
}
