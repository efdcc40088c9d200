use crate::failure::{At, Failure, Outcome};
use nix::fcntl::AT_FDCWD;
use nix::sys::stat::{utimensat, Mode, UtimensatFlags};
use nix::sys::time::TimeSpec;
use nix::unistd::{fchownat, mkfifo, Gid, Uid};
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{symlink, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Entry, EntryType};

/// Whom the unpacked files belong to.
#[derive(Clone, Copy, PartialEq)]
pub enum Owner {
    Root,
    /// Whom the archive names.
    Kept,
    /// The same, and the folder that is unpacked into becomes as the archive's own first folder is.
    KeptOfTarget,
}

/// Unpacks a tar archive in a folder, which is made where it is missing. Links lead where they lead, which
/// is never out of the root that we are in; names that point upwards are refused all the same.
pub fn unpack(path: &str, owner: Owner, input: impl Read) -> Outcome<()> {
    let target = PathBuf::from(path);
    fs::create_dir_all(&target).at(&target)?;
    let mut unpacker = Unpacker {
        target,
        owner,
        folders: Vec::new(),
    };
    let mut archive = Archive::new(input);
    let entries = archive
        .entries()
        .map_err(|error| damaged(Path::new(path), &error))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| damaged(Path::new(path), &error))?;
        unpacker.add(&mut entry)?;
    }
    unpacker.finish()
}

/// A broken pipe or a short read is the archive's fault; the disk's are told by `At`.
fn damaged(path: &Path, error: &io::Error) -> Failure {
    Failure::new("damaged", path, error)
}

struct Unpacker {
    target: PathBuf,
    owner: Owner,
    /// Their times and modes are set last: what is put into them changes the one and may need the other.
    folders: Vec<(PathBuf, u32, i64)>,
}

impl Unpacker {
    fn add<R: Read>(&mut self, entry: &mut Entry<R>) -> Outcome<()> {
        let name = entry
            .path()
            .map_err(|error| damaged(&self.target, &error))?
            .into_owned();
        let relative = inside(&name)?;
        let path = self.target.join(&relative);
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).at(parent)?;
        }
        match kind {
            EntryType::Directory => self.add_folder(entry, &path),
            EntryType::Regular | EntryType::Continuous => {
                make_way(&path)?;
                write_file(entry, &path)?;
                self.settle(entry, &path)
            }
            EntryType::Symlink => {
                make_way(&path)?;
                symlink(link_of(entry, &path)?, &path).at(&path)?;
                self.own(entry, &path)?;
                set_time(&path, mtime(entry))
            }
            EntryType::Link => {
                let first = self.target.join(inside(&link_of(entry, &path)?)?);
                // Two names that mean the same file: making way for the one would remove the other.
                if first != path {
                    make_way(&path)?;
                }
                match fs::hard_link(&first, &path) {
                    Err(error) if first == path && error.kind() == io::ErrorKind::AlreadyExists => {
                        Ok(())
                    }
                    done => done.at(&path),
                }
            }
            EntryType::Fifo => {
                make_way(&path)?;
                mkfifo(&path, Mode::from_bits_truncate(0o600)).at(&path)?;
                self.settle(entry, &path)
            }
            EntryType::Char | EntryType::Block => Err(Failure::new(
                "refused",
                &name,
                "an archive may not bring devices",
            )),
            _ => Err(Failure::new(
                "refused",
                &name,
                "an entry of this kind is not supported",
            )),
        }
    }

    fn add_folder<R: Read>(&mut self, entry: &Entry<R>, path: &Path) -> Outcome<()> {
        // A link to a folder stays one: that is what stands there.
        let is_new = !path.is_dir();
        if is_new {
            make_way(path)?;
            fs::create_dir(path).at(path)?;
        }
        // The folder that is copied into keeps what it is.
        let is_target = path == self.target.join("") || path == self.target;
        if is_target && self.owner != Owner::KeptOfTarget {
            return Ok(());
        }
        self.own(entry, path)?;
        self.folders
            .push((path.to_path_buf(), mode(entry), mtime(entry)));
        Ok(())
    }

    fn settle<R: Read>(&self, entry: &Entry<R>, path: &Path) -> Outcome<()> {
        // Before the mode: a change of owner takes set-id bits away.
        self.own(entry, path)?;
        fs::set_permissions(path, Permissions::from_mode(mode(entry))).at(path)?;
        set_time(path, mtime(entry))
    }

    fn own<R: Read>(&self, entry: &Entry<R>, path: &Path) -> Outcome<()> {
        let id = |given: io::Result<u64>| {
            let number = given
                .ok()
                .filter(|_| self.owner != Owner::Root)
                .unwrap_or(0);
            u32::try_from(number).unwrap_or(0)
        };
        let uid = Uid::from_raw(id(entry.header().uid()));
        let gid = Gid::from_raw(id(entry.header().gid()));
        fchownat(
            AT_FDCWD,
            path,
            Some(uid),
            Some(gid),
            nix::fcntl::AtFlags::AT_SYMLINK_NOFOLLOW,
        )
        .at(path)
    }

    fn finish(self) -> Outcome<()> {
        for (path, mode, mtime) in self.folders.iter().rev() {
            fs::set_permissions(path, Permissions::from_mode(*mode)).at(path)?;
            set_time(path, *mtime)?;
        }
        Ok(())
    }
}

/// The path without its root; one that points upwards is refused.
fn inside(name: &Path) -> Outcome<PathBuf> {
    let mut kept = PathBuf::new();
    for part in name.components() {
        match part {
            Component::Normal(word) => kept.push(word),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            Component::ParentDir => {
                return Err(Failure::new(
                    "refused",
                    name,
                    "a name in an archive may not lead upwards",
                ))
            }
        }
    }
    Ok(kept)
}

/// Takes away what stands at the place of something that is not a folder. A folder stays, and is in the way.
fn make_way(path: &Path) -> Outcome<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => Err(Failure::new("a-folder", path, "a folder is in the way")),
        Ok(_) => fs::remove_file(path).at(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::io(path, &error)),
    }
}

fn write_file<R: Read>(entry: &mut Entry<R>, path: &Path) -> Outcome<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)
        .at(path)?;
    let size = entry.size();
    let copied = io::copy(entry, &mut file).map_err(|error| match error.raw_os_error() {
        Some(_) => Failure::io(path, &error),
        None => damaged(path, &error),
    })?;
    if copied != size {
        return Err(Failure::new(
            "damaged",
            path,
            "the archive ends in the middle of it",
        ));
    }
    Ok(())
}

fn link_of<R: Read>(entry: &Entry<R>, path: &Path) -> Outcome<PathBuf> {
    let link = entry.link_name().map_err(|error| damaged(path, &error))?;
    link.map(|target| target.into_owned())
        .ok_or_else(|| Failure::new("damaged", path, "a link without a target"))
}

fn mode<R: Read>(entry: &Entry<R>) -> u32 {
    entry.header().mode().unwrap_or(0o644) & 0o7777
}

fn mtime<R: Read>(entry: &Entry<R>) -> i64 {
    i64::try_from(entry.header().mtime().unwrap_or(0)).unwrap_or(0)
}

fn set_time(path: &Path, seconds: i64) -> Outcome<()> {
    let time = TimeSpec::new(seconds, 0);
    utimensat(
        AT_FDCWD,
        path,
        &time,
        &time,
        UtimensatFlags::NoFollowSymlink,
    )
    .at(path)
}
