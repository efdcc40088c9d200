use crate::service_config::ServiceConfig;
use nix::sys::signal::SigSet;
use nix::unistd::{setsid, Pid};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Starts a service in a session of its own, with default signals, its output in the pipe, and
/// nothing else of ours open. `cgroup` is the directory to run in.
pub fn spawn(config: &ServiceConfig, output: &OwnedFd, cgroup: Option<&Path>) -> io::Result<Pid> {
    let mut exec = config.exec.iter();
    let program = exec.next().map(String::as_str).unwrap_or_default();
    let mut command = Command::new(program);
    command
        .args(exec)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output.try_clone()?);
    for (key, default) in [("PATH", SEARCH_PATH), ("HOME", "/root")] {
        if std::env::var_os(key).is_none() {
            command.env(key, default);
        }
    }
    command.envs(config.env.iter().map(|(key, value)| (key, value)));
    let mut membership = cgroup.map(open_membership).transpose()?;
    // SAFETY: only async-signal-safe calls between fork and exec, no allocation.
    unsafe {
        command.pre_exec(move || {
            setsid()?;
            SigSet::empty().thread_set_mask()?;
            if let Some(file) = &mut membership {
                file.write_all(b"0")?;
            }
            Ok(())
        });
    }
    let child = command.spawn()?;
    i32::try_from(child.id())
        .map(Pid::from_raw)
        .map_err(io::Error::other)
}

/// Sets how readily the kernel ends the service when memory is short.
pub fn set_oom_score(pid: Pid, score: i32) -> io::Result<()> {
    std::fs::write(format!("/proc/{pid}/oom_score_adj"), score.to_string())
}

fn open_membership(cgroup: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .open(cgroup.join("cgroup.procs"))
}
