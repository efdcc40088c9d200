use std::fmt;
use std::io;

/// The failed action, and the reason.
#[derive(Debug)]
pub struct Failure {
    doing: String,
    cause: io::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.doing, self.cause)
    }
}

pub trait Doing<T> {
    /// Names the step that a failure belongs to.
    fn doing(self, what: impl Into<String>) -> Result<T, Failure>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| Failure {
            doing: what.into(),
            cause: error.into(),
        })
    }
}
