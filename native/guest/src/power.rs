use crate::say::say;
use nix::sys::reboot::{reboot, set_cad_enabled, RebootMode};
use std::time::Duration;

/// Ends the machine. A reset, not a power-off: it ends Firecracker, and QEMU with `-no-reboot`, on
/// every machine they emulate, while a power-off needs a chip that some of them lack.
pub fn off(why: &str) -> ! {
    say(why);
    nix::unistd::sync();
    say("power off");
    // The serial line is slow, and a reset does not wait for it.
    // SAFETY: a plain call on a descriptor of ours.
    unsafe { libc::tcdrain(2) };
    let Err(error) = reboot(RebootMode::RB_AUTOBOOT);
    say(&format!("cannot power off: {error}"));
    // The kernel panics when PID 1 ends, and `panic=` on its command line does the rest.
    std::process::exit(1)
}

/// Control-Alt-Delete, by which Firecracker asks for an end, comes as a signal from here on.
pub fn take_keys() {
    let _ = set_cad_enabled(false);
}

/// A bug of ours ends the machine: half a guest is worse than none, and the host starts a new one.
pub fn off_at_panic() {
    std::panic::set_hook(Box::new(|info| off(&format!("bug: {info}"))));
}

/// How long a machine that is done waits for the host to end it.
pub const HOST_PATIENCE: Duration = Duration::from_secs(60);
