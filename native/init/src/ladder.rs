use crate::journal::Journal;
use crate::service_config::Stop;
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a process may take to go after KILL before it is reported.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// No service is waited for longer, whatever it asks for.
const LONGEST_GRACE: Duration = Duration::from_secs(3600);

/// The stop ladder of one process: asked, then killed, then reported as one that does not go.
pub struct Ladder {
    pid: Pid,
    rung: Rung,
}

enum Rung {
    Asked {
        since: Instant,
        kill_at: Instant,
        /// Looked at when the grace is over.
        grace_file: Option<PathBuf>,
    },
    Killed {
        report_at: Instant,
    },
    Reported,
}

impl Ladder {
    /// Sends the first signal. The exit of a process shows that it has just ended. One that writes a number of
    /// milliseconds to `grace_file` gets as long as that instead, where it is longer than the grace.
    pub fn begin(pid: Pid, stop: Stop, grace_file: Option<PathBuf>, now: Instant) -> Self {
        let _ = kill(pid, stop.signal);
        Ladder {
            pid,
            rung: Rung::Asked {
                since: now,
                kill_at: now + stop.grace,
                grace_file,
            },
        }
    }

    /// The moment of the next rung.
    pub fn due_at(&self) -> Option<Instant> {
        match self.rung {
            Rung::Asked { kill_at, .. } => Some(kill_at),
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
        if let Rung::Asked {
            since,
            kill_at,
            grace_file: Some(file),
        } = &mut self.rung
        {
            let asked = *since + asked_grace(file);
            if asked > now {
                let seconds = (asked - *since).as_secs();
                journal.say(&format!("{name} asks for {seconds} s to stop"));
                *kill_at = asked;
                return;
            }
        }
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

/// Reads the time in a grace file: zero for a missing file, or one without a number.
pub fn asked_grace(file: &PathBuf) -> Duration {
    let text = fs::read_to_string(file).unwrap_or_default();
    let milliseconds = text.trim().parse().unwrap_or(0);
    Duration::from_millis(milliseconds).min(LONGEST_GRACE)
}
