//! Prints how fast the processor's time stamp counter runs, in kHz. The kernel of an emulated guest has nothing to
//! measure it by but an emulated timer, and on a busy machine it fails; so it is given. Ends with 1 where there is no
//! such counter.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Long enough for the error of the ends, some hundred nanoseconds, to be nothing.
const SPAN: Duration = Duration::from_millis(20);
/// Of several looks at both clocks, the quickest was disturbed the least.
const LOOKS: u32 = 50;

fn main() -> ExitCode {
    let Some(from) = look() else {
        return ExitCode::FAILURE;
    };
    sleep(SPAN);
    let Some(to) = look() else {
        return ExitCode::FAILURE;
    };
    let Some(khz) = rate(&from, &to) else {
        return ExitCode::FAILURE;
    };
    println!("{khz}");
    ExitCode::SUCCESS
}

/// Both clocks at one moment.
struct Moment {
    ticks: u64,
    time: Instant,
}

fn look() -> Option<Moment> {
    (0..LOOKS)
        .filter_map(|_| {
            let before = ticks()?;
            let time = Instant::now();
            let took = ticks()?.checked_sub(before)?;
            let ticks = before + took / 2;
            Some((took, Moment { ticks, time }))
        })
        .min_by_key(|(took, _)| *took)
        .map(|(_, moment)| moment)
}

fn rate(from: &Moment, to: &Moment) -> Option<u128> {
    let ticks = u128::from(to.ticks.checked_sub(from.ticks)?);
    let nanos = to.time.duration_since(from.time).as_nanos();
    (ticks * 1_000_000).checked_div(nanos)
}

#[cfg(target_arch = "x86_64")]
fn ticks() -> Option<u64> {
    // SAFETY: every x86-64 processor has the instruction, and it touches no memory.
    Some(unsafe { core::arch::x86_64::_rdtsc() })
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_ticks_by_time() {
        let time = Instant::now();
        let from = Moment { ticks: 1_000, time };
        let to = Moment {
            ticks: 2_001_000,
            time: time + Duration::from_millis(1),
        };
        assert_eq!(rate(&from, &to), Some(2_000_000));
        assert_eq!(
            rate(&to, &from),
            None,
            "a counter that was set back gives no rate"
        );
        assert_eq!(rate(&from, &from), None);
    }
}
