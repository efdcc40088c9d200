use capsule_machine::signals::{self, Request};
use nix::sys::signal::SigSet;
use nix::sys::signalfd::SignalFd;
use nix::sys::wait::{waitpid, WaitPidFlag, WaitStatus};
use nix::unistd::Pid;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use tokio::io::unix::AsyncFd;
use tokio::sync::{oneshot, Notify};

/// The number of exits that are kept for later callers.
const REMEMBERED: usize = 256;

/// Reaps every child that has ended, ours and all orphans, and notifies the waiters.
#[derive(Default)]
pub struct Reaper {
    waiting: RefCell<HashMap<i32, oneshot::Sender<i32>>>,
    /// A runtime leaves us its container's process, whose number we learn only then; it may be over.
    unclaimed: RefCell<VecDeque<(i32, i32)>>,
}

impl Reaper {
    /// Starts a child with default signals; its exit code, 128 and more for a signal, comes later.
    /// To be called where `run` runs: between the start and the note no end can be taken in.
    pub fn spawn(&self, command: &mut Command) -> io::Result<(Child, oneshot::Receiver<i32>)> {
        // SAFETY: async-signal-safe, and allocates nothing.
        unsafe {
            command.pre_exec(|| Ok(SigSet::empty().thread_set_mask()?));
        }
        let child = command.spawn()?;
        let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(pid, sender);
        Ok((child, receiver))
    }

    /// The exit code of a child, also of one that has ended a moment ago.
    pub fn exit_of(&self, pid: i32) -> oneshot::Receiver<i32> {
        let (sender, receiver) = oneshot::channel();
        let mut unclaimed = self.unclaimed.borrow_mut();
        // The living process is another one than the ended process that had this number.
        let is_there = std::path::Path::new(&format!("/proc/{pid}")).exists();
        let found = unclaimed
            .iter()
            .rposition(|(ended, _)| *ended == pid && !is_there);
        match found.and_then(|at| unclaimed.remove(at)) {
            Some((_, code)) => drop(sender.send(code)),
            None => drop(self.waiting.borrow_mut().insert(pid, sender)),
        }
        receiver
    }

    /// Runs for ever, and notifies `asked` when the machine has to power off.
    pub async fn run(&self, signals: SignalFd, asked: &Notify) -> io::Result<()> {
        // SAFETY: it owns its descriptor, and keeps the same one for as long as it lives.
        let signals = unsafe { AsyncFd::register(signals) }?;
        loop {
            let mut ready = signals.readable().await?;
            for request in signals::read(signals.get_ref()) {
                match request {
                    Request::PowerOff | Request::Reboot => asked.notify_one(),
                    Request::Reap | Request::Restart => {}
                }
            }
            ready.clear_ready();
            self.reap();
        }
    }

    fn reap(&self) {
        while let Ok(status) = waitpid(None::<Pid>, Some(WaitPidFlag::WNOHANG)) {
            let (pid, code) = match status {
                WaitStatus::Exited(pid, code) => (pid.as_raw(), code),
                WaitStatus::Signaled(pid, signal, _) => (pid.as_raw(), 128 + signal as i32),
                WaitStatus::StillAlive => return,
                _ => continue,
            };
            match self.waiting.borrow_mut().remove(&pid) {
                // The caller may be gone.
                Some(waiting) => drop(waiting.send(code)),
                None => self.remember(pid, code),
            }
        }
    }

    fn remember(&self, pid: i32, code: i32) {
        let mut unclaimed = self.unclaimed.borrow_mut();
        unclaimed.push_back((pid, code));
        if unclaimed.len() > REMEMBERED {
            unclaimed.pop_front();
        }
    }
}
