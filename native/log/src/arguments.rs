use capsule_log_file::Limits;
use std::path::PathBuf;

/// The settings of `binary:///usr/bin/capsule-log?path=…&max-bytes=…&max-files=…`. The shim makes
/// one pair of arguments of every query parameter, in no particular order. `listen` and `owner` are
/// for a microVM, which has no shim.
#[derive(Debug)]
pub struct Arguments {
    pub path: PathBuf,
    pub limits: Limits,
    /// Where to listen, without the port at its end, in the place of reading from pipes.
    pub listen: Option<PathBuf>,
    /// Whom the sockets belong to.
    pub owner: Option<u32>,
    /// The arguments that are not valid. Defaults stand in: a container is not ended by its log.
    pub problems: Vec<String>,
}

impl Arguments {
    pub fn parse(arguments: impl Iterator<Item = String>) -> Self {
        let mut parsed = Arguments {
            path: PathBuf::new(),
            limits: Limits::default(),
            listen: None,
            owner: None,
            problems: Vec::new(),
        };
        let mut arguments = arguments;
        while let Some(key) = arguments.next() {
            let value = arguments.next().unwrap_or_default();
            parsed.set(&key, &value);
        }
        if parsed.path.as_os_str().is_empty() {
            parsed.problems.push("path is missing".to_string());
        }
        parsed
    }

    fn set(&mut self, key: &str, value: &str) {
        let understood = match key {
            "path" => {
                self.path = PathBuf::from(value);
                self.path.is_absolute()
            }
            "max-bytes" => positive(value)
                .map(|bytes| self.limits.max_bytes = bytes)
                .is_some(),
            "max-files" => positive(value)
                .and_then(|files| u32::try_from(files).ok())
                .map(|files| self.limits.max_files = files)
                .is_some(),
            "listen" => {
                self.listen = Some(PathBuf::from(value));
                value.starts_with('/')
            }
            "owner" => value.parse().map(|uid| self.owner = Some(uid)).is_ok(),
            _ => false,
        };
        if !understood {
            self.problems
                .push(format!("parameter not understood: {key}={value}"));
        }
    }
}

fn positive(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Arguments {
        Arguments::parse(arguments.iter().map(|text| text.to_string()))
    }

    #[test]
    fn takes_pairs_in_any_order() {
        let parsed = parse(&["max-files", "5", "path", "/a/b.log", "max-bytes", "4096"]);
        assert_eq!(parsed.path, PathBuf::from("/a/b.log"));
        assert_eq!(parsed.limits.max_bytes, 4096);
        assert_eq!(parsed.limits.max_files, 5);
        assert_eq!(parsed.problems, Vec::<String>::new());
    }

    #[test]
    fn a_microvm_is_listened_for() {
        let parsed = parse(&["path", "/a", "listen", "/run/vm/vsock", "owner", "1234"]);
        assert_eq!(parsed.listen, Some(PathBuf::from("/run/vm/vsock")));
        assert_eq!(parsed.owner, Some(1234));
        assert_eq!(parsed.problems, Vec::<String>::new());
    }

    #[test]
    fn defaults_are_ten_mebibytes_times_three() {
        let limits = parse(&["path", "/a"]).limits;
        assert_eq!((limits.max_bytes, limits.max_files), (10 * 1024 * 1024, 3));
    }

    #[test]
    fn problems_are_told_and_defaults_stand_in() {
        let parsed = parse(&["max-bytes", "0", "colour", "red", "max-files"]);
        assert_eq!(parsed.limits, Limits::default());
        assert_eq!(
            parsed.problems,
            [
                "parameter not understood: max-bytes=0",
                "parameter not understood: colour=red",
                "parameter not understood: max-files=",
                "path is missing",
            ]
        );
    }
}
