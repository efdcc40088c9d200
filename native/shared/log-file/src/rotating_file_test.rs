use super::*;
use crate::rotation::backup;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory of its own for one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "capsule-log-file-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Scratch(path)
    }
    fn log(&self) -> PathBuf {
        self.0.join("a.log")
    }
    /// All files, oldest first, joined.
    fn all(&self) -> String {
        (1..10)
            .rev()
            .map(|index| backup(&self.log(), index))
            .chain([self.log()])
            .filter_map(|path| fs::read_to_string(path).ok())
            .collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn limits(max_bytes: u64, max_files: u32) -> Limits {
    Limits {
        max_bytes,
        max_files,
    }
}

#[test]
fn files_and_directories_are_made_with_their_modes() {
    let scratch = Scratch::new();
    let path = scratch.0.join("x/y/a.log");
    RotatingFile::open(&path, Limits::default())
        .unwrap()
        .append(b"a\n")
        .unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o640);
    assert_eq!(mode(path.parent().unwrap()), 0o750);
}

#[test]
fn a_record_that_does_not_fit_goes_whole_into_the_next_file() {
    let scratch = Scratch::new();
    let mut log = RotatingFile::open(&scratch.log(), limits(10, 3)).unwrap();
    for record in ["one 1\n", "two 2\n", "three\n", "four\n", "five\n"] {
        log.append(record.as_bytes()).unwrap();
    }
    assert_eq!(fs::read_to_string(scratch.log()).unwrap(), "four\nfive\n");
    assert_eq!(
        fs::read_to_string(backup(&scratch.log(), 1)).unwrap(),
        "three\n"
    );
    assert_eq!(
        fs::read_to_string(backup(&scratch.log(), 2)).unwrap(),
        "two 2\n"
    );
    assert!(!backup(&scratch.log(), 3).exists());
}

#[test]
fn a_record_longer_than_the_limit_is_kept_whole() {
    let scratch = Scratch::new();
    let mut log = RotatingFile::open(&scratch.log(), limits(4, 3)).unwrap();
    log.append(b"abcdefgh\n").unwrap();
    log.append(b"i\n").unwrap();
    assert_eq!(scratch.all(), "abcdefgh\ni\n");
}

#[test]
fn a_reader_sees_rotation_as_a_new_inode() {
    let scratch = Scratch::new();
    let mut log = RotatingFile::open(&scratch.log(), limits(4, 2)).unwrap();
    log.append(b"abc\n").unwrap();
    let before = fs::metadata(scratch.log()).unwrap().ino();
    log.append(b"def\n").unwrap();
    assert_ne!(fs::metadata(scratch.log()).unwrap().ino(), before);
    assert_eq!(
        fs::metadata(backup(&scratch.log(), 1)).unwrap().ino(),
        before
    );
}

#[test]
fn opening_again_appends_on_a_fresh_line_after_a_torn_record() {
    let scratch = Scratch::new();
    fs::write(scratch.log(), "whole\nto").unwrap();
    let mut log = RotatingFile::open(&scratch.log(), Limits::default()).unwrap();
    log.append(b"next\n").unwrap();
    log.append(b"last\n").unwrap();
    assert_eq!(scratch.all(), "whole\nto\nnext\nlast\n");
}

#[test]
fn a_crash_at_any_step_of_a_rotation_loses_nothing() {
    for crash_after in 0..=2 {
        let scratch = Scratch::new();
        let limits = limits(4, 3);
        fs::write(backup(&scratch.log(), 1), "bbb\n").unwrap();
        fs::write(scratch.log(), "ccc\n").unwrap();
        let steps = plan_rotation(&scratch.log(), limits, Path::exists);
        assert_eq!(steps.len(), 2);
        for step in steps.iter().take(crash_after) {
            if let Step::Rename { from, to } = step {
                fs::rename(from, to).unwrap();
            }
        }
        let mut log = RotatingFile::open(&scratch.log(), limits).unwrap();
        log.append(b"ddd\n").unwrap();
        assert_eq!(
            scratch.all(),
            "bbb\nccc\nddd\n",
            "crash after {crash_after}"
        );
    }
}

#[test]
fn a_file_whose_directory_is_gone_is_still_written() {
    let scratch = Scratch::new();
    let path = scratch.0.join("x/a.log");
    let mut log = RotatingFile::open(&path, limits(4, 3)).unwrap();
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    log.append(b"abc\n").unwrap();
    log.append(b"def\n").unwrap();
    assert!(!path.exists());
    assert_eq!(log.size, 8);
}

#[test]
fn a_half_done_rotation_does_not_push_older_files_out() {
    let scratch = Scratch::new();
    let mut log = RotatingFile::open(&scratch.log(), limits(4, 3)).unwrap();
    log.append(b"bbb\n").unwrap();
    log.append(b"ccc\n").unwrap();
    fs::remove_file(backup(&scratch.log(), 1)).unwrap();
    fs::rename(scratch.log(), backup(&scratch.log(), 1)).unwrap();
    fs::write(backup(&scratch.log(), 2), "aaa\n").unwrap();
    log.append(b"ddd\n").unwrap();
    assert_eq!(scratch.all(), "aaa\nccc\nddd\n");
}
