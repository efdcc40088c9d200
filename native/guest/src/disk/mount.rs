use super::plan::{Plan, Root};
use super::{copy_up, filesystem, folder};
use crate::place;
use nix::mount::{mount, MsFlags};
use std::fs;
use std::io;
use std::os::unix::fs::{chown, MetadataExt, PermissionsExt};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// An emulated machine among others takes its time to show a disk.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(3);

/// Mounts all that a payload needs, and fills volumes that are to be filled.
pub fn mount_all(plan: &Plan) -> Result<(), String> {
    match &plan.root {
        Root::Layered { image, writable } => {
            mount_disk(image, place::IMAGE, "erofs", MsFlags::MS_RDONLY)?;
            mount_disk(writable, place::WRITABLE, "ext4", MsFlags::empty())?;
            mount_layers()
                .map_err(|error| format!("cannot join {image} and {writable}: {error}"))?;
        }
        Root::Whole { device } => {
            wait_for(device)?;
            let kind = filesystem::guess(device).map_err(|error| error.to_string())?;
            let is_image = kind == "erofs" || kind == "squashfs";
            let flags = if is_image {
                MsFlags::MS_RDONLY
            } else {
                MsFlags::empty()
            };
            mount_disk(device, place::ROOT, kind, flags)?;
        }
    }
    for volume in &plan.volumes {
        let at = volume.at();
        mount_disk(&volume.device, &at, &volume.filesystem, volume.flags())?;
        if !volume.read_only {
            remove_lost_found(&at)
                .map_err(|error| format!("cannot empty volume {}: {error}", volume.name))?;
        }
        if let (Some(from), false) = (&volume.copy_up_from, volume.read_only) {
            copy_up::fill(Path::new(place::ROOT), from, &at)
                .map_err(|error| format!("cannot fill volume {}: {error}", volume.name))?;
        }
        for folder in &volume.folders {
            folder::bind(&at, folder, !volume.read_only).map_err(|error| {
                let path = folder.path.join("/");
                format!(
                    "cannot mount folder {path} of volume {}: {error}",
                    volume.name
                )
            })?;
        }
    }
    Ok(())
}

fn mount_disk(
    device: &str,
    at: impl AsRef<Path>,
    kind: &str,
    flags: MsFlags,
) -> Result<(), String> {
    wait_for(device)?;
    let at = at.as_ref();
    let failed = |error: io::Error| format!("cannot mount {device} ({kind}): {error}");
    fs::create_dir_all(at).map_err(failed)?;
    let none: Option<&str> = None;
    mount(Some(device), at, Some(kind), flags, none).map_err(|error| failed(error.into()))
}

/// Disks appear one after another.
fn wait_for(device: &str) -> Result<(), String> {
    let start = Instant::now();
    while !Path::new(device).exists() {
        if start.elapsed() > PATIENCE {
            return Err(format!("there is no disk {device}"));
        }
        sleep(PAUSE);
    }
    Ok(())
}

/// Takes an empty `lost+found` out of a volume: of one that an earlier capsule made, or of an image from elsewhere. Files
/// that a check has saved in it stay.
fn remove_lost_found(volume: &Path) -> io::Result<()> {
    let path = volume.join("lost+found");
    let is_of_the_filesystem =
        |meta: &fs::Metadata| meta.is_dir() && meta.uid() == 0 && meta.mode() & 0o7777 == 0o700;
    match fs::symlink_metadata(&path) {
        Ok(meta) if is_of_the_filesystem(&meta) => {}
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    match fs::remove_dir(&path).map_err(|error| error.raw_os_error()) {
        Ok(()) | Err(Some(libc::ENOTEMPTY | libc::ENOSPC | libc::EROFS)) => Ok(()),
        Err(code) => Err(io::Error::from_raw_os_error(code.unwrap_or(libc::EIO))),
    }
}

fn mount_layers() -> io::Result<()> {
    let (upper, work) = (
        Path::new(place::WRITABLE).join("upper"),
        Path::new(place::WRITABLE).join("work"),
    );
    let is_new = !upper.exists();
    fs::create_dir_all(&work)?;
    fs::create_dir_all(&upper)?;
    if is_new {
        // The merged root is as the upper one is.
        let image = fs::metadata(place::IMAGE)?;
        chown(&upper, Some(image.uid()), Some(image.gid()))?;
        fs::set_permissions(&upper, fs::Permissions::from_mode(image.mode() & 0o7777))?;
    }
    fs::create_dir_all(place::ROOT)?;
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        place::IMAGE,
        upper.display(),
        work.display()
    );
    mount(
        Some("overlay"),
        place::ROOT,
        Some("overlay"),
        MsFlags::empty(),
        Some(options.as_str()),
    )?;
    Ok(())
}
