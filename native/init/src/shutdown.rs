use crate::journal::Journal;
use crate::power::Power;
use crate::service::Service;
use capsule_machine::everyone;
use nix::sys::signal::Signal;
use std::time::{Duration, Instant};

/// What processes that belong to no service get after TERM, and after KILL. After TERM they get, from the request to power
/// off on, what a service asks for that would have stopped them and did not.
const ASK_PATIENCE: Duration = Duration::from_secs(3);
const KILL_PATIENCE: Duration = Duration::from_secs(5);

enum Stage {
    /// One after another, the last that was started first.
    Services,
    Asked {
        until: Instant,
    },
    Killed {
        until: Instant,
    },
    Over,
}

/// The way down: services in order, then everybody else, TERM before KILL.
pub struct Shutdown {
    pub power: Power,
    since: Instant,
    stage: Stage,
}

impl Shutdown {
    pub fn new(power: Power, since: Instant) -> Self {
        Shutdown {
            power,
            since,
            stage: Stage::Services,
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    pub fn due_at(&self) -> Option<Instant> {
        match self.stage {
            Stage::Services | Stage::Over => None,
            Stage::Asked { until } | Stage::Killed { until } => Some(until),
        }
    }

    /// Goes as far as it can without waiting.
    pub fn tick(&mut self, services: &mut [Service], now: Instant, journal: &mut Journal) {
        if matches!(self.stage, Stage::Services) {
            let mut running = services
                .iter_mut()
                .rev()
                .filter(|service| !service.is_down() && !service.is_given_up());
            match running.next() {
                Some(service) => return service.power_off(now, journal),
                None => self.ask_everyone(services, now),
            }
        }
        if let Stage::Asked { until } = self.stage {
            if everyone::remaining().is_empty() {
                self.stage = Stage::Over;
            } else if until <= now {
                let left = describe_remaining();
                journal.say(&format!("killing processes that are left: {left}"));
                everyone::signal(Signal::SIGKILL);
                self.stage = Stage::Killed {
                    until: now + KILL_PATIENCE,
                };
            }
        }
        if let Stage::Killed { until } = self.stage {
            if everyone::remaining().is_empty() {
                self.stage = Stage::Over;
            } else if until <= now {
                let left = describe_remaining();
                journal.say(&format!("processes that do not die: {left}"));
                self.stage = Stage::Over;
            }
        }
    }

    fn ask_everyone(&mut self, services: &[Service], now: Instant) {
        let missed = services.iter().map(Service::missed_grace).max();
        everyone::signal(Signal::SIGTERM);
        // Stopped processes cannot hear TERM.
        everyone::signal(Signal::SIGCONT);
        self.stage = Stage::Asked {
            until: (now + ASK_PATIENCE).max(self.since + missed.unwrap_or_default()),
        };
    }
}

fn describe_remaining() -> String {
    let names: Vec<String> = everyone::remaining()
        .iter()
        .take(20)
        .map(|pid| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            format!("{pid} {}", name.trim())
        })
        .collect();
    names.join(", ")
}
