use nix::errno::Errno;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// `_IOW('R', 0x03, int[2])` and `_IO('R', 0x07)` of linux/random.h.
const RNDADDENTROPY: libc::Ioctl = 0x4008_5203;
const RNDRESEEDCRNG: libc::Ioctl = 0x5207;
const MOST_BYTES: usize = 512;

/// `rand_pool_info` of linux/random.h.
#[repr(C)]
struct Pool {
    entropy_bits: libc::c_int,
    bytes: libc::c_int,
    content: [u8; MOST_BYTES],
}

/// Mixes secret random bytes into the kernel's random state, and makes all later random bytes depend on them.
pub fn reseed(seed: &[u8]) -> io::Result<()> {
    let mut pool = Pool {
        entropy_bits: 0,
        bytes: 0,
        content: [0; MOST_BYTES],
    };
    for (target, source) in pool.content.iter_mut().zip(seed) {
        *target = *source;
        pool.bytes += 1;
    }
    pool.entropy_bits = pool.bytes * 8;
    let random = File::open("/dev/urandom")?;
    // SAFETY: the request reads a rand_pool_info with as many bytes as it says; it lives across the call.
    Errno::result(unsafe { libc::ioctl(random.as_raw_fd(), RNDADDENTROPY, &pool) })?;
    // SAFETY: the request has no argument.
    Errno::result(unsafe { libc::ioctl(random.as_raw_fd(), RNDRESEEDCRNG) })?;
    Ok(())
}
