//! PID 1 of a capsule. Does almost nothing, so that nothing can go wrong in it: mounts, orphans,
//! services, ordered shutdown. The control plane is a service like any other.

mod back_off;
mod boot;
mod clock;
mod crashes;
mod drivers;
mod hostname;
mod journal;
mod kernel_log;
mod ladder;
mod options;
mod panic;
mod perm_folders;
mod power;
mod program;
mod pulse;
mod remains;
mod service;
mod service_config;
mod service_file;
mod service_output;
mod shutdown;
mod spawn;
mod storage;
mod supervisor;
mod trial;
mod unmount;
mod watchdog;
mod words;

use capsule_machine::{everyone, signals};
use journal::Journal;
use options::Options;
use std::process::ExitCode;
use supervisor::Supervisor;

fn main() -> ExitCode {
    panic::survive();
    capsule_proc::reset_umask();
    let (options, problems) = Options::parse(std::env::args_os().skip(1));
    let mut journal = Journal::new(&options.log);
    if options.with_mounts {
        journal.hold();
    }
    for problem in problems {
        journal.say(&problem);
    }
    journal.say(&format!(
        "capsule-init {} started",
        env!("CARGO_PKG_VERSION")
    ));
    if let Err(error) = capsule_proc::keep_descriptors_private() {
        journal.say(&format!("cannot mark descriptors close-on-exec: {error}"));
    }
    let signals = match signals::take() {
        Ok(signals) => signals,
        Err(error) => {
            // Without signals no child could be reaped and no power-off received.
            journal.say(&format!("cannot take signals: {error}"));
            return ExitCode::FAILURE;
        }
    };
    if options.with_mounts {
        let failures = boot::run(&mut journal);
        if failures > 0 && trial::is_under_way() {
            return trial::restart(journal);
        }
    }
    if let Err(error) = everyone::adopt_orphans() {
        journal.say(&format!("cannot adopt orphans: {error}"));
    }
    let mut supervisor = Supervisor::new(journal, signals, &options);
    let power = supervisor.run();
    power::end(power, supervisor.into_journal())
}
