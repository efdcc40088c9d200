use crate::back_off::BackOff;
use crate::cgroup_mounts::service_cgroup;
use crate::journal::Journal;
use crate::service_config::{ServiceConfig, Stop};
use crate::spawn::{set_oom_score, spawn};
use capsule_log_file::LineSplitter;
use nix::sys::signal::{kill, Signal};
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// How long a process may take to go after KILL before it is reported.
const KILL_PATIENCE: Duration = Duration::from_secs(5);
/// What is read of one service before somebody else has a turn.
const READ_BYTES: usize = 64 * 1024;

enum State {
    /// Will be started at the moment; never again without one.
    Down {
        start_at: Option<Instant>,
    },
    Up {
        pid: Pid,
        since: Instant,
    },
    /// On the ladder: asked, then killed, then reported as one that does not go.
    Stopping {
        pid: Pid,
        since: Instant,
        rung: Rung,
    },
}

enum Rung {
    Asked { kill_at: Instant },
    Killed { report_at: Instant },
    Reported,
}

/// One service through all its runs.
pub struct Service {
    pub config: ServiceConfig,
    state: State,
    back_off: BackOff,
    /// One pipe for all runs, stdout and stderr alike, so that their lines keep their order.
    output: File,
    input: OwnedFd,
    lines: LineSplitter,
}

impl Service {
    /// Starts nothing yet: the first start is due at once.
    pub fn new(config: ServiceConfig) -> io::Result<Self> {
        let (output, input) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC)?;
        let flags = nix::fcntl::OFlag::O_NONBLOCK;
        nix::fcntl::fcntl(&output, nix::fcntl::FcntlArg::F_SETFL(flags))?;
        Ok(Service {
            config,
            state: State::Down {
                start_at: Some(Instant::now()),
            },
            back_off: BackOff::new(),
            output: File::from(output),
            input,
            lines: LineSplitter::default(),
        })
    }

    pub fn output(&self) -> BorrowedFd<'_> {
        self.output.as_fd()
    }

    pub fn is_down(&self) -> bool {
        matches!(self.state, State::Down { .. })
    }

    pub fn pid(&self) -> Option<Pid> {
        match self.state {
            State::Down { .. } => None,
            State::Up { pid, .. } | State::Stopping { pid, .. } => Some(pid),
        }
    }

    /// True once KILL did not help either.
    pub fn is_given_up(&self) -> bool {
        matches!(
            self.state,
            State::Stopping {
                rung: Rung::Reported,
                ..
            }
        )
    }

    /// The next moment at which `tick` has something to do.
    pub fn due_at(&self) -> Option<Instant> {
        match &self.state {
            State::Down { start_at } => *start_at,
            State::Up { .. } => None,
            State::Stopping { rung, .. } => match rung {
                Rung::Asked { kill_at } => Some(*kill_at),
                Rung::Killed { report_at } => Some(*report_at),
                Rung::Reported => None,
            },
        }
    }

    /// Starts it, or climbs the ladder, when the moment has come.
    pub fn tick(&mut self, now: Instant, journal: &mut Journal) {
        if self.due_at().is_none_or(|due| due > now) {
            return;
        }
        match &mut self.state {
            State::Down { .. } => self.start(now, journal),
            State::Up { .. } => {}
            State::Stopping { pid, rung, .. } => {
                let name = &self.config.name;
                *rung = match rung {
                    Rung::Asked { .. } => {
                        journal.say(&format!("{name} does not stop in time; killing it"));
                        let _ = kill(*pid, Signal::SIGKILL);
                        Rung::Killed {
                            report_at: now + KILL_PATIENCE,
                        }
                    }
                    _ => {
                        journal.say(&format!("{name}, pid {pid}, does not die"));
                        Rung::Reported
                    }
                };
            }
        }
    }

    /// Puts a running service on the ladder; does nothing otherwise.
    pub fn stop(&mut self, stop: Stop, now: Instant, journal: &mut Journal) {
        let State::Up { pid, since } = self.state else {
            return;
        };
        journal.say(&format!(
            "stopping {} with {}",
            self.config.name, stop.signal
        ));
        // It may just have ended; then its exit is about to be told.
        let _ = kill(pid, stop.signal);
        let kill_at = now + stop.grace;
        self.state = State::Stopping {
            pid,
            since,
            rung: Rung::Asked { kill_at },
        };
    }

    /// Calls off a start that is due.
    pub fn stay_down(&mut self) {
        if let State::Down { start_at } = &mut self.state {
            *start_at = None;
        }
    }

    /// Its process has ended.
    pub fn ended(&mut self, status: WaitStatus, may_restart: bool, journal: &mut Journal) {
        self.read_output_left(journal);
        let (since, was_asked) = match self.state {
            State::Down { .. } => return,
            State::Up { since, .. } => (since, false),
            State::Stopping { since, .. } => (since, true),
        };
        let ran = since.elapsed();
        let was_killed = matches!(status, WaitStatus::Signaled(_, Signal::SIGKILL, _));
        let pause = match was_asked {
            true => Duration::ZERO,
            false => self.back_off.pause_after(ran, was_killed),
        };
        let next = match may_restart {
            true => format!("; starting it again in {} ms", pause.as_millis()),
            false => String::new(),
        };
        journal.say(&format!(
            "{} {} after {:.1} s{next}",
            self.config.name,
            describe(status),
            ran.as_secs_f64(),
        ));
        self.state = State::Down {
            start_at: may_restart.then(|| Instant::now() + pause),
        };
    }

    /// Moves what it has written to the journal: one read; false when there was nothing.
    pub fn read_output(&mut self, journal: &mut Journal) -> bool {
        let mut buffer = [0; READ_BYTES];
        let count = self.output.read(&mut buffer).unwrap_or(0);
        let name = &self.config.name;
        self.lines
            .push(buffer.get(..count).unwrap_or_default(), |tag, text| {
                journal.write(name, tag, text)
            });
        count > 0
    }

    /// The last words of a run; children of it may write on, so there is an end to it.
    fn read_output_left(&mut self, journal: &mut Journal) {
        for _ in 0..16 {
            if !self.read_output(journal) {
                break;
            }
        }
        let name = &self.config.name;
        self.lines
            .finish(|tag, text| journal.write(name, tag, text));
    }

    fn start(&mut self, now: Instant, journal: &mut Journal) {
        let name = &self.config.name;
        let cgroup = service_cgroup(name).unwrap_or_else(|error| {
            journal.say(&format!("{name} has no cgroup of its own: {error}"));
            None
        });
        match spawn(&self.config, &self.input, cgroup.as_deref()) {
            Ok(pid) => {
                journal.say(&format!("{name} started, pid {pid}"));
                self.state = State::Up { pid, since: now };
                if let Some(score) = self.config.oom_score_adj {
                    if let Err(error) = set_oom_score(pid, score) {
                        journal.say(&format!("{name}: oom_score_adj {score}: {error}"));
                    }
                }
            }
            Err(error) => {
                let pause = self.back_off.pause_after(Duration::ZERO, false);
                let program = self.config.exec.first().map(String::as_str).unwrap_or("");
                journal.say(&format!(
                    "{name} cannot be started: {program}: {error}; trying again in {} ms",
                    pause.as_millis()
                ));
                self.state = State::Down {
                    start_at: Some(now + pause),
                };
            }
        }
    }
}

fn describe(status: WaitStatus) -> String {
    match status {
        WaitStatus::Exited(_, code) => format!("exited with code {code}"),
        WaitStatus::Signaled(_, signal, _) => format!("was ended by {signal}"),
        other => format!("changed to {other:?}"),
    }
}
