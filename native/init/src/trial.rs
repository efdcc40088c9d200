use crate::journal::Journal;
use crate::power::{self, Power};
use crate::program;
use crate::pulse::Pulse;
use crate::unmount;
use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Set by the boot loader where it counts the tries of an entry: the running system is on trial.
const COUNTED: &str =
    "/sys/firmware/efi/efivars/LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
const GIVE_UP: [&str; 4] = [
    "/usr/bin/node",
    "/usr/lib/capsule/machine.cjs",
    "give-up",
    "capsuled has been silent for two minutes",
];
/// Less than the watchdog waits for PID 1.
const GIVE_UP_LIMIT: Duration = Duration::from_secs(45);
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// The pause before a restart, so that a person can read the reason.
const READING_TIME: Duration = Duration::from_secs(10);

/// A system that has to prove itself. On one that has, the control plane's sign of life decides nothing: workloads run on
/// without the control plane. A new system whose control plane hangs must not stay.
pub struct Trial {
    pulse: Pulse,
    look_at: Option<Instant>,
    has_failed_to_give_up: bool,
}

impl Trial {
    /// `None` on a system that was confirmed.
    pub fn begin(now: Instant) -> Option<Self> {
        is_under_way().then(|| Trial {
            pulse: Pulse::begin(now),
            look_at: Some(now),
            has_failed_to_give_up: false,
        })
    }

    pub fn due_at(&self) -> Option<Instant> {
        self.look_at
    }

    /// The watchdog has to reset the machine; the boot loader then counts the tries down.
    pub fn is_lost(&self) -> bool {
        self.has_failed_to_give_up
    }

    /// True when the machine is to reboot: the next boot starts the system before this one.
    pub fn tick(&mut self, now: Instant, journal: &mut Journal) -> bool {
        if self.look_at.is_none_or(|at| at > now) {
            return false;
        }
        self.look_at = Some(now + LOOK_EVERY);
        if self.pulse.is_there(now) {
            if self.pulse.is_confirmed() {
                journal.say("this system is confirmed");
                self.look_at = None;
            }
            return false;
        }
        self.look_at = None;
        let [.., reason] = GIVE_UP;
        journal.say(&format!("{reason}: this system gives up"));
        let failure = match program::run_within(&GIVE_UP.map(str::to_string), GIVE_UP_LIMIT) {
            Ok(status) if status.success() => return true,
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        journal.say(&format!(
            "cannot give up: {failure}; the watchdog resets the machine"
        ));
        self.has_failed_to_give_up = true;
        false
    }
}

pub fn is_under_way() -> bool {
    Path::new(COUNTED).exists()
}

/// The end of a boot on trial that lacks what it must have: it cannot do its work, and the boot loader counts it.
pub fn restart(mut journal: Journal) -> ExitCode {
    journal.say("this system on trial cannot boot: restart in 10 s");
    sleep(READING_TIME);
    journal.close();
    for problem in unmount::all_fed(|| {}) {
        journal.say(&problem);
    }
    power::end(Power::Reboot, journal)
}
