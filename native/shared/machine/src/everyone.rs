use nix::errno::Errno;
use nix::sys::signal::{kill, Signal};
use nix::unistd::{getpid, Pid};
use std::fs;

pub fn is_init() -> bool {
    getpid().as_raw() == 1
}

/// PID 1 adopts orphans by nature; anything else (a test) has to ask.
pub fn adopt_orphans() -> nix::Result<()> {
    if is_init() {
        return Ok(());
    }
    // SAFETY: plain prctl with integer arguments.
    Errno::result(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) }).map(drop)
}

/// Signals every other process: all of the pid namespace for PID 1, else only descendants.
pub fn signal(signal: Signal) {
    if is_init() {
        let _ = kill(Pid::from_raw(-1), signal);
        return;
    }
    for pid in descendants(getpid()) {
        let _ = kill(pid, signal);
    }
}

/// The processes that are left beside this one.
pub fn remaining() -> Vec<Pid> {
    if !is_init() {
        return descendants(getpid());
    }
    if kill(Pid::from_raw(-1), None) == Err(Errno::ESRCH) {
        return Vec::new();
    }
    let others = all_processes().filter(|pid| pid.as_raw() != 1);
    // Threads of the kernel have no command line; on a real machine they are always there.
    others.filter(|pid| !is_kernel_thread(*pid)).collect()
}

fn all_processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.parse().ok().map(Pid::from_raw)
    })
}

fn is_kernel_thread(pid: Pid) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_err_and(|error| {
        error.kind() == std::io::ErrorKind::NotFound && {
            let cmdline = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            cmdline.is_empty()
        }
    })
}

fn descendants(of: Pid) -> Vec<Pid> {
    let children = fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    let mut found = Vec::new();
    for child in children
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
    {
        let child = Pid::from_raw(child);
        found.extend(descendants(child));
        found.push(child);
    }
    found
}
