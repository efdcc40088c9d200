use crate::cover::Cover;
use capsule_archive::failure::{At, Failure, Outcome};
use capsule_archive::hidden::Hidden;
use nix::errno::Errno;
use nix::fcntl::{open, OFlag};
use nix::mount::{mount, umount2, MntFlags, MsFlags};
use nix::sched::{setns, unshare, CloneFlags};
use nix::sys::stat::Mode;
use nix::unistd::{chroot, fchdir, pivot_root};
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The owner of the root.
pub enum Root {
    /// That of a process of a running container, with all that is mounted there.
    Process { pid: u32, cgroup: String },
    /// A file system that is not mounted now. The mount is ours alone and ends with us.
    Mount {
        kind: String,
        source: String,
        options: String,
        /// Where relative paths in `options` start.
        base: PathBuf,
        /// An empty folder.
        place: PathBuf,
        read_only: bool,
        /// Paths at which something else is mounted while the workload runs.
        without: Vec<PathBuf>,
    },
}

/// The parts of an entered root that cannot be reached.
#[derive(Default)]
pub struct Unmounted {
    pub hidden: Hidden,
    /// Where nothing is that could be hidden.
    pub absent: Vec<PathBuf>,
}

/// From here on `/` is the container's root: no path and no link leads out of it any more.
pub fn enter(root: &Root) -> Outcome<Unmounted> {
    match root {
        Root::Process { pid, cgroup } => enter_process(*pid, cgroup).map(|()| Unmounted::default()),
        Root::Mount { .. } => enter_mount(root),
    }
}

fn enter_process(pid: u32, cgroup: &str) -> Outcome<()> {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    let namespace = open_path(&proc.join("ns/mnt"), OFlag::O_RDONLY)?;
    let root = open_path(&proc.join("root"), OFlag::O_PATH | OFlag::O_DIRECTORY)?;
    // An open descriptor stays that process', even when its number is used again; so the check comes after.
    let membership = fs::read_to_string(proc.join("cgroup")).at(&proc)?;
    if !membership.contains(cgroup) {
        return Err(Failure::new("gone", &proc, "the container has ended"));
    }
    setns(&namespace, CloneFlags::CLONE_NEWNS).at(&proc)?;
    fchdir(&root).at(&proc)?;
    settle()
}

fn enter_mount(root: &Root) -> Outcome<Unmounted> {
    let Root::Mount {
        kind,
        source,
        options,
        base,
        place,
        read_only,
        without,
    } = root
    else {
        return Ok(Unmounted::default());
    };
    unshare(CloneFlags::CLONE_NEWNS).at(place)?;
    let none: Option<&str> = None;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_SLAVE, none).at(Path::new("/"))?;
    // Below the root, as nothing in there may lead to it.
    let cover = match without.as_slice() {
        [] => None,
        _ => Some(Cover::make(place)?),
    };
    std::env::set_current_dir(base).at(base)?;
    let is_bind = kind == "bind";
    let bind = if is_bind {
        MsFlags::MS_BIND | MsFlags::MS_REC
    } else {
        MsFlags::empty()
    };
    let data = if is_bind {
        None
    } else {
        Some(options.as_str())
    };
    mount(
        Some(source.as_str()),
        place,
        Some(kind.as_str()),
        bind,
        data,
    )
    .at(place)?;
    if *read_only {
        let again = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
        mount(none, place, none, again, none).at(place)?;
    }
    let unmounted = match cover {
        Some(cover) => Unmounted {
            absent: cover.lay(place, without)?,
            hidden: cover.hidden,
        },
        None => Unmounted::default(),
    };
    std::env::set_current_dir(place).at(place)?;
    leave_the_rest()?;
    settle()?;
    Ok(unmounted)
}

/// Nothing else stays mounted here: a copy of the mount tree would keep the filesystems of others alive for as long as
/// this takes, and a volume may go to another kernel meanwhile.
fn leave_the_rest() -> Outcome<()> {
    let at = Path::new(".");
    match pivot_root(at, at) {
        // Where the root is the kernel's first one, it cannot be left; what is unmounted there is unmounted here.
        Err(Errno::EINVAL) => return Ok(()),
        other => other.at(at)?,
    }
    // The old root lies on top of the new one now: pivot_root(2), "." twice.
    umount2(at, MntFlags::MNT_DETACH).at(at)
}

fn settle() -> Outcome<()> {
    chroot(".").at(Path::new("/"))?;
    std::env::set_current_dir("/").at(Path::new("/"))
}

fn open_path(path: &Path, how: OFlag) -> Outcome<OwnedFd> {
    open(path, how | OFlag::O_CLOEXEC, Mode::empty()).at(path)
}
