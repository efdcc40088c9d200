//! The namespace stage of the embedded launcher: starts a capsule's rootfs on a host, in
//! namespaces of its own, and stays as the parent of its PID 1.

mod arguments;
mod cgroup_clean;
mod cgroup_join;
mod devices;
mod failure;
mod hierarchies;
mod inside;
mod outside;
mod parent_death;
mod pid_file;
mod root_filesystem;

use arguments::{Command, USAGE};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

const EXIT_USAGE: u8 = 2;
/// Setting up failed; the capsule has not run.
const EXIT_SETUP: u8 = 125;

fn main() -> ExitCode {
    capsule_proc::reset_umask();
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let outcome = match arguments::parse(arguments) {
        Ok(Command::Help) => {
            let _ = std::io::stdout().write_all(USAGE.as_bytes());
            return ExitCode::SUCCESS;
        }
        Ok(Command::CleanCgroup(name)) => cgroup_clean::clean(&name).map(|()| 0),
        Ok(Command::Launch(launch)) => outside::run(&launch),
        Err(problem) => {
            say(&format!("{problem}\n{USAGE}"));
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            say(&failure.to_string());
            ExitCode::from(EXIT_SETUP)
        }
    }
}

/// One message on stderr; unlike `eprintln!` it does not panic without a reader.
fn say(message: &str) {
    let _ = std::io::stderr().write_all(format!("capsule-launch: {message}\n").as_bytes());
}
