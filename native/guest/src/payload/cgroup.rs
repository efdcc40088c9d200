use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{sleep, timeout};

const ROOT: &str = "/sys/fs/cgroup";
const PAUSE: Duration = Duration::from_millis(10);

/// A cgroup of the unified hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cgroup {
    /// From the root of the hierarchy on: `/payload`.
    pub path: String,
    folder: PathBuf,
}

impl Cgroup {
    pub fn of(pid: i32) -> io::Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/cgroup"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("0::"));
        match line.filter(|path| path.len() > 1) {
            Some(path) => Ok(Cgroup::at(path)),
            // A process in the root has no cgroup of its own, and killing that cgroup would kill every process.
            None => Err(io::Error::other("the payload has no cgroup of its own")),
        }
    }

    fn at(path: &str) -> Self {
        Cgroup {
            path: path.to_string(),
            folder: Path::new(ROOT).join(path.trim_start_matches('/')),
        }
    }

    /// One inside of this one, for a process beside the others.
    pub fn make_child(&self, name: &str) -> io::Result<Self> {
        let child = Cgroup::at(&format!("{}/{name}", self.path));
        match fs::create_dir(&child.folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
        Ok(child)
    }

    pub fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    pub fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.join(file), text)
    }

    /// The number behind a word in a file of lines `word number`.
    pub fn count(&self, file: &str, word: &str) -> Option<u64> {
        count_in(&self.read(file)?, word)
    }

    /// Ends everybody in it, and in those inside of it.
    pub fn kill(&self) {
        if self.write("cgroup.kill", "1").is_ok() {
            return;
        }
        // Kernels before 5.14.
        let procs = self.read("cgroup.procs").unwrap_or_default();
        for pid in procs.lines().filter_map(|line| line.parse().ok()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count("cgroup.events", "populated") != Some(1)
    }

    /// Kills until no process is left. False when one does not exit.
    pub async fn clear(&self, patience: Duration) -> bool {
        let clearing = async {
            while !self.is_empty() {
                self.kill();
                sleep(PAUSE).await;
            }
        };
        timeout(patience, clearing).await.is_ok()
    }

    /// Those who are left in it stay, and so does it.
    pub fn remove(&self) {
        let _ = fs::remove_dir(&self.folder);
    }
}

fn count_in(text: &str, word: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let (key, number) = line.split_once(' ')?;
        number.trim().parse().ok().filter(|_| key == word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_found_by_their_whole_word() {
        let text = "oom 1\noom_kill 2\nbroken\nempty \n";
        assert_eq!(count_in(text, "oom_kill"), Some(2));
        assert_eq!(count_in(text, "oom"), Some(1));
        assert_eq!(count_in(text, "empty"), None);
    }

    #[test]
    fn a_path_is_below_the_hierarchy() {
        let cgroup = Cgroup::at("/a/b");
        assert_eq!(cgroup.folder, Path::new("/sys/fs/cgroup/a/b"));
    }
}
