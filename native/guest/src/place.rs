//! Where things are in a guest. The host writes some of these paths into runtime specifications.

use std::path::{Path, PathBuf};

pub const IMAGE: &str = "/run/capsule/image";
pub const WRITABLE: &str = "/run/capsule/writable";
pub const ROOT: &str = "/run/capsule/root";
pub const VOLUMES: &str = "/run/capsule/volumes";
pub const FOLDERS: &str = "/run/capsule/folders";
pub const FILES: &str = "/run/capsule/files";
pub const BUNDLE: &str = "/run/capsule/bundle";
pub const RUNTIME: &str = "/run/capsule/runtime";
/// The files of one process: its specification, its terminal's socket, its runtime's log.
pub const PROCESSES: &str = "/run/capsule/processes";
/// An empty folder, as a mount point.
pub const EMPTY: &str = "/run/capsule/empty";

pub fn volume(name: &str) -> PathBuf {
    Path::new(VOLUMES).join(name)
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(FOLDERS).join(name)
}

/// One path segment, and none that leads anywhere else.
pub fn is_segment(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name != "."
        && name != ".."
        && !name.contains(['/', '\0'])
}

#[cfg(test)]
mod tests {
    use super::is_segment;

    #[test]
    fn a_segment_stays_in_its_folder() {
        assert!(is_segment("data") && is_segment("..data") && is_segment("a b"));
        for name in ["", ".", "..", "a/b", "/", "a\0b", &"x".repeat(256)] {
            assert!(!is_segment(name), "{name:?}");
        }
    }
}
