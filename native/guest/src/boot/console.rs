use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout};
use std::fs::{File, OpenOptions};
use std::io;

/// Whatever the kernel gave us, what we print goes to the console from here on.
pub fn open() -> io::Result<()> {
    let console = OpenOptions::new().write(true).open("/dev/console")?;
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(&console)?;
    dup2_stderr(&console)?;
    Ok(())
}
