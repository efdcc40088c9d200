use crate::crashes;
use crate::drivers;
use crate::hostname;
use crate::journal::Journal;
use crate::perm_folders;
use crate::power::is_embedded;
use crate::storage;
use crate::trial;
use capsule_machine::{cgroup_mounts, devices, loopback, mount_quiet, mount_tmpfs};
use nix::sys::reboot::set_cad_enabled;
use std::io;
use std::time::Instant;

/// A capsule boots without what it `Should` have and says so; what it `Must` have is reported as
/// a failure of the boot, though PID 1 goes on: services may still say more than a dead machine.
#[derive(Clone, Copy)]
enum Need {
    Must,
    Should,
}

/// An embedded capsule has its host's devices and disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Everywhere,
    Machine,
}

struct Step {
    name: &'static str,
    place: Place,
    need: Need,
    run: fn() -> io::Result<()>,
}

/// The boot, in order.
const STEPS: [Step; 13] = [
    Step {
        name: "mount /proc",
        place: Place::Everywhere,
        need: Need::Must,
        run: || mount_quiet("proc", "/proc", ""),
    },
    Step {
        name: "mount /sys",
        place: Place::Everywhere,
        need: Need::Must,
        run: || mount_quiet("sysfs", "/sys", ""),
    },
    Step {
        name: "mount /dev",
        place: Place::Everywhere,
        need: Need::Must,
        run: devices::mount_dev,
    },
    Step {
        name: "furnish /dev",
        place: Place::Everywhere,
        need: Need::Should,
        run: devices::furnish_dev,
    },
    Step {
        name: "mount /run",
        place: Place::Everywhere,
        need: Need::Must,
        run: || mount_tmpfs("/run", "mode=0755"),
    },
    Step {
        name: "mount /tmp",
        place: Place::Everywhere,
        need: Need::Should,
        run: || mount_tmpfs("/tmp", "mode=1777"),
    },
    Step {
        name: "mount cgroups",
        place: Place::Everywhere,
        need: Need::Must,
        run: cgroup_mounts::mount_all,
    },
    // Otherwise the kernel restarts the machine at once, and PID 1 stops nothing.
    Step {
        name: "take Control-Alt-Delete from the kernel",
        place: Place::Machine,
        need: Need::Should,
        run: || Ok(set_cad_enabled(false)?),
    },
    Step {
        name: "load drivers",
        place: Place::Machine,
        need: Need::Should,
        run: drivers::load,
    },
    Step {
        name: "prepare the disk",
        place: Place::Machine,
        need: Need::Must,
        run: storage::prepare,
    },
    Step {
        name: "show folders of /perm at their second places",
        place: Place::Everywhere,
        need: Need::Should,
        run: perm_folders::show_all,
    },
    Step {
        name: "bring the loopback interface up",
        place: Place::Everywhere,
        need: Need::Should,
        run: loopback::bring_up,
    },
    Step {
        name: "set the host name",
        place: Place::Everywhere,
        need: Need::Should,
        run: hostname::set,
    },
];

/// Runs every step; none stops those after it. On a machine, each is a line with its time. Gives back how many of those
/// failed that the capsule must have.
pub fn run(journal: &mut Journal) -> usize {
    let start = Instant::now();
    let mut failures = 0;
    let is_machine = !is_embedded();
    let steps = STEPS
        .iter()
        .filter(|step| is_machine || step.place == Place::Everywhere);
    for step in steps {
        let begun = Instant::now();
        let Err(error) = (step.run)() else {
            if is_machine {
                let took = begun.elapsed().as_millis();
                journal.say(&format!("boot: {}: {took} ms", step.name));
            }
            continue;
        };
        match step.need {
            Need::Must => {
                failures += 1;
                journal.say(&format!("boot failed to {}: {error}", step.name));
            }
            Need::Should => journal.say(&format!("boot could not {}: {error}", step.name)),
        }
    }
    journal.release();
    if is_machine {
        if trial::is_under_way() {
            journal.say("this system is on trial");
        }
        keep_crashes(journal);
    }
    let took = start.elapsed().as_millis();
    journal.say(&match failures {
        0 => format!("booted in {took} ms"),
        _ => format!("booted in {took} ms with {failures} failures"),
    });
    failures
}

/// Keeps the last messages of a kernel that panicked in an earlier boot with the log of this one.
fn keep_crashes(journal: &mut Journal) {
    match crashes::take() {
        Ok(lines) if lines.is_empty() => {}
        Ok(lines) => {
            journal.say(&format!(
                "the kernel has panicked before this boot: {} lines of it follow",
                lines.len()
            ));
            for line in lines {
                journal.note("crash", line.as_bytes());
            }
        }
        Err(error) => journal.say(&format!("boot could not read records of crashes: {error}")),
    }
}
