//! The first program of a capsule that is a machine, `/init` of its initramfs: finds the root of its slot on the disk
//! that the firmware started, has the kernel verify every block of it, and starts `/sbin/capsuled` there. There is no
//! shell: a machine that cannot go on says why and restarts, so that the boot counter of its slot can fall back.

mod command_line;
mod device_mapper;
mod disk;
mod firmware;
mod gpt;
mod new_root;
mod say;
mod slot;

use capsule_machine::{devices, modules, mount_quiet};
use say::say;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The pause before a restart, so that a person can read the reason.
const READING_TIME: Duration = Duration::from_secs(10);

fn main() {
    std::panic::set_hook(Box::new(|info| restart(&format!("bug: {info}"))));
    let start = Instant::now();
    match run(start) {
        Ok(never) => match never {},
        Err(why) => restart(&why),
    }
}

fn run(start: Instant) -> Result<std::convert::Infallible, String> {
    let doing = |what: &str| {
        let what = what.to_string();
        move |error: std::io::Error| format!("cannot {what}: {error}")
    };
    mount_quiet("proc", "/proc", "").map_err(doing("mount /proc"))?;
    mount_quiet("sysfs", "/sys", "").map_err(doing("mount /sys"))?;
    devices::mount_dev().map_err(doing("mount /dev"))?;
    modules::load().map_err(doing("load modules"))?;
    let text = fs::read_to_string("/proc/cmdline").map_err(doing("read the command line"))?;
    let verity = command_line::verity(&text)?;
    let boot = firmware::read()?;
    let wanted = boot.slot.partition().ok_or("the slot has no UUID")?;
    let root = disk::find(&boot.partition, &wanted)?;
    say(&format!("{} is {}", boot.slot.name, root.display()));
    let verified = device_mapper::verified(&root, &verity)?;
    new_root::mount(&verified)?;
    say(&format!("root ready in {} ms", start.elapsed().as_millis()));
    new_root::enter()
}

fn restart(why: &str) -> ! {
    say(why);
    say(&format!("restart in {} s", READING_TIME.as_secs()));
    sleep(READING_TIME);
    // The kernel panics when this program ends: it leaves its last messages in the firmware for the system before this one,
    // and `panic=` on its command line restarts the machine.
    std::process::exit(1)
}
