use crate::arguments::Launch;
use crate::failure::{Doing, Failure};
use crate::{cgroup_clean, cgroup_join, inside, parent_death, pid_file, say};
use nix::sched::{unshare, CloneFlags};
use nix::sys::signal::{kill, SigSet, Signal};
use nix::sys::wait::{waitpid, WaitPidFlag, WaitStatus};
use nix::unistd::{fork, pipe2, ForkResult, Pid};
use std::fs::File;
use std::io::{Read, Write};
use std::process::exit;

/// Starts the capsule and stays until its PID 1 ends; gives back the exit code. This process stays
/// in the host's namespaces and cgroups: only its child enters the capsule's.
pub fn run(launch: &Launch) -> Result<u8, Failure> {
    if let Some(parent) = launch.die_with_parent {
        parent_death::die_with_parent(parent)?;
    }
    // Blocked before the fork: a signal that arrives while the capsule is set up waits for PID 1
    // to ask for it, in here and in there.
    let signals = watched_signals();
    signals.thread_block().doing("block signals")?;
    let (gate, opener) = pipe2(nix::fcntl::OFlag::O_CLOEXEC).doing("make a pipe")?;
    unshare(CloneFlags::CLONE_NEWPID).doing("make a pid namespace")?;
    // SAFETY: this process has one thread.
    match unsafe { fork() }.doing("fork")? {
        ForkResult::Child => {
            drop(opener);
            exit(enter(launch, File::from(gate)))
        }
        ForkResult::Parent { child } => {
            drop(gate);
            let result = admit(launch, child, File::from(opener))
                .and_then(|()| wait_for_end(child, &signals));
            tidy(launch, child, result.is_err());
            result
        }
    }
}

/// The child's side of the fork; comes back only when something failed.
fn enter(launch: &Launch, mut gate: File) -> i32 {
    let result = parent_death::die_with_maker().and_then(|()| {
        // Ends without a byte when the parent died, or gave up, before the line above.
        gate.read_exact(&mut [0]).doing("wait for the launcher")?;
        drop(gate);
        inside::become_init(launch)
    });
    match result {
        Ok(never) => match never {},
        Err(failure) => {
            say(&failure.to_string());
            i32::from(crate::EXIT_SETUP)
        }
    }
}

/// Gives the child its cgroup and its pid file, then lets it go on.
fn admit(launch: &Launch, child: Pid, mut opener: File) -> Result<(), Failure> {
    if let Some(name) = &launch.cgroup {
        cgroup_join::join(name, child)?;
    }
    if let Some(path) = &launch.pid_file {
        pid_file::write(path, child)?;
    }
    opener.write_all(&[1]).doing("start PID 1")
}

fn wait_for_end(child: Pid, signals: &SigSet) -> Result<u8, Failure> {
    loop {
        match signals.wait().doing("wait for a signal")? {
            Signal::SIGCHLD => {
                let status = waitpid(child, Some(WaitPidFlag::WNOHANG)).doing("wait for PID 1")?;
                match status {
                    WaitStatus::Exited(_, code) => return Ok(code as u8),
                    WaitStatus::Signaled(_, signal, _) => return Ok(128 + signal as u8),
                    _ => {}
                }
            }
            other => {
                // A PID 1 that has just ended is told by the SIGCHLD that follows.
                let _ = kill(child, as_seen_inside(other));
            }
        }
    }
}

fn watched_signals() -> SigSet {
    [
        Signal::SIGCHLD,
        Signal::SIGTERM,
        Signal::SIGINT,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGUSR1,
    ]
    .into_iter()
    .collect()
}

/// Every request to end is TERM to PID 1, for which HUP would mean a reboot; USR1 is that request.
fn as_seen_inside(signal: Signal) -> Signal {
    match signal {
        Signal::SIGUSR1 => Signal::SIGUSR1,
        _ => Signal::SIGTERM,
    }
}

fn tidy(launch: &Launch, child: Pid, has_failed: bool) {
    if has_failed {
        // Its pid namespace ends with it.
        let _ = kill(child, Signal::SIGKILL);
        let _ = waitpid(child, None);
    }
    let results = [
        launch.cgroup.as_ref().map(cgroup_clean::clean),
        launch.pid_file.as_deref().map(pid_file::remove),
    ];
    for failure in results.into_iter().flatten().filter_map(Result::err) {
        say(&failure.to_string());
    }
}
