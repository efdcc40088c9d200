use super::config::Network;
use nix::errno::Errno;
use std::fs::File;
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const NAME: &[u8] = b"eth0\0";
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(3);

/// Gives eth0 its address and its way out.
pub fn bring_up(network: &Network) -> io::Result<()> {
    wait_for_device()?;
    // SAFETY: a new descriptor that the File owns and closes.
    let socket = unsafe {
        let flags = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
        File::from_raw_fd(Errno::result(libc::socket(libc::AF_INET, flags, 0))?)
    };
    let mask = mask(network.prefix);
    let mut request = request();
    if let Some(address) = network.hardware_address {
        request.ifr_ifru.ifru_hwaddr = hardware_address(address);
        ask(&socket, libc::SIOCSIFHWADDR, &request)?;
    }
    request.ifr_ifru.ifru_mtu = libc::c_int::try_from(network.mtu).unwrap_or(1500);
    ask(&socket, libc::SIOCSIFMTU, &request)?;
    request.ifr_ifru.ifru_addr = socket_address(network.address);
    ask(&socket, libc::SIOCSIFADDR, &request)?;
    request.ifr_ifru.ifru_netmask = socket_address(mask);
    ask(&socket, libc::SIOCSIFNETMASK, &request)?;
    if network.prefix < 31 {
        request.ifr_ifru.ifru_broadaddr = socket_address(network.address | !mask);
        ask(&socket, libc::SIOCSIFBRDADDR, &request)?;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    ask(&socket, libc::SIOCSIFFLAGS, &request)?;
    match network.gateway {
        Some(gateway) => add_default_route(&socket, gateway),
        None => Ok(()),
    }
}

/// Devices appear one after another.
pub fn wait_for_device() -> io::Result<()> {
    let start = Instant::now();
    while !Path::new("/sys/class/net/eth0").exists() {
        if start.elapsed() > PATIENCE {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "there is no such device",
            ));
        }
        sleep(PAUSE);
    }
    Ok(())
}

fn add_default_route(socket: &File, gateway: Ipv4Addr) -> io::Result<()> {
    let mut device: Vec<libc::c_char> = NAME.iter().map(|byte| *byte as libc::c_char).collect();
    // SAFETY: an all-zero rtentry is valid.
    let mut route: libc::rtentry = unsafe { std::mem::zeroed() };
    route.rt_dst = socket_address(Ipv4Addr::UNSPECIFIED);
    route.rt_genmask = socket_address(Ipv4Addr::UNSPECIFIED);
    route.rt_gateway = socket_address(gateway);
    route.rt_flags = libc::RTF_UP | libc::RTF_GATEWAY;
    route.rt_dev = device.as_mut_ptr();
    // SAFETY: the request reads an rtentry and the name in it; both live across the call.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCADDRT, &route) };
    match Errno::result(result) {
        Ok(_) | Err(Errno::EEXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn request() -> libc::ifreq {
    // SAFETY: an all-zero ifreq is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (target, source) in request.ifr_name.iter_mut().zip(NAME) {
        *target = *source as libc::c_char;
    }
    request
}

fn ask(socket: &File, what: libc::Ioctl, request: &libc::ifreq) -> io::Result<()> {
    // SAFETY: all requests here read an ifreq, which lives across the call.
    Errno::result(unsafe { libc::ioctl(socket.as_raw_fd(), what, request) })?;
    Ok(())
}

fn socket_address(address: Ipv4Addr) -> libc::sockaddr {
    // SAFETY: an all-zero sockaddr_in is valid, and as large as a sockaddr.
    unsafe {
        let mut it: libc::sockaddr_in = std::mem::zeroed();
        it.sin_family = libc::AF_INET as libc::sa_family_t;
        it.sin_addr.s_addr = u32::from(address).to_be();
        std::mem::transmute(it)
    }
}

fn hardware_address(bytes: [u8; 6]) -> libc::sockaddr {
    // SAFETY: an all-zero sockaddr is valid.
    let mut it: libc::sockaddr = unsafe { std::mem::zeroed() };
    it.sa_family = libc::ARPHRD_ETHER;
    for (target, source) in it.sa_data.iter_mut().zip(bytes) {
        *target = source as libc::c_char;
    }
    it
}

fn mask(prefix: u8) -> Ipv4Addr {
    let host_bits = 32_u32.saturating_sub(u32::from(prefix));
    Ipv4Addr::from(u32::MAX.checked_shl(host_bits).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_mask() {
        assert_eq!(mask(24), Ipv4Addr::new(255, 255, 255, 0));
        assert_eq!(mask(32), Ipv4Addr::new(255, 255, 255, 255));
        assert_eq!(mask(0), Ipv4Addr::UNSPECIFIED);
    }
}
