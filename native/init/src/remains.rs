use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::time::{Duration, Instant};

/// The pause between two checks for them: the kernel sends no event for their exit.
pub const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// A service is waited for by people; what its last run still has running is not killed, since it
/// may be in the middle of something that only it can finish.
const PATIENCE: Duration = Duration::from_secs(1);

/// Helpers that outlive the run of a service that started them: they still do what it wanted, and
/// would undo what the next run does.
pub struct Remains {
    group: Pid,
    until: Instant,
}

impl Remains {
    /// A service leads a session, and so a process group, by its own pid.
    pub fn of(leader: Pid, now: Instant) -> Self {
        Remains {
            group: leader,
            until: now + PATIENCE,
        }
    }

    pub fn are_gone(&self) -> bool {
        kill(Pid::from_raw(-self.group.as_raw()), None) == Err(Errno::ESRCH)
    }

    /// True once the wait for them is over.
    pub fn are_given_up(&self, now: Instant) -> bool {
        now >= self.until
    }
}
