use crate::power::is_embedded;
use capsule_machine::is_mounted;
use nix::mount::{mount, MsFlags};
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// A folder of the disk that has a second place, where people and manifests look for it.
struct PermFolder {
    on_disk: &'static str,
    shown_at: &'static str,
    /// Of a new one: an operator may change it.
    mode: u32,
    owner: u32,
}

/// The user of chronyd, which gives up root before it writes.
const CHRONY: u32 = 101;

/// A bind mount each, for a link would lead through /perm, which is root's alone.
const FOLDERS: [PermFolder; 2] = [
    PermFolder {
        on_disk: "/perm/srv",
        shown_at: "/srv",
        mode: 0o755,
        owner: 0,
    },
    PermFolder {
        on_disk: "/perm/kukeon",
        shown_at: "/opt/kukeon",
        mode: 0o750,
        owner: 0,
    },
];

const OF_MACHINES: [PermFolder; 2] = [
    // The identity that a DHCP server knows, and its leases.
    PermFolder {
        on_disk: "/perm/dhcp",
        shown_at: "/var/lib/dhcpcd",
        mode: 0o750,
        owner: 0,
    },
    PermFolder {
        on_disk: "/perm/clock",
        shown_at: "/var/lib/chrony",
        mode: 0o750,
        owner: CHRONY,
    },
];

/// Shows every folder at its second place, and makes the missing ones.
pub fn show_all() -> io::Result<()> {
    if !is_mounted(Path::new("/perm")) {
        return Err(io::Error::other("/perm is not mounted"));
    }
    let of_machines = OF_MACHINES.iter().filter(|_| !is_embedded());
    each(FOLDERS.iter().chain(of_machines), show)
}

/// A folder that fails keeps no other one back: without that of DHCP, a machine loses its address.
fn each<'a>(
    folders: impl Iterator<Item = &'a PermFolder>,
    show: impl Fn(&PermFolder) -> io::Result<()>,
) -> io::Result<()> {
    let failures: Vec<String> = folders
        .filter_map(|folder| Some(format!("{}: {}", folder.shown_at, show(folder).err()?)))
        .collect();
    match failures.is_empty() {
        true => Ok(()),
        false => Err(io::Error::other(failures.join("; "))),
    }
}

fn show(folder: &PermFolder) -> io::Result<()> {
    if is_mounted(Path::new(folder.shown_at)) {
        return Ok(());
    }
    make(folder.on_disk, folder.mode)?;
    std::os::unix::fs::chown(folder.on_disk, Some(folder.owner), None)?;
    make(folder.shown_at, 0o755)?;
    mount(
        Some(folder.on_disk),
        folder.shown_at,
        None::<&str>,
        MsFlags::MS_BIND,
        None::<&str>,
    )?;
    Ok(())
}

fn make(path: &str, mode: u32) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(mode).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn a_folder_that_fails_keeps_no_other_one_back() {
        let shown = RefCell::new(Vec::new());
        let all = FOLDERS.iter().chain(OF_MACHINES.iter());
        let outcome = each(all, |folder| {
            shown.borrow_mut().push(folder.shown_at);
            match folder.shown_at {
                "/srv" => Err(io::Error::other("no space")),
                _ => Ok(()),
            }
        });
        assert_eq!(outcome.unwrap_err().to_string(), "/srv: no space");
        assert_eq!(shown.borrow().len(), FOLDERS.len() + OF_MACHINES.len());
    }
}
