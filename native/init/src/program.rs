use nix::sys::signal::{kill, SigSet, Signal};
use nix::unistd::Pid;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// More than the check of a file system gets, which is the longest work of a boot.
const LIMIT: Duration = Duration::from_secs(35 * 60);

/// Runs a program of the boot to its end; it says what it has to say on the console. One that hangs is killed: the machine
/// then goes on, and says what it lacks.
pub fn run(words: &[String]) -> io::Result<ExitStatus> {
    run_within(words, LIMIT)
}

/// The same, with a limit of the caller's.
pub fn run_within(words: &[String], limit: Duration) -> io::Result<ExitStatus> {
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
    let mut child = command.spawn()?;
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    let (ended, end) = channel();
    // After the limit, the caller has gone on.
    thread::spawn(move || ended.send(child.wait()).ok());
    end.recv_timeout(limit).unwrap_or_else(|_| {
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        let why = format!("{program} hangs: killed after {} s", limit.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, why))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_string).collect()
    }

    #[test]
    fn a_program_that_hangs_is_killed() {
        let started = Instant::now();
        let outcome = run_within(&words("/bin/sleep 1000"), Duration::from_millis(20));
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(started.elapsed() < Duration::from_secs(100));
    }

    #[test]
    fn a_program_that_ends_gives_its_status() {
        let status = run_within(&words("/bin/false x"), LIMIT).unwrap();
        assert_eq!(status.code(), Some(1));
    }
}
