use crate::arguments::CgroupName;
use crate::failure::{Doing, Failure};
use crate::hierarchies::find_hierarchies;
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long ended processes may take to leave their cgroups.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// Ends everything that runs in the cgroup or below, in every hierarchy, and removes the
/// directories. Does nothing for a cgroup that does not exist.
pub fn clean(name: &CgroupName) -> Result<(), Failure> {
    let directories: Vec<PathBuf> = find_hierarchies()?
        .iter()
        .map(|hierarchy| hierarchy.directory(name))
        .collect();
    let deadline = Instant::now() + PATIENCE;
    for directory in directories {
        loop {
            end_processes(&directory);
            match remove(&directory) {
                Ok(()) => break,
                Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {}
                Err(error) => {
                    return Err(error).doing(format!("remove cgroup {}", directory.display()))
                }
            }
            if Instant::now() > deadline {
                return Err(io::Error::from(io::ErrorKind::TimedOut)).doing(format!(
                    "end the processes of cgroup {}",
                    directory.display()
                ));
            }
            sleep(PAUSE);
        }
    }
    Ok(())
}

/// Sends KILL to everybody in the cgroup and below, except to this process. Those who have gone
/// meanwhile, and cgroups that have, are no error.
fn end_processes(directory: &Path) {
    // One write ends a v2 subtree without a race; elsewhere the file does not exist.
    let _ = fs::write(directory.join("cgroup.kill"), "1");
    let own = Pid::this();
    for pid in processes(directory) {
        if pid != own {
            let _ = kill(pid, Signal::SIGKILL);
        }
    }
    for child in children(directory) {
        end_processes(&child);
    }
}

/// Removes the cgroup, those below first. Gone already is a success.
fn remove(directory: &Path) -> io::Result<()> {
    for child in children(directory) {
        remove(&child)?;
    }
    match fs::remove_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn processes(directory: &Path) -> Vec<Pid> {
    fs::read_to_string(directory.join("cgroup.procs"))
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.parse().ok())
        // 0 stands for a process of another pid namespace, which is not ours to see.
        .filter(|pid| *pid > 0)
        .map(Pid::from_raw)
        .collect()
}

fn children(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}
