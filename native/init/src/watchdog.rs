use crate::journal::Journal;
use nix::errno::Errno;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

const DEVICE: &str = "/dev/watchdog";
/// The machine is reset this long after PID 1 has come to a stop.
const TIMEOUT_SECONDS: libc::c_int = 60;
/// Far more often than is needed: PID 1 may wait for a disk for a while.
const FEED_EVERY: Duration = Duration::from_secs(10);
/// `_IOWR('W', 6, int)` of linux/watchdog.h.
const SET_TIMEOUT: u64 = 0xc004_5706;
/// Written before the device is closed, it disarms the watchdog.
const DISARM: &[u8] = b"V";

/// A timer of the hardware that resets the machine unless it is fed. It also bounds a shutdown that hangs.
pub struct Watchdog {
    device: File,
    feed_at: Instant,
}

impl Watchdog {
    /// `None` on a machine without one.
    pub fn arm(journal: &mut Journal) -> Option<Self> {
        let device = match File::options().write(true).open(DEVICE) {
            Ok(device) => device,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                journal.say("this machine has no watchdog");
                return None;
            }
            Err(error) => {
                journal.say(&format!("the watchdog cannot be armed: {error}"));
                return None;
            }
        };
        let mut seconds = TIMEOUT_SECONDS;
        // SAFETY: the kernel reads and writes one integer, which lives across the call.
        let set = unsafe { libc::ioctl(device.as_raw_fd(), SET_TIMEOUT as _, &mut seconds) };
        // Some have one fixed time, which is how the call fails.
        match Errno::result(set) {
            Ok(_) => journal.say(&format!("watchdog armed: {seconds} s")),
            Err(error) => journal.say(&format!("watchdog armed, with its own time: {error}")),
        }
        Some(Watchdog {
            device,
            feed_at: Instant::now(),
        })
    }

    pub fn due_at(&self) -> Instant {
        self.feed_at
    }

    pub fn tick(&mut self, now: Instant) {
        if self.feed_at > now {
            return;
        }
        self.feed_at = now + FEED_EVERY;
        self.feed();
    }

    pub fn feed(&mut self) {
        // A device that takes no more food resets the machine, which is all that can be done about it.
        let _ = self.device.write_all(b"\0");
    }

    /// For a machine that is switched off, and is not to start again by itself.
    pub fn disarm(mut self) {
        let _ = self.device.write_all(DISARM);
    }
}
