//! The boot before the first call: file systems, modules, configuration, network, clock.

mod clock;
mod config;
mod config_disk;
mod console;
mod disk_sizes;
mod entropy;
mod network;
mod own_root;

pub use clock::correct as set_clock;
pub use config::{parse, Boot, Config, MAGIC};

use capsule_machine::{cgroup_mounts, devices, loopback, modules, mount_quiet, mount_tmpfs};
use std::io;

type Step = (&'static str, fn() -> io::Result<()>);

/// In order. A guest without one of these is of no use: the first failure ends it.
const STEPS: [Step; 9] = [
    ("make the root a mount of its own", own_root::make),
    ("mount /proc", || mount_quiet("proc", "/proc", "")),
    ("mount /sys", || mount_quiet("sysfs", "/sys", "")),
    ("mount /dev", devices::mount_dev),
    ("open the console", console::open),
    ("mount /run", || mount_tmpfs("/run", "mode=0755")),
    ("load modules", modules::load),
    ("furnish /dev", devices::furnish_dev),
    ("mount cgroups", cgroup_mounts::mount_all),
];

/// Gives back what the host configured, or what went wrong.
pub fn run() -> Result<Boot, String> {
    for (name, step) in STEPS {
        step().map_err(|error| format!("cannot {name}: {error}"))?;
    }
    loopback::bring_up().map_err(|error| failed("bring the loopback interface up", &error))?;
    match config_disk::read()? {
        Boot::Template => network::wait_for_device()
            .map(|()| Boot::Template)
            .map_err(|error| failed("find eth0", &error)),
        Boot::Identity(config) => assume(&config).map(|()| Boot::Identity(config)),
    }
}

/// Takes an identity. Random bytes come first: a guest that was resumed shares its random state with others
/// until then. VMGENID makes the kernel do the same, but later, and not every kernel has a driver for it.
pub fn assume(config: &Config) -> Result<(), String> {
    if !config.seed.is_empty() {
        entropy::reseed(&config.seed).map_err(|error| failed("seed the random state", &error))?;
    }
    nix::unistd::sethostname(&config.hostname)
        .map_err(|error| failed("set the host name", &error))?;
    if let Some(network) = &config.network {
        network::bring_up(network).map_err(|error| failed("bring eth0 up", &error))?;
    }
    clock::correct(config.unix_nanos).map_err(|error| failed("set the clock", &error))?;
    disk_sizes::await_all(&config.disk_sectors)
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> String {
    format!("cannot {what}: {error}")
}
