use crate::gen::StartPayloadRequest;
use crate::place;
use nix::mount::MsFlags;
use std::path::PathBuf;

/// The mounts of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub root: Root,
    pub volumes: Vec<Volume>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A writable disk on top of an image.
    Layered { image: String, writable: String },
    /// One disk that holds everything.
    Whole { device: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    pub name: String,
    pub device: String,
    pub filesystem: String,
    pub read_only: bool,
    /// The image's content there fills an empty volume.
    pub copy_up_from: Option<String>,
    pub mount_path: String,
    pub folders: Vec<Folder>,
}

/// A folder of a volume that appears beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    pub name: String,
    /// Plain names, from the volume's root on.
    pub path: Vec<String>,
}

impl Folder {
    pub fn at(&self) -> PathBuf {
        place::folder(&self.name)
    }
}

impl Volume {
    pub fn at(&self) -> PathBuf {
        place::volume(&self.name)
    }

    /// As for a container: devices that an archive or a guest has put there are of no use.
    pub fn flags(&self) -> MsFlags {
        if self.read_only {
            MsFlags::MS_NODEV | MsFlags::MS_RDONLY
        } else {
            MsFlags::MS_NODEV
        }
    }
}

/// Checks what the host asked for.
pub fn plan(request: &StartPayloadRequest) -> Result<Plan, String> {
    let payload = device(&request.payload_block_device)?;
    let root = match request.image_block_device.as_str() {
        "" => Root::Whole { device: payload },
        image => Root::Layered {
            image: device(image)?,
            writable: payload,
        },
    };
    let mut volumes: Vec<Volume> = Vec::new();
    for (index, mount) in request.mounts.iter().enumerate() {
        // An older host has no names.
        let name = match mount.name.as_str() {
            "" => format!("volume-{index}"),
            name => name.to_string(),
        };
        if !place::is_segment(&name) {
            return Err(format!("a volume cannot be named {name:?}"));
        }
        if volumes.iter().any(|other| other.name == name) {
            return Err(format!("two volumes are named {name}"));
        }
        volumes.push(Volume {
            device: device(&mount.device)?,
            filesystem: match mount.fstype.as_str() {
                "" => "ext4".to_string(),
                other => other.to_string(),
            },
            read_only: mount.read_only,
            copy_up_from: mount.copy_up.then(|| mount.mount_path.clone()),
            mount_path: mount.mount_path.clone(),
            folders: mount
                .folders
                .iter()
                .map(|asked| folder(&asked.name, &asked.path))
                .collect::<Result<_, _>>()?,
            name,
        });
    }
    Ok(Plan { root, volumes })
}

fn folder(name: &str, path: &str) -> Result<Folder, String> {
    if !place::is_segment(name) {
        return Err(format!("a folder cannot be named {name:?}"));
    }
    let path: Vec<String> = path.split('/').map(String::from).collect();
    match path.iter().find(|part| !place::is_segment(part)) {
        Some(part) => Err(format!("{part:?} is no part of the path of a folder")),
        None => Ok(Folder {
            name: name.to_string(),
            path,
        }),
    }
}

fn device(path: &str) -> Result<String, String> {
    let name = path.strip_prefix("/dev/");
    match name.filter(|name| place::is_segment(name)) {
        Some(_) => Ok(path.to_string()),
        None => Err(format!("{path:?} is no block device")),
    }
}

#[cfg(test)]
#[path = "plan_test.rs"]
mod tests;
