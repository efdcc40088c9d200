use crate::path::shown;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A failure, for the driver: a word, a path, the kernel's own text.
#[derive(Debug)]
pub struct Failure {
    pub code: &'static str,
    pub path: String,
    pub message: String,
}

pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    pub fn new(code: &'static str, path: &Path, message: impl ToString) -> Self {
        Failure::of(code, path.as_os_str().as_bytes(), message)
    }

    /// Of a name in an archive.
    pub fn of(code: &'static str, name: &[u8], message: impl ToString) -> Self {
        Failure {
            code,
            path: shown(name),
            message: message.to_string(),
        }
    }

    pub fn io(path: &Path, error: &io::Error) -> Self {
        Failure::new(word(error), path, error)
    }

    /// A failure of the archive where no system call failed, of the file otherwise.
    pub fn archive(name: &[u8], error: &io::Error) -> Self {
        match error.raw_os_error() {
            Some(_) => Failure::of(word(error), name, error),
            None => Failure::of("damaged", name, error),
        }
    }

    /// One line, its three parts separated by tabs.
    pub fn line(&self) -> String {
        line(self.code, &self.path, &self.message)
    }
}

/// A line for the driver.
pub fn line(code: &str, path: &str, message: &str) -> String {
    let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ");
    format!("{code}\t{}\t{}", plain(path), plain(message))
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> io::Error {
        io::Error::other(format!("{}: {}", failure.path, failure.message))
    }
}

/// The driver's words for what it can explain.
fn word(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::ENOENT) => "missing",
        Some(libc::ENOTDIR) => "not-a-folder",
        Some(libc::EISDIR) => "a-folder",
        Some(libc::EROFS) => "read-only",
        Some(libc::ENOSPC | libc::EDQUOT) => "full",
        Some(libc::EACCES | libc::EPERM) => "denied",
        Some(libc::ELOOP) => "loop",
        Some(libc::ESRCH) => "gone",
        _ => "failed",
    }
}

/// Gives a failed call the path that it was made for.
pub trait At<T> {
    fn at(self, path: &Path) -> Outcome<T>;
    fn of(self, name: &[u8]) -> Outcome<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Outcome<T> {
        self.map_err(|error| Failure::io(path, &error))
    }

    fn of(self, name: &[u8]) -> Outcome<T> {
        self.map_err(|error| Failure::of(word(&error), name, &error))
    }
}

impl<T> At<T> for nix::Result<T> {
    fn at(self, path: &Path) -> Outcome<T> {
        self.map_err(io::Error::from).at(path)
    }

    fn of(self, name: &[u8]) -> Outcome<T> {
        self.map_err(io::Error::from).of(name)
    }
}
