use crate::journal::Journal;
use crate::service_config::Stop;
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use std::time::{Duration, Instant};

/// How long a process may take to go after KILL before it is reported.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// The stop ladder of one process: asked, then killed, then reported as one that does not go.
pub struct Ladder {
    pid: Pid,
    rung: Rung,
}

enum Rung {
    Asked { kill_at: Instant },
    Killed { report_at: Instant },
    Reported,
}

impl Ladder {
    /// Sends the first signal. A process that has just ended is told by its exit.
    pub fn begin(pid: Pid, stop: Stop, now: Instant) -> Self {
        let _ = kill(pid, stop.signal);
        Ladder {
            pid,
            rung: Rung::Asked {
                kill_at: now + stop.grace,
            },
        }
    }

    /// The moment of the next rung.
    pub fn due_at(&self) -> Option<Instant> {
        match self.rung {
            Rung::Asked { kill_at } => Some(kill_at),
            Rung::Killed { report_at } => Some(report_at),
            Rung::Reported => None,
        }
    }

    /// True once KILL did not help either.
    pub fn is_at_end(&self) -> bool {
        matches!(self.rung, Rung::Reported)
    }

    /// Takes the next rung; to be called when it is due.
    pub fn climb(&mut self, name: &str, now: Instant, journal: &mut Journal) {
        let pid = self.pid;
        self.rung = match self.rung {
            Rung::Asked { .. } => {
                journal.say(&format!("{name} does not stop in time; killing it"));
                let _ = kill(pid, Signal::SIGKILL);
                Rung::Killed {
                    report_at: now + KILL_PATIENCE,
                }
            }
            Rung::Killed { .. } | Rung::Reported => {
                journal.say(&format!("{name}, pid {pid}, does not die"));
                Rung::Reported
            }
        };
    }
}
