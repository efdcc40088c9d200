use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout};
use std::fs::{File, OpenOptions};
use std::io;

/// From here on our output goes to the console, whatever the kernel gave us.
pub fn open() -> io::Result<()> {
    let console = OpenOptions::new().write(true).open("/dev/console")?;
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(&console)?;
    dup2_stderr(&console)?;
    Ok(())
}
