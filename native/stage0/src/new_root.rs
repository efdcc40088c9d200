use capsule_machine::mount_tmpfs;
use nix::mount::{mount as mount_at, MsFlags};
use nix::unistd::{chdir, chroot, execv};
use std::convert::Infallible;
use std::ffi::CString;
use std::fs;
use std::io;
use std::path::Path;

const IMAGE: &str = "/image";
const SPARE: &str = "/spare";
const ROOT: &str = "/new";
/// Content of the initramfs that is not used again.
const DONE_WITH: [&str; 2] = ["/init", "/usr"];
const MOVED: [&str; 3] = ["dev", "proc", "sys"];
const PROGRAM: &str = "/sbin/capsuled";

/// Mounts the verified image below an overlay whose upper side is memory: programs may write everywhere, as in an
/// embedded capsule, and a reboot forgets it.
pub fn mount(device: &Path) -> Result<(), String> {
    let failed = |what: &str, error: &dyn std::fmt::Display| format!("cannot {what}: {error}");
    for folder in [IMAGE, ROOT] {
        fs::create_dir_all(folder).map_err(|error| failed(&format!("make {folder}"), &error))?;
    }
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NODEV;
    mount_at(Some(device), IMAGE, Some("erofs"), flags, None::<&str>)
        .map_err(|error| failed(&format!("mount {}", device.display()), &error))?;
    mount_tmpfs(SPARE, "mode=0755")
        .map_err(|error| failed("mount the overlay's memory", &error))?;
    let [upper, work] = ["upper", "work"].map(|name| format!("{SPARE}/{name}"));
    for folder in [&upper, &work] {
        fs::create_dir(folder).map_err(|error| failed(&format!("make {folder}"), &error))?;
    }
    let options = format!("lowerdir={IMAGE},upperdir={upper},workdir={work}");
    let (kind, flags) = (Some("overlay"), MsFlags::empty());
    mount_at(Some("capsule"), ROOT, kind, flags, Some(options.as_str()))
        .map_err(|error| failed("mount the overlay", &error))
}

/// Makes it the root, and this process its first program.
pub fn enter() -> Result<Infallible, String> {
    leave_initramfs().map_err(|error| format!("cannot enter the root: {error}"))?;
    let program = CString::new(PROGRAM).map_err(|error| error.to_string())?;
    execv(&program, &[&program]).map_err(|error| format!("cannot start {PROGRAM}: {error}"))
}

fn leave_initramfs() -> io::Result<()> {
    let none: Option<&str> = None;
    for name in MOVED {
        let target = format!("{ROOT}/{name}");
        fs::create_dir_all(&target)?;
        let source = format!("/{name}");
        mount_at(
            Some(source.as_str()),
            target.as_str(),
            none,
            MsFlags::MS_MOVE,
            none,
        )?;
    }
    // Its files occupy memory, which no program could free later.
    for path in DONE_WITH {
        if fs::symlink_metadata(path)?.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    chdir(ROOT)?;
    mount_at(Some("."), "/", none, MsFlags::MS_MOVE, none)?;
    chroot(".")?;
    Ok(chdir("/")?)
}
