use crate::arguments::Request;
use nix::fcntl::{fcntl, FcntlArg, OFlag};
use nix::pty::{openpty, OpenptyResult};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A started program, and the other end of its terminal.
pub struct Launched {
    pub child: Child,
    pub terminal: Option<OwnedFd>,
}

/// Starts it in a session of its own: keys of its terminal reach it and its jobs alone.
pub fn launch(request: &Request) -> io::Result<Launched> {
    let mut command = Command::new(&request.program);
    command.args(&request.arguments);
    let Some(size) = &request.terminal else {
        // SAFETY: setsid touches no memory.
        unsafe { command.pre_exec(|| Ok(nix::unistd::setsid().map(drop)?)) };
        return Ok(Launched {
            child: command.spawn()?,
            terminal: None,
        });
    };
    let OpenptyResult { master, slave } = openpty(Some(size), None)?;
    fcntl(&master, FcntlArg::F_SETFD(nix::fcntl::FdFlag::FD_CLOEXEC))?;
    fcntl(&master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    command.stdin(Stdio::from(slave.try_clone()?));
    command.stdout(Stdio::from(slave.try_clone()?));
    command.stderr(Stdio::from(slave));
    // SAFETY: both calls touch no memory.
    unsafe { command.pre_exec(take_terminal) };
    Ok(Launched {
        child: command.spawn()?,
        terminal: Some(master),
    })
}

/// Standard input is the terminal by now.
fn take_terminal() -> io::Result<()> {
    nix::unistd::setsid()?;
    // SAFETY: plain integers.
    match unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
