use super::plan::Folder;
use nix::errno::Errno;
use nix::fcntl::{openat2, OFlag, OpenHow, ResolveFlag};
use nix::mount::{mount, MsFlags};
use nix::sys::stat::{fchmod, fstat, mkdirat, Mode};
use nix::unistd::{fchown, Gid, Uid};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

/// Makes a folder of a volume appear in its place. One that is missing is made where that may be, as the folder
/// that holds it is.
pub fn bind(volume: &Path, folder: &Folder, may_make: bool) -> io::Result<()> {
    let opened = open(volume, &folder.path, may_make)?;
    let at = folder.at();
    fs::create_dir_all(&at)?;
    let source = format!("/proc/self/fd/{}", opened.as_raw_fd());
    let none: Option<&str> = None;
    mount(Some(source.as_str()), &at, none, MsFlags::MS_BIND, none)?;
    Ok(())
}

/// Each step is taken from the folder before it and follows no link, so none leads out of the volume.
fn open(volume: &Path, path: &[String], may_make: bool) -> io::Result<OwnedFd> {
    let mut folder = OwnedFd::from(File::open(volume)?);
    for name in path {
        folder = open_below(&folder, name, may_make).map_err(|error| explain(name, error))?;
    }
    Ok(folder)
}

fn open_below(folder: &OwnedFd, name: &str, may_make: bool) -> Result<OwnedFd, Errno> {
    match open_one(folder, name) {
        Err(Errno::ENOENT) if may_make => {}
        other => return other,
    }
    mkdirat(folder, name, Mode::S_IRWXU)?;
    let made = open_one(folder, name)?;
    let holder = fstat(folder)?;
    fchown(
        &made,
        Some(Uid::from_raw(holder.st_uid)),
        Some(Gid::from_raw(holder.st_gid)),
    )?;
    fchmod(&made, Mode::from_bits_truncate(holder.st_mode & 0o7777))?;
    Ok(made)
}

fn open_one(folder: &OwnedFd, name: &str) -> Result<OwnedFd, Errno> {
    let how = OpenHow::new()
        .flags(OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS);
    openat2(folder, name, how)
}

fn explain(name: &str, error: Errno) -> io::Error {
    let problem = match error {
        Errno::ELOOP => "is a link".to_string(),
        Errno::ENOTDIR => "is a link or no folder".to_string(),
        Errno::ENOENT => {
            "is missing, and is not made in a volume that is mounted read-only".to_string()
        }
        other => other.desc().to_string(),
    };
    io::Error::new(io::Error::from(error).kind(), format!("{name} {problem}"))
}

#[cfg(test)]
mod tests {
    use super::open;
    use std::fs;
    use std::os::unix::fs::{symlink, MetadataExt, PermissionsExt};

    #[test]
    fn a_folder_is_made_as_its_holder_is_and_no_link_is_followed() {
        let volume = std::env::temp_dir().join(format!("capsule-folder-{}", std::process::id()));
        let _ = fs::remove_dir_all(&volume);
        fs::create_dir_all(volume.join("inside")).unwrap();
        fs::set_permissions(&volume, fs::Permissions::from_mode(0o2775)).unwrap();
        let path = |text: &str| text.split('/').map(String::from).collect::<Vec<_>>();

        assert!(open(&volume, &path("a/b"), false).is_err());
        open(&volume, &path("a/b"), true).unwrap();
        open(&volume, &path("a/b"), false).unwrap();
        assert_eq!(
            fs::metadata(volume.join("a/b")).unwrap().mode() & 0o7777,
            0o2775
        );

        symlink("/etc", volume.join("out")).unwrap();
        symlink("inside", volume.join("in")).unwrap();
        fs::write(volume.join("file"), "").unwrap();
        for bad in ["out", "out/sub", "in", "in/sub", "file", "file/sub"] {
            let error = open(&volume, &path(bad), true).unwrap_err();
            assert!(error.to_string().contains("link"), "{bad}: {error}");
        }
        assert!(!volume.join("inside/sub").exists());
        fs::remove_dir_all(&volume).unwrap();
    }
}
