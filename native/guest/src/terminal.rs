use crate::place;
use nix::cmsg_space;
use nix::sys::socket::{recvmsg, ControlMessageOwned, MsgFlags};
use std::fs;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// Where a runtime hands over the terminal that it made for a process.
pub struct ConsoleSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl ConsoleSocket {
    pub fn listen(name: &str) -> io::Result<Self> {
        let path = Path::new(place::PROCESSES).join(format!("{name}.sock"));
        let listener = UnixListener::bind(&path)?;
        // It is there when the runtime has ended well, or never.
        listener.set_nonblocking(true)?;
        Ok(ConsoleSocket { listener, path })
    }

    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// The terminal, once the runtime has ended.
    pub fn take(&self) -> io::Result<OwnedFd> {
        let (peer, _) = self.listener.accept()?;
        let mut name = [0; 4096];
        let mut parts = [IoSliceMut::new(&mut name)];
        let mut space = cmsg_space!(RawFd);
        let message = recvmsg::<()>(
            peer.as_raw_fd(),
            &mut parts,
            Some(&mut space),
            MsgFlags::MSG_CMSG_CLOEXEC | MsgFlags::MSG_DONTWAIT,
        )?;
        let terminal = message.cmsgs()?.find_map(|part| match part {
            ControlMessageOwned::ScmRights(descriptors) => descriptors.first().copied(),
            _ => None,
        });
        let terminal = terminal.ok_or_else(|| io::Error::other("no terminal was handed over"))?;
        // SAFETY: a new descriptor that came with the message; it has no other owner.
        Ok(unsafe { OwnedFd::from_raw_fd(terminal) })
    }
}

impl Drop for ConsoleSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Sets the size of a terminal, and notifies its processes.
pub fn resize(terminal: &OwnedFd, columns: u32, rows: u32) {
    let bounded = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    let size = libc::winsize {
        ws_row: bounded(rows),
        ws_col: bounded(columns),
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the request reads a winsize, which lives across the call.
    unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, &size) };
}
