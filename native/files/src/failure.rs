use std::io;
use std::path::Path;

/// What went wrong, for the driver that started us: a word, a path, the kernel's own text.
pub struct Failure {
    pub code: &'static str,
    pub path: String,
    pub message: String,
}

pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    pub fn new(code: &'static str, path: &Path, message: impl ToString) -> Self {
        Failure {
            code,
            path: path.to_string_lossy().into_owned(),
            message: message.to_string(),
        }
    }

    pub fn io(path: &Path, error: &io::Error) -> Self {
        Failure::new(word(error), path, error)
    }

    /// One line, its three parts apart by tabs.
    pub fn line(&self) -> String {
        let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ");
        format!(
            "{}\t{}\t{}",
            self.code,
            plain(&self.path),
            plain(&self.message)
        )
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
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Outcome<T> {
        self.map_err(|error| Failure::io(path, &error))
    }
}

impl<T> At<T> for nix::Result<T> {
    fn at(self, path: &Path) -> Outcome<T> {
        self.map_err(|error| Failure::io(path, &io::Error::from(error)))
    }
}
