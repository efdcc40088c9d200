use capsule_machine::mount_quiet;
use std::fs;
use std::io;
use std::path::PathBuf;

const PLACE: &str = "/sys/fs/pstore";

/// The records that a kernel left in the firmware when it panicked, oldest first, each as its lines. They are removed: the
/// firmware has little room.
pub fn take() -> io::Result<Vec<String>> {
    mount_quiet("pstore", PLACE, "")?;
    let mut paths: Vec<PathBuf> = fs::read_dir(PLACE)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut lines = Vec::new();
    for path in paths {
        let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        lines.extend(text.lines().map(str::to_string));
        fs::remove_file(&path)?;
    }
    Ok(lines)
}
