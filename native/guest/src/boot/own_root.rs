use nix::mount::{mount, MsFlags};
use nix::unistd::{chdir, chroot};
use std::fs;
use std::io;

const PLACE: &str = "/.root";

/// The root of an initramfs is no mount that `pivot_root` could leave, and OCI runtimes pivot. A second
/// mount of the same files on top of it is one, and copies nothing.
pub fn make() -> io::Result<()> {
    fs::create_dir_all(PLACE)?;
    let none: Option<&str> = None;
    mount(Some("/"), PLACE, none, MsFlags::MS_BIND, none)?;
    chdir(PLACE)?;
    mount(Some("."), "/", none, MsFlags::MS_MOVE, none)?;
    chroot(".")?;
    chdir("/")?;
    let _ = fs::remove_dir(PLACE);
    Ok(())
}
