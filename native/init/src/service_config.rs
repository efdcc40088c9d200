use nix::sys::signal::Signal;
use std::path::PathBuf;
use std::time::Duration;

/// The entry of one service in `services.conf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceConfig {
    pub name: String,
    /// Program and arguments; never empty.
    pub exec: Vec<String>,
    pub env: Vec<(String, String)>,
    /// How it is stopped while the capsule stays up.
    pub stop: Stop,
    /// How it is stopped when the capsule goes down.
    pub power_off: Stop,
    /// Where the service writes, when the capsule goes down, for how many milliseconds it has to be waited for.
    pub power_off_file: Option<PathBuf>,
    pub oom_score_adj: Option<i32>,
}

/// The first rung of the ladder; after the grace comes KILL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    pub signal: Signal,
    pub grace: Duration,
}

impl Default for Stop {
    fn default() -> Self {
        Stop {
            signal: Signal::SIGTERM,
            grace: Duration::from_secs(10),
        }
    }
}
