use crate::back_off::BackOff;
use crate::journal::Journal;
use crate::ladder::{asked_grace, Ladder};
use crate::remains::{Remains, LOOK_AGAIN};
use crate::service_config::{ServiceConfig, Stop};
use crate::service_output::ServiceOutput;
use crate::spawn::{set_oom_score, spawn};
use capsule_machine::cgroup_mounts::service_cgroup;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

enum State {
    /// Will be started at the moment, and not beside what its last run left; never again without a
    /// moment.
    Down {
        start_at: Option<Instant>,
        remains: Option<Remains>,
    },
    Up(Run),
    /// On the ladder, until its process ends.
    Stopping {
        run: Run,
        ladder: Ladder,
    },
}

#[derive(Clone, Copy)]
struct Run {
    pid: Pid,
    since: Instant,
}

/// One service through all its runs.
pub struct Service {
    pub config: ServiceConfig,
    pub output: ServiceOutput,
    state: State,
    back_off: BackOff,
    /// It was asked to stop, and has ended well.
    has_stopped: bool,
}

impl Service {
    /// Starts nothing yet: the first start is due at once.
    pub fn new(config: ServiceConfig) -> io::Result<Self> {
        Ok(Service {
            config,
            output: ServiceOutput::new()?,
            state: State::Down {
                start_at: Some(Instant::now()),
                remains: None,
            },
            back_off: BackOff::new(),
            has_stopped: false,
        })
    }

    pub fn is_down(&self) -> bool {
        matches!(self.state, State::Down { .. })
    }

    /// True once KILL did not end it.
    pub fn is_given_up(&self) -> bool {
        matches!(&self.state, State::Stopping { ladder, .. } if ladder.is_at_end())
    }

    pub fn pid(&self) -> Option<Pid> {
        match &self.state {
            State::Down { .. } => None,
            State::Up(run) | State::Stopping { run, .. } => Some(run.pid),
        }
    }

    /// The next moment at which `tick` has something to do.
    pub fn due_at(&self) -> Option<Instant> {
        match &self.state {
            State::Down { start_at, .. } => *start_at,
            State::Up(_) => None,
            State::Stopping { ladder, .. } => ladder.due_at(),
        }
    }

    /// Starts it, or climbs the ladder, when the moment has come.
    pub fn tick(&mut self, now: Instant, journal: &mut Journal) {
        if self.due_at().is_none_or(|due| due > now) {
            return;
        }
        match &mut self.state {
            State::Down { start_at, remains } => {
                match remains.as_ref().filter(|left| !left.are_gone()) {
                    Some(left) if !left.are_given_up(now) => {
                        *start_at = Some(now + LOOK_AGAIN);
                        return;
                    }
                    Some(_) => journal.say(&format!(
                        "{}: what its last run started still runs; starting it all the same",
                        self.config.name
                    )),
                    None => {}
                }
                self.start(now, journal);
            }
            State::Up(_) => {}
            State::Stopping { ladder, .. } => ladder.climb(&self.config.name, now, journal),
        }
    }

    /// Puts a running service on the ladder; does nothing otherwise.
    pub fn stop(&mut self, now: Instant, journal: &mut Journal) {
        self.put_on_ladder(self.config.stop, None, now, journal);
    }

    /// The same, as the capsule goes down.
    pub fn power_off(&mut self, now: Instant, journal: &mut Journal) {
        let grace_file = self.config.power_off_file.clone();
        self.put_on_ladder(self.config.power_off, grace_file, now, journal);
    }

    fn put_on_ladder(
        &mut self,
        stop: Stop,
        grace_file: Option<PathBuf>,
        now: Instant,
        journal: &mut Journal,
    ) {
        let State::Up(run) = self.state else { return };
        journal.say(&format!(
            "stopping {} with {}",
            self.config.name, stop.signal
        ));
        self.state = State::Stopping {
            run,
            ladder: Ladder::begin(run.pid, stop, grace_file, now),
        };
    }

    /// The time that it requests at power-off, where it did not do its work then: it was down, or has failed.
    pub fn missed_grace(&self) -> Duration {
        match &self.config.power_off_file {
            Some(file) if !self.has_stopped => asked_grace(file),
            _ => Duration::ZERO,
        }
    }

    /// Calls off a start that is due.
    pub fn stay_down(&mut self) {
        if let State::Down { start_at, .. } = &mut self.state {
            *start_at = None;
        }
    }

    /// Its process has ended.
    pub fn ended(&mut self, status: WaitStatus, may_restart: bool, journal: &mut Journal) {
        let name = &self.config.name;
        self.output.read_last(name, journal);
        let was_killed = matches!(status, WaitStatus::Signaled(_, Signal::SIGKILL, _));
        let now = Instant::now();
        let was_asked = matches!(self.state, State::Stopping { .. });
        self.has_stopped = was_asked && matches!(status, WaitStatus::Exited(_, 0));
        let (run, pause) = match &self.state {
            State::Down { .. } => return,
            State::Up(run) => {
                let ran = now - run.since;
                (*run, self.back_off.pause_after(ran, was_killed))
            }
            // Stopped by our own will: no reason to wait.
            State::Stopping { run, .. } => (*run, Duration::ZERO),
        };
        let next = match may_restart {
            true => format!("; starting it again in {} ms", pause.as_millis()),
            false => String::new(),
        };
        let (how, ran) = (describe(status), (now - run.since).as_secs_f64());
        journal.say(&format!("{name} {how} after {ran:.1} s{next}"));
        self.state = State::Down {
            start_at: may_restart.then(|| now + pause),
            remains: Some(Remains::of(run.pid, now)),
        };
    }

    fn start(&mut self, now: Instant, journal: &mut Journal) {
        let name = &self.config.name;
        let cgroup = service_cgroup(name).unwrap_or_else(|error| {
            journal.say(&format!("{name} has no cgroup of its own: {error}"));
            None
        });
        match spawn(&self.config, self.output.writer(), cgroup.as_deref()) {
            Ok(pid) => {
                journal.say(&format!("{name} started, pid {pid}"));
                self.state = State::Up(Run { pid, since: now });
                if let Some(score) = self.config.oom_score_adj {
                    if let Err(error) = set_oom_score(pid, score) {
                        journal.say(&format!("{name}: oom_score_adj {score}: {error}"));
                    }
                }
            }
            Err(error) => {
                let pause = self.back_off.pause_after(Duration::ZERO, false);
                let program = self.config.exec.first().map_or("", String::as_str);
                journal.say(&format!(
                    "{name} cannot be started: {program}: {error}; trying again in {} ms",
                    pause.as_millis()
                ));
                self.state = State::Down {
                    start_at: Some(now + pause),
                    remains: None,
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
