use crate::failure::{Doing, Failure};
use nix::unistd::Pid;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the pid so that a reader sees all of it or no file.
pub fn write(path: &Path, pid: Pid) -> Result<(), Failure> {
    let draft = draft_of(path);
    let doing = || format!("write {}", path.display());
    fs::write(&draft, format!("{pid}\n")).doing(doing())?;
    fs::rename(&draft, path).doing(doing())
}

/// Gone already is a success.
pub fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.doing(format!("remove {}", path.display())),
    }
}

fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(format!(".{}", std::process::id()));
    PathBuf::from(name)
}
