use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: i64 = 86_400;
/// 0000-01-01 and 9999-12-31: RFC 3339 has room for four digits of a year.
const FIRST_SECOND: i64 = -62_167_219_200;
const LAST_SECOND: i64 = 253_402_300_799;

/// A moment in UTC. Shown as RFC 3339 with all nine digits of the fraction, so that lines sort as
/// text. Clocks outside the years 0000 to 9999 show the nearest moment inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    pub fn now() -> Self {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => Timestamp::new(
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
                since.subsec_nanos(),
            ),
            Err(before) => {
                let gap = before.duration();
                let seconds = i64::try_from(gap.as_secs()).unwrap_or(i64::MAX);
                match gap.subsec_nanos() {
                    0 => Timestamp::new(-seconds, 0),
                    nanoseconds => Timestamp::new(-seconds - 1, 1_000_000_000 - nanoseconds),
                }
            }
        }
    }

    /// Seconds since 1970, negative before; nanoseconds count forward from that second.
    pub fn new(seconds: i64, nanoseconds: u32) -> Self {
        if seconds < FIRST_SECOND {
            return Timestamp {
                seconds: FIRST_SECOND,
                nanoseconds: 0,
            };
        }
        if seconds > LAST_SECOND {
            return Timestamp {
                seconds: LAST_SECOND,
                nanoseconds: 999_999_999,
            };
        }
        Timestamp {
            seconds,
            nanoseconds: nanoseconds.min(999_999_999),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_date(self.seconds.div_euclid(SECONDS_PER_DAY));
        let second = self.seconds.rem_euclid(SECONDS_PER_DAY);
        write!(
            out,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:09}Z",
            second / 3600,
            second / 60 % 60,
            second % 60,
            self.nanoseconds
        )
    }
}

/// Days since 1970-01-01 to a date of the proleptic Gregorian calendar. The year is taken to begin
/// in March, which puts the leap day at its end.
fn civil_date(days: i64) -> (i64, i64, i64) {
    const DAYS_PER_ERA: i64 = 146_097;
    let from_march_0000 = days + 719_468;
    let era = from_march_0000.div_euclid(DAYS_PER_ERA);
    let day_of_era = from_march_0000.rem_euclid(DAYS_PER_ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(seconds: i64, nanoseconds: u32) -> String {
        Timestamp::new(seconds, nanoseconds).to_string()
    }

    #[test]
    fn shows_the_epoch_and_all_nine_digits() {
        assert_eq!(shown(0, 0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(shown(0, 7), "1970-01-01T00:00:00.000000007Z");
    }

    #[test]
    fn shows_dates_known_from_elsewhere() {
        assert_eq!(shown(951_782_400, 0), "2000-02-29T00:00:00.000000000Z");
        assert_eq!(shown(1_700_000_000, 1), "2023-11-14T22:13:20.000000001Z");
        assert_eq!(shown(4_107_542_399, 0), "2100-02-28T23:59:59.000000000Z");
        assert_eq!(shown(4_107_542_400, 0), "2100-03-01T00:00:00.000000000Z");
    }

    #[test]
    fn shows_clocks_before_the_epoch() {
        assert_eq!(shown(-1, 999_999_999), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(shown(-2_203_977_600, 0), "1900-02-28T00:00:00.000000000Z");
    }

    #[test]
    fn keeps_absurd_clocks_within_four_digits_of_a_year() {
        assert_eq!(shown(i64::MAX, 5), "9999-12-31T23:59:59.999999999Z");
        assert_eq!(shown(i64::MIN, 5), "0000-01-01T00:00:00.000000000Z");
        assert_eq!(shown(0, u32::MAX), "1970-01-01T00:00:00.999999999Z");
    }

    #[test]
    fn every_day_of_eight_centuries_follows_the_day_before() {
        let mut before = civil_date(-146_098);
        for days in -146_097..=146_097 {
            let today = civil_date(days);
            assert!(today > before, "{before:?} then {today:?}");
            let turn = today.2 == 1;
            assert!(turn || today.2 == before.2 + 1, "{before:?} then {today:?}");
            before = today;
        }
    }
}
