use crate::arguments::Parent;
use crate::failure::{Doing, Failure};
use nix::errno::Errno;
use nix::unistd::getppid;
use std::io;

/// The kernel sends KILL to this process when the thread that made it ends.
pub fn die_with_maker() -> Result<(), Failure> {
    // SAFETY: plain prctl with integer arguments.
    let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    Errno::result(result)
        .map(drop)
        .doing("ask for a signal at the parent's death")
}

/// `die_with_maker`, and an error when the parent was gone before we asked.
pub fn die_with_parent(parent: Parent) -> Result<(), Failure> {
    let before = match parent {
        Parent::Pid(pid) => pid,
        Parent::WhoeverItIs => getppid().as_raw(),
    };
    die_with_maker()?;
    if getppid().as_raw() == before {
        return Ok(());
    }
    Err(io::Error::from_raw_os_error(libc::ESRCH)).doing("find the parent process alive")
}
