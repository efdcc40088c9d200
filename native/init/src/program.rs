use nix::sys::signal::SigSet;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};

/// Runs a program of the boot to its end; it says what it has to say on the console.
pub fn run(words: &[String]) -> io::Result<ExitStatus> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| io::Error::other("no program"))?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir("/")
        .env("PATH", "/usr/sbin:/usr/bin")
        .env("HOME", "/root")
        .stdin(Stdio::null());
    // SAFETY: only an async-signal-safe call between fork and exec: PID 1 holds all signals back, the program must not.
    unsafe {
        command.pre_exec(|| Ok(SigSet::empty().thread_set_mask()?));
    }
    command.status()
}
