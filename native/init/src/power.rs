use crate::journal::Journal;
use capsule_machine::everyone;
use nix::sys::reboot::{reboot, RebootMode};
use std::process::ExitCode;

/// How the machine ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    Off,
    Reboot,
}

/// The exit code by which an embedded capsule asks its launcher for a new start.
const EXIT_REBOOT: u8 = 133;

/// The last act; a real machine does not come back from it.
pub fn end(power: Power, mut journal: Journal) -> ExitCode {
    journal.say(match power {
        Power::Off => "power off",
        Power::Reboot => "reboot",
    });
    drop(journal);
    ExitCode::from(end_now(power))
}

/// On a machine the power goes; in a namespace the exit code says what was meant.
pub fn end_now(power: Power) -> u8 {
    if everyone::is_init() && !is_embedded() {
        let mode = match power {
            Power::Off => RebootMode::RB_POWER_OFF,
            Power::Reboot => RebootMode::RB_AUTOBOOT,
        };
        // Comes back only with an error.
        let Err(error) = reboot(mode);
        capsule_machine::console::write(format!("init: {error}\n").as_bytes());
    }
    let code = match power {
        Power::Off => 0,
        Power::Reboot => EXIT_REBOOT,
    };
    std::process::exit(i32::from(code))
}

pub fn is_embedded() -> bool {
    std::env::var_os("CAPSULE_EMBEDDED").is_some_and(|value| value == "1")
}
