use nix::sys::time::TimeSpec;

const NANOS: u32 = 1_000_000_000;

/// A moment: whole seconds since 1970, rounded down, and what is over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Time {
    pub seconds: i64,
    pub nanos: u32,
}

impl Time {
    pub fn new(seconds: i64, nanos: i64) -> Self {
        Time {
            seconds,
            nanos: u32::try_from(nanos).unwrap_or(0),
        }
    }

    pub fn spec(self) -> TimeSpec {
        TimeSpec::new(self.seconds, i64::from(self.nanos))
    }

    /// Seconds as PAX has them: `1600000000.25`, `-0.5`. More than nine digits are cut off.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (is_negative, size) = match text.strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, text),
        };
        let (whole, rest) = size.split_once('.').unwrap_or((size, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(rest) {
            return None;
        }
        let digits: String = rest.chars().chain("000000000".chars()).take(9).collect();
        let seconds: i64 = whole.parse().ok()?;
        let nanos: u32 = digits.parse().ok()?;
        Some(match (is_negative, nanos) {
            (false, _) => Time { seconds, nanos },
            (true, 0) => Time {
                seconds: -seconds,
                nanos: 0,
            },
            (true, _) => Time {
                seconds: -seconds - 1,
                nanos: NANOS - nanos,
            },
        })
    }

    /// As `parse` reads it.
    pub fn text(self) -> String {
        let Time { seconds, nanos } = self;
        if nanos == 0 {
            return seconds.to_string();
        }
        let (sign, whole, nanos) = if seconds < 0 {
            ("-", -(seconds + 1), NANOS - nanos)
        } else {
            ("", seconds, nanos)
        };
        let text = format!("{sign}{whole}.{nanos:09}");
        text.trim_end_matches('0').to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_was_written() {
        for (text, seconds, nanos) in [
            ("0", 0, 0),
            ("1600000000.25", 1_600_000_000, 250_000_000),
            ("-0.5", -1, 500_000_000),
            ("-86400.25", -86_401, 750_000_000),
            ("-1", -1, 0),
            ("8589934592", 8_589_934_592, 0),
            ("0.000000001", 0, 1),
        ] {
            let time = Time { seconds, nanos };
            assert_eq!(Time::parse(text.as_bytes()), Some(time));
            assert_eq!(time.text(), text);
        }
        for bad in [
            "",
            "-",
            ".5",
            "noon",
            "1.x",
            "--1",
            "1.5.5",
            "+1",
            "99999999999999999999",
        ] {
            assert_eq!(Time::parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(Time::parse(b"1.1234567899").unwrap().nanos, 123_456_789);
    }
}
