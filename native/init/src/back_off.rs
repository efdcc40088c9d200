use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(30);
/// A service that ran this long was healthy.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);
/// A KILL comes from outside: a test, an operator, the kernel short of memory. That is no crash
/// loop, and the service has to be back within two seconds however often it happens.
const LONGEST_AFTER_KILL: Duration = Duration::from_millis(200);

/// How long a service waits before it is started again.
#[derive(Debug)]
pub struct BackOff {
    next: Duration,
}

impl BackOff {
    pub fn new() -> Self {
        BackOff { next: FIRST }
    }

    /// The pause after a run that lasted `ran`.
    pub fn pause_after(&mut self, ran: Duration, was_killed: bool) -> Duration {
        if ran >= HEALTHY_AFTER {
            self.next = FIRST;
        }
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        if was_killed {
            pause.min(LONGEST_AFTER_KILL)
        } else {
            pause
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(3);

    fn pauses(count: usize, was_killed: bool) -> Vec<u128> {
        let mut back_off = BackOff::new();
        (0..count)
            .map(|_| back_off.pause_after(SHORT, was_killed).as_millis())
            .collect()
    }

    #[test]
    fn the_pause_doubles_up_to_half_a_minute() {
        assert_eq!(
            pauses(11, false),
            [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]
        );
    }

    #[test]
    fn a_minute_of_health_forgives() {
        let mut back_off = BackOff::new();
        for _ in 0..5 {
            back_off.pause_after(SHORT, false);
        }
        let almost = back_off.pause_after(HEALTHY_AFTER - SHORT, false);
        assert_eq!(almost.as_millis(), 3200);
        let healthy = back_off.pause_after(HEALTHY_AFTER, false);
        assert_eq!(healthy, FIRST);
    }

    #[test]
    fn a_service_that_was_killed_is_back_soon_however_often() {
        assert_eq!(pauses(6, true), [100, 200, 200, 200, 200, 200]);
    }
}
