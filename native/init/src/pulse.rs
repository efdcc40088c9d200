use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Set by the boot loader where it counts the tries of an entry: the running system is on trial.
const COUNTED: &str =
    "/sys/firmware/efi/efivars/LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
/// capsuled writes another number every ten seconds.
const FILE: &str = "/run/capsule/alive";
/// A start that migrates its store takes a part of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The control plane's sign of life. On a system that has proved itself it decides nothing: workloads run on without the
/// control plane. A new system whose control plane hangs must not stay.
pub struct Pulse {
    is_on_trial: bool,
    last: String,
    changed_at: Instant,
}

impl Pulse {
    pub fn begin(now: Instant) -> Self {
        Pulse {
            is_on_trial: Path::new(COUNTED).exists(),
            last: String::new(),
            changed_at: now,
        }
    }

    pub fn is_there(&mut self, now: Instant) -> bool {
        if !self.is_on_trial {
            return true;
        }
        let text = fs::read_to_string(FILE).unwrap_or_default();
        self.judge(text, now)
    }

    fn judge(&mut self, text: String, now: Instant) -> bool {
        if text != self.last {
            self.last = text;
            self.changed_at = now;
        }
        now.saturating_duration_since(self.changed_at) < PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_does_not_change_is_no_sign_of_life() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut pulse = Pulse {
            is_on_trial: true,
            last: String::new(),
            changed_at: start,
        };
        assert!(pulse.judge(String::new(), at(100)));
        assert!(!pulse.judge(String::new(), at(120)));
        assert!(pulse.judge("1".into(), at(121)));
        assert!(pulse.judge("1".into(), at(240)));
        assert!(!pulse.judge("1".into(), at(241)));
    }
}
