use nix::errno::Errno;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};

/// Brings the loopback interface up; the kernel gives it its addresses.
pub fn bring_up() -> io::Result<()> {
    // SAFETY: a new descriptor that the File owns and closes.
    let socket = unsafe {
        let flags = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
        File::from_raw_fd(Errno::result(libc::socket(libc::AF_INET, flags, 0))?)
    };
    // SAFETY: an all-zero ifreq is valid; only its name and flags are used.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (target, source) in request.ifr_name.iter_mut().zip(b"lo\0") {
        *target = *source as libc::c_char;
    }
    // SAFETY: both requests read and write an ifreq, which lives across the calls.
    unsafe {
        Errno::result(libc::ioctl(
            socket.as_raw_fd(),
            libc::SIOCGIFFLAGS,
            &mut request,
        ))?;
        request.ifr_ifru.ifru_flags |= libc::IFF_UP as libc::c_short;
        Errno::result(libc::ioctl(
            socket.as_raw_fd(),
            libc::SIOCSIFFLAGS,
            &request,
        ))?;
    }
    Ok(())
}
