use crate::failure::{Doing, Failure};
use nix::errno::Errno;
use nix::mount::{mount, MsFlags};
use nix::sys::stat::{makedev, mknod, Mode, SFlag};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

const ALWAYS: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// The devices of storage, networking and virtual machines, where the host has them.
const WHERE_PRESENT: [&str; 7] = [
    "fuse",
    "kvm",
    "loop-control",
    "net/tun",
    "vhost-net",
    "vhost-vsock",
    "vsock",
];

/// Nodes whose opening loads their driver; a host that has not used them yet may lack them. Number and mode.
const LOADS_ITS_DRIVER: [(&str, u64, u64, u32); 2] = [
    ("loop-control", 10, 237, 0o660),
    ("net/tun", 10, 200, 0o666),
];

/// Makes the capsule's device nodes in `dev`, as the host has them.
pub fn make(dev: &Path) -> Result<(), Failure> {
    let host = Path::new("/dev");
    for name in ALWAYS {
        make_one(&host.join(name), &dev.join(name))?;
    }
    let loops = loop_devices(host).doing("list /dev")?;
    let wanted = WHERE_PRESENT.iter().map(PathBuf::from).chain(loops);
    for name in wanted {
        let source = host.join(&name);
        if source.exists() {
            make_one(&source, &dev.join(&name))?;
        }
    }
    for (name, major, minor, mode) in LOADS_ITS_DRIVER {
        make_missing(&dev.join(name), makedev(major, minor), mode)?;
    }
    Ok(())
}

/// A host that is itself a container may make none; what needs the node says so.
fn make_missing(target: &Path, number: u64, mode: u32) -> Result<(), Failure> {
    let doing = || format!("make device {}", target.display());
    make_parent(target).doing(doing())?;
    match mknod(target, SFlag::S_IFCHR, Mode::empty(), number) {
        Ok(()) => fs::set_permissions(target, Permissions::from_mode(mode)).doing(doing()),
        Err(Errno::EEXIST | Errno::EPERM) => Ok(()),
        Err(error) => Err(error).doing(doing()),
    }
}

fn make_parent(target: &Path) -> io::Result<()> {
    match target.parent() {
        Some(parent) => DirBuilder::new().recursive(true).mode(0o755).create(parent),
        None => Ok(()),
    }
}

fn loop_devices(host: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(host)? {
        let name = entry?.file_name();
        let number = name.to_string_lossy();
        let number = number.strip_prefix("loop").unwrap_or_default();
        if number.parse::<u32>().is_ok() {
            found.push(PathBuf::from(name));
        }
    }
    Ok(found)
}

fn make_one(source: &Path, target: &Path) -> Result<(), Failure> {
    let doing = || format!("make device {}", target.display());
    make_parent(target).doing(doing())?;
    let like = fs::metadata(source).doing(doing())?;
    let kind = if like.file_type().is_block_device() {
        SFlag::S_IFBLK
    } else {
        SFlag::S_IFCHR
    };
    match mknod(target, kind, Mode::empty(), like.rdev()) {
        Ok(()) => {
            let mode = Permissions::from_mode(like.mode() & 0o777);
            fs::set_permissions(target, mode).doing(doing())
        }
        // A host that is itself a container may use its nodes but make none.
        Err(Errno::EPERM) => bind(source, target).doing(doing()),
        Err(error) => Err(error).doing(doing()),
    }
}

fn bind(source: &Path, target: &Path) -> io::Result<()> {
    File::create_new(target)?;
    mount(
        Some(source),
        target,
        None::<&str>,
        MsFlags::MS_BIND,
        None::<&str>,
    )?;
    Ok(())
}
