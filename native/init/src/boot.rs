use crate::hostname;
use crate::journal::Journal;
use crate::perm_folders;
use capsule_machine::{cgroup_mounts, devices, loopback, mount_quiet, mount_tmpfs};
use std::io;
use std::time::Instant;

/// A capsule boots without what it `Should` have and says so; what it `Must` have is reported as
/// a failure of the boot, though PID 1 goes on: services may still say more than a dead machine.
#[derive(Clone, Copy)]
enum Need {
    Must,
    Should,
}

struct Step {
    name: &'static str,
    need: Need,
    run: fn() -> io::Result<()>,
}

/// The boot, in order.
const STEPS: [Step; 10] = [
    Step {
        name: "mount /proc",
        need: Need::Must,
        run: || mount_quiet("proc", "/proc", ""),
    },
    Step {
        name: "mount /sys",
        need: Need::Must,
        run: || mount_quiet("sysfs", "/sys", ""),
    },
    Step {
        name: "mount /dev",
        need: Need::Must,
        run: devices::mount_dev,
    },
    Step {
        name: "furnish /dev",
        need: Need::Should,
        run: devices::furnish_dev,
    },
    Step {
        name: "mount /run",
        need: Need::Must,
        run: || mount_tmpfs("/run", "mode=0755"),
    },
    Step {
        name: "mount /tmp",
        need: Need::Should,
        run: || mount_tmpfs("/tmp", "mode=1777"),
    },
    Step {
        name: "mount cgroups",
        need: Need::Must,
        run: cgroup_mounts::mount_all,
    },
    Step {
        name: "show folders of /perm at their second places",
        need: Need::Should,
        run: perm_folders::show_all,
    },
    Step {
        name: "bring the loopback interface up",
        need: Need::Should,
        run: loopback::bring_up,
    },
    Step {
        name: "set the host name",
        need: Need::Should,
        run: hostname::set,
    },
];

/// Runs every step; none stops those after it.
pub fn run(journal: &mut Journal) {
    let start = Instant::now();
    let mut failures = 0;
    for step in &STEPS {
        let Err(error) = (step.run)() else { continue };
        match step.need {
            Need::Must => {
                failures += 1;
                journal.say(&format!("boot failed to {}: {error}", step.name));
            }
            Need::Should => journal.say(&format!("boot could not {}: {error}", step.name)),
        }
    }
    let took = start.elapsed().as_millis();
    journal.say(&match failures {
        0 => format!("booted in {took} ms"),
        _ => format!("booted in {took} ms with {failures} failures"),
    });
}
