use std::fmt::Display;
use std::io::Write;

/// One line on stderr, which the shim drops outside of debugging. Unlike `eprintln!` it
/// does not panic without a reader.
pub fn complain(what: impl Display) {
    let line = format!("capsule-log: {what}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
