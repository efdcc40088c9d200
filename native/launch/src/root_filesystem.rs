use crate::arguments::Launch;
use crate::devices;
use crate::failure::{Doing, Failure};
use nix::mount::{mount, umount2, MntFlags, MsFlags};
use nix::unistd::{chdir, pivot_root};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where the root is put together: a directory every host has, covered in our mount namespace only.
const SCRATCH: &str = "/tmp";

/// Puts the capsule's root together and makes it this process' root. The layers stay read-only:
/// what is written to the root goes to a tmpfs that ends with the capsule.
pub fn enter(launch: &Launch) -> Result<(), Failure> {
    mount(
        None::<&Path>,
        "/",
        None::<&str>,
        MsFlags::MS_REC | MsFlags::MS_PRIVATE,
        None::<&str>,
    )
    .doing("make mounts private")?;
    // Opened before anything is covered; used by descriptor, so that no path needs escaping.
    let lower = launch
        .lower
        .iter()
        .map(|path| Place::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    let perm = Place::open(&launch.perm)?;
    let run = Place::open(&launch.run)?;
    let resolv_conf = launch.resolv_conf.as_deref().map(Place::open).transpose()?;

    let root = mount_root(&lower)?;
    mount_tmpfs(&directory(&root, "run", 0o755)?, "mode=0755")?;
    bind(&run, &directory(&root, "run/capsule", 0o755)?)?;
    bind(&perm, &directory(&root, "perm", 0o755)?)?;
    if let Some(file) = &resolv_conf {
        directory(&root, "etc", 0o755)?;
        bind(file, &fresh_file(&root.join("etc/resolv.conf"))?)?;
    }
    for name in ["proc", "sys", "tmp"] {
        directory(&root, name, 0o755)?;
    }
    let dev = directory(&root, "dev", 0o755)?;
    mount_tmpfs(&dev, "mode=0755")?;
    devices::make(&dev)?;
    switch(&root)
}

fn mount_root(lower: &[Place]) -> Result<PathBuf, Failure> {
    let scratch = Path::new(SCRATCH);
    mount_tmpfs(scratch, "mode=0755")?;
    let upper = directory(scratch, "upper", 0o755)?;
    let work = directory(scratch, "work", 0o755)?;
    let root = directory(scratch, "root", 0o755)?;
    let layers: Vec<String> = lower.iter().map(Place::by_descriptor).collect();
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        layers.join(":"),
        upper.display(),
        work.display()
    );
    mount(
        Some("capsule"),
        &root,
        Some("overlay"),
        MsFlags::empty(),
        Some(options.as_str()),
    )
    .doing("mount the overlay root")?;
    Ok(root)
}

fn switch(root: &Path) -> Result<(), Failure> {
    let doing = || "make the capsule's root the root".to_string();
    chdir(root).doing(doing())?;
    // The old root ends up on top of the new one, and goes.
    pivot_root(".", ".").doing(doing())?;
    umount2(".", MntFlags::MNT_DETACH).doing("leave the host's root")?;
    chdir("/").doing(doing())
}

/// A file or directory of the host.
struct Place {
    path: PathBuf,
    file: File,
}

impl Place {
    fn open(path: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_PATH)
            .open(path)
            .doing(format!("open {}", path.display()))?;
        Ok(Place {
            path: path.to_path_buf(),
            file,
        })
    }

    fn by_descriptor(&self) -> String {
        format!("/proc/self/fd/{}", self.file.as_raw_fd())
    }
}

fn bind(from: &Place, to: &Path) -> Result<(), Failure> {
    mount(
        Some(from.by_descriptor().as_str()),
        to,
        None::<&str>,
        MsFlags::MS_BIND | MsFlags::MS_REC,
        None::<&str>,
    )
    .doing(format!("bind {} to {}", from.path.display(), to.display()))
}

fn mount_tmpfs(at: &Path, options: &str) -> Result<(), Failure> {
    mount(
        Some("tmpfs"),
        at,
        Some("tmpfs"),
        MsFlags::MS_NOSUID,
        Some(options),
    )
    .doing(format!("mount a tmpfs on {}", at.display()))
}

/// The directory, made where the layers lack it.
fn directory(root: &Path, name: &str, mode: u32) -> Result<PathBuf, Failure> {
    let path = root.join(name);
    match DirBuilder::new().mode(mode).create(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(path),
        other => other
            .doing(format!("make {}", path.display()))
            .map(|()| path),
    }
}

/// An empty file in place of whatever is there: a link would lead the mount astray.
fn fresh_file(path: &Path) -> Result<PathBuf, Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).doing(format!("remove {}", path.display()))
        }
        _ => {}
    }
    File::create_new(path)
        .doing(format!("make {}", path.display()))
        .map(|_| path.to_path_buf())
}
