use nix::errno::Errno;
use nix::sys::socket::{
    accept4, bind, connect as begin, getpeername, getsockopt, listen as start, socket, sockopt,
    AddressFamily, Backlog, SockFlag, SockType, VsockAddr,
};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use tokio::io::unix::AsyncFd;
use tokio::net::UnixStream;

/// The context id of every host.
const HOST: u32 = libc::VMADDR_CID_HOST;

const FLAGS: SockFlag = SockFlag::SOCK_NONBLOCK.union(SockFlag::SOCK_CLOEXEC);

/// Takes connections from the host only.
pub struct Listener {
    socket: AsyncFd<OwnedFd>,
}

pub fn listen(port: u32) -> io::Result<Listener> {
    let socket = new_socket()?;
    bind(
        socket.as_raw_fd(),
        &VsockAddr::new(libc::VMADDR_CID_ANY, port),
    )?;
    start(&socket, Backlog::new(64)?)?;
    Ok(Listener {
        socket: watch(socket)?,
    })
}

impl Listener {
    pub async fn accept(&self) -> io::Result<UnixStream> {
        loop {
            let mut ready = self.socket.readable().await?;
            let accepted = ready.try_io(|socket| Ok(accept4(socket.as_raw_fd(), FLAGS)?));
            let Ok(accepted) = accepted else { continue };
            // SAFETY: a new descriptor without another owner.
            let socket = unsafe { OwnedFd::from_raw_fd(accepted?) };
            let peer: VsockAddr = getpeername(socket.as_raw_fd())?;
            if peer.cid() == HOST {
                return stream(socket);
            }
        }
    }
}

pub async fn connect(port: u32) -> io::Result<UnixStream> {
    let socket = watch(new_socket()?)?;
    match begin(socket.as_raw_fd(), &VsockAddr::new(HOST, port)) {
        Ok(()) => {}
        Err(Errno::EINPROGRESS) => {
            let _ready = socket.writable().await?;
            let error = getsockopt(&socket, sockopt::SocketError)?;
            if error != 0 {
                return Err(io::Error::from_raw_os_error(error));
            }
        }
        Err(error) => return Err(error.into()),
    }
    stream(socket.into_inner())
}

fn watch(socket: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: it owns its descriptor, and keeps the same one for as long as it lives.
    Ok(unsafe { AsyncFd::register(socket) }?)
}

fn new_socket() -> io::Result<OwnedFd> {
    Ok(socket(AddressFamily::Vsock, SockType::Stream, FLAGS, None)?)
}

/// tokio knows no vsock, but reads, writes and shuts down a connected socket alike for every family.
fn stream(socket: OwnedFd) -> io::Result<UnixStream> {
    UnixStream::from_std(std::os::unix::net::UnixStream::from(socket))
}
