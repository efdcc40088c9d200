use nix::poll::PollTimeout;
use std::time::Instant;

/// How long to sleep until the earliest of the moments; for ever when there is none. Rounded up to
/// a millisecond, so that the moment has come at waking.
pub fn timeout_until(now: Instant, moments: impl Iterator<Item = Instant>) -> PollTimeout {
    let Some(earliest) = moments.min() else {
        return PollTimeout::NONE;
    };
    let rest = earliest.saturating_duration_since(now);
    if rest.is_zero() {
        return PollTimeout::ZERO;
    }
    PollTimeout::try_from(rest.as_millis() + 1).unwrap_or(PollTimeout::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn sleeps_until_the_earliest_moment() {
        let now = Instant::now();
        let at = |ms| now + Duration::from_millis(ms);
        let timeout = timeout_until(now, [at(300), at(20)].into_iter());
        assert_eq!(timeout.as_millis(), Some(21));
    }

    #[test]
    fn a_moment_in_the_past_is_now() {
        let now = Instant::now();
        let past = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
        assert_eq!(timeout_until(now, [past].into_iter()), PollTimeout::ZERO);
    }

    #[test]
    fn with_nothing_to_do_it_sleeps_until_woken() {
        let none = std::iter::empty();
        assert_eq!(timeout_until(Instant::now(), none), PollTimeout::NONE);
    }

    #[test]
    fn a_moment_in_the_far_future_does_not_overflow() {
        let now = Instant::now();
        let far = now + Duration::from_secs(60 * 60 * 24 * 365);
        assert_eq!(timeout_until(now, [far].into_iter()), PollTimeout::MAX);
    }
}
