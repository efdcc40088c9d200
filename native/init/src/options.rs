use std::ffi::OsString;
use std::path::PathBuf;

/// How this run differs from a boot; without arguments it is one.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    pub services: PathBuf,
    pub log: PathBuf,
    pub with_mounts: bool,
}

impl Options {
    /// Never fails: a kernel hands PID 1 whatever words its command line holds. Unknown words
    /// are reported.
    pub fn parse(arguments: impl Iterator<Item = OsString>) -> (Self, Vec<String>) {
        let mut options = Options {
            services: PathBuf::from("/etc/capsule/services.conf"),
            log: PathBuf::from("/perm/log/capsule.log"),
            with_mounts: true,
        };
        let mut problems = Vec::new();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let target = match argument.to_str() {
                Some("--no-mounts") => {
                    options.with_mounts = false;
                    continue;
                }
                Some("--services") => &mut options.services,
                Some("--log") => &mut options.log,
                _ => {
                    problems.push(format!("argument ignored: {}", argument.to_string_lossy()));
                    continue;
                }
            };
            match arguments.next() {
                Some(value) => *target = PathBuf::from(value),
                None => problems.push(format!("{}: value is missing", argument.to_string_lossy())),
            }
        }
        (options, problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> (Options, Vec<String>) {
        Options::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn without_arguments_it_is_a_boot() {
        let (options, problems) = parse("");
        assert!(options.with_mounts);
        assert_eq!(
            options.services,
            PathBuf::from("/etc/capsule/services.conf")
        );
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn words_of_a_kernel_command_line_are_told_and_ignored() {
        let (options, problems) = parse("splash --no-mounts --log /x --services");
        assert!(!options.with_mounts);
        assert_eq!(options.log, PathBuf::from("/x"));
        assert_eq!(
            problems,
            ["argument ignored: splash", "--services: value is missing"]
        );
    }
}
