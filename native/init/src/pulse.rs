use std::fs;
use std::time::{Duration, Instant};

/// capsuled writes another number every ten seconds.
const FILE: &str = "/run/capsule/alive";
/// capsuled writes it instead once the system is confirmed.
const CONFIRMED: &str = " confirmed";
/// A start that migrates its store takes a part of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The control plane's sign of life.
pub struct Pulse {
    last: String,
    changed_at: Instant,
}

impl Pulse {
    pub fn begin(now: Instant) -> Self {
        Pulse {
            last: String::new(),
            changed_at: now,
        }
    }

    /// The system proved itself since it booted, and is not on trial any more.
    pub fn is_confirmed(&self) -> bool {
        self.last.trim_end().ends_with(CONFIRMED)
    }

    pub fn is_there(&mut self, now: Instant) -> bool {
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
        let mut pulse = Pulse::begin(start);
        assert!(pulse.judge(String::new(), at(100)));
        assert!(!pulse.judge(String::new(), at(120)));
        assert!(pulse.judge("1".into(), at(121)));
        assert!(pulse.judge("1".into(), at(240)));
        assert!(!pulse.judge("1".into(), at(241)));
        assert!(!pulse.is_confirmed());
        assert!(pulse.judge("7 confirmed\n".into(), at(242)));
        assert!(pulse.is_confirmed());
    }
}
