//! Runs one command on the capsule itself for an operator. The command shares everything with the capsule except its mounts,
//! which end with it. Its caller controls it over descriptor 3. When the command ends, or the caller does, every process
//! that the command has left ends, too.

mod arguments;
mod control;
mod input;
mod launch;
mod place;
mod session;

use arguments::{parse, USAGE};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

const EXIT_USAGE: u8 = 2;
/// The session could not be set up; nothing has run.
const EXIT_SETUP: u8 = 125;

fn main() -> ExitCode {
    capsule_proc::reset_umask();
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let request = match parse(arguments) {
        Ok(request) => request,
        Err(problem) => {
            say(&format!("{problem}\n{USAGE}"));
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match session::run(&request) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            say(&problem);
            ExitCode::from(EXIT_SETUP)
        }
    }
}

/// One message on stderr; unlike `eprintln!` it does not panic without a reader.
fn say(message: &str) {
    let _ = std::io::stderr().write_all(format!("{message}\n").as_bytes());
}
