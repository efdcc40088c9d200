use crate::mounts::{mount_once, Wanted};
use nix::mount::MsFlags;
use std::io;
use std::os::unix::fs::symlink;

/// A launcher prepares /dev in embedded mode; a machine has the kernel's.
pub fn mount_dev() -> io::Result<()> {
    mount_once(&Wanted {
        filesystem: "devtmpfs",
        at: "/dev",
        flags: MsFlags::MS_NOSUID,
        options: "mode=0755",
    })
}

/// The entries that programs expect in /dev beside device nodes.
pub fn furnish_dev() -> io::Result<()> {
    let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let furniture = [
        Wanted {
            filesystem: "devpts",
            at: "/dev/pts",
            flags: MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC,
            options: "newinstance,ptmxmode=0666,mode=0620,gid=5",
        },
        Wanted {
            filesystem: "tmpfs",
            at: "/dev/shm",
            flags: MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
            options: "mode=1777",
        },
        Wanted {
            filesystem: "mqueue",
            at: "/dev/mqueue",
            flags: quiet,
            options: "",
        },
    ];
    for wanted in &furniture {
        mount_once(wanted)?;
    }
    for (name, target) in [
        ("/dev/ptmx", "pts/ptmx"),
        ("/dev/fd", "/proc/self/fd"),
        ("/dev/stdin", "/proc/self/fd/0"),
        ("/dev/stdout", "/proc/self/fd/1"),
        ("/dev/stderr", "/proc/self/fd/2"),
    ] {
        match symlink(target, name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
    }
    Ok(())
}
