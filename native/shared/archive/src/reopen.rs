use crate::failure::{At, Outcome};
use nix::fcntl::{open, openat, OFlag};
use nix::sys::stat::Mode;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

const OWN: &str = "/proc/self/fd";

/// Opens what a descriptor stands for, and nothing else: between a look at a path and its opening a
/// container may have put a device or a pipe there. Made before a foreign root is entered, which may have
/// no `/proc`, or one that cannot be trusted.
pub struct Reopen(OwnedFd);

impl Reopen {
    pub fn new() -> Outcome<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        open(OWN, flags, Mode::empty())
            .at(Path::new(OWN))
            .map(Reopen)
    }

    pub fn open(&self, file: impl AsFd, flags: OFlag) -> nix::Result<File> {
        let number = file.as_fd().as_raw_fd().to_string();
        openat(
            &self.0,
            number.as_str(),
            flags | OFlag::O_CLOEXEC,
            Mode::empty(),
        )
        .map(File::from)
    }

    /// The folder of descriptors, for calls that take a path below a folder.
    pub fn folder(&self) -> &OwnedFd {
        &self.0
    }
}
