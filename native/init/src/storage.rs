use crate::program;
use std::io;

const PROGRAM: [&str; 3] = [
    "/usr/bin/node",
    "/usr/lib/capsule/machine.cjs",
    "prepare-storage",
];

/// Mounts /perm, and makes it at the first boot.
pub fn prepare() -> io::Result<()> {
    let status = program::run(&PROGRAM.map(str::to_string))?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(status.to_string()))
}
