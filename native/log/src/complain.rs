use std::fmt::Display;
use std::io::Write;

/// One line on stderr, which the shim throws away unless somebody debugs. Unlike `eprintln!` it
/// does not panic when nobody reads.
pub fn complain(what: impl Display) {
    let line = format!("capsule-log: {what}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
