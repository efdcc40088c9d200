use nix::sched::{unshare, CloneFlags};
use nix::sys::resource::{getrlimit, setrlimit, Resource};
use std::io;
use std::thread;

/// For trees that are some ten thousand folders deep: one descriptor for each.
const MOST_OPEN: u64 = 80_000;

/// Runs work in a thread whose present folder is its own, as packing and unpacking need it. Fails as the
/// kernel does.
pub fn with_own_folder<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, || {
            unshare(CloneFlags::CLONE_FS)?;
            Ok(work())
        })?;
        // A panic ends the program.
        thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the work has panicked")))
    })
}

/// As many descriptors as deep trees need, or as there may be.
pub fn allow_deep_trees() {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return;
    };
    // Without the right to raise the limit, up to the limit.
    for wanted in [MOST_OPEN.max(hard), hard] {
        if soft >= MOST_OPEN || setrlimit(Resource::RLIMIT_NOFILE, wanted, wanted).is_ok() {
            return;
        }
    }
}
