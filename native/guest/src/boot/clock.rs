use nix::sys::time::{TimeSpec, TimeValLike};
use nix::time::{clock_gettime, clock_settime, ClockId};

/// A clock that is this near stays as it is: programs do not like it to jump.
const NEAR_NANOS: i64 = 100_000_000;

/// Sets the clock, where it is not right already.
pub fn correct(unix_nanos: i64) -> nix::Result<()> {
    let now = clock_gettime(ClockId::CLOCK_REALTIME)?.num_nanoseconds();
    if unix_nanos <= 0 || now.abs_diff(unix_nanos) <= NEAR_NANOS.unsigned_abs() {
        return Ok(());
    }
    clock_settime(ClockId::CLOCK_REALTIME, TimeSpec::nanoseconds(unix_nanos))
}
