use capsule_archive::failure::{At, Outcome};
use capsule_archive::hidden::Hidden;
use nix::errno::Errno;
use nix::fcntl::{open, openat2, OFlag, OpenHow, ResolveFlag};
use nix::mount::{mount, MsFlags};
use nix::sys::stat::{fstat, Mode};
use std::fs::{self, File};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

/// An empty folder and an empty file of a read-only filesystem. They lie where a workload mounts
/// something while it runs, so that no link and no name leads to what is below.
pub struct Cover {
    folder: OwnedFd,
    file: OwnedFd,
    pub hidden: Hidden,
}

const FOUND: OFlag = OFlag::O_PATH.union(OFlag::O_CLOEXEC);

impl Cover {
    /// Of an empty folder, which it takes until something else is mounted there.
    pub fn make(place: &Path) -> Outcome<Cover> {
        let none: Option<&str> = None;
        let kind = Some("tmpfs");
        mount(kind, place, kind, MsFlags::empty(), Some("size=64k")).at(place)?;
        let (folder, file) = (place.join("folder"), place.join("file"));
        fs::create_dir(&folder).at(&folder)?;
        File::create(&file).at(&file)?;
        let again = MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        mount(none, place, none, again, none).at(place)?;
        let folder = open(&folder, FOUND, Mode::empty()).at(&folder)?;
        let file = open(&file, FOUND, Mode::empty()).at(&file)?;
        let hidden = Hidden::behind(fstat(&folder).at(place)?.st_dev);
        Ok(Cover {
            folder,
            file,
            hidden,
        })
    }

    /// Lays it over paths of a root, whose links are followed inside of it. Answers the paths at which nothing is.
    pub fn lay(&self, root: &Path, paths: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
        let root = open(root, FOUND | OFlag::O_DIRECTORY, Mode::empty()).at(root)?;
        let how = OpenHow::new()
            .flags(FOUND)
            .resolve(ResolveFlag::RESOLVE_IN_ROOT);
        let mut absent = Vec::new();
        for path in paths {
            let found = match openat2(&root, path, how) {
                Err(Errno::ENOENT | Errno::ENOTDIR) => {
                    absent.push(path.clone());
                    continue;
                }
                other => other.at(path)?,
            };
            let is_folder = fstat(&found).at(path)?.st_mode & libc::S_IFMT == libc::S_IFDIR;
            let cover = if is_folder { &self.folder } else { &self.file };
            let none: Option<&str> = None;
            let bind = MsFlags::MS_BIND;
            mount(Some(&name(cover)), &name(&found), none, bind, none).at(path)?;
        }
        Ok(absent)
    }
}

fn name(found: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", found.as_raw_fd()))
}
