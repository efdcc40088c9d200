use crate::program;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

const DEVICES: &str = "/sys/devices";
/// Modules that no device asks for, one a line.
const LIST: &str = "/etc/capsule/modules";
const MODPROBE: [&str; 3] = ["/usr/sbin/modprobe", "-abq", "--"];

/// Loads the drivers of all devices that are there, and what the list names. There is no udev: a device that is plugged in
/// later gets none. A name that no module answers to is normal, so how `modprobe` ends says nothing.
pub fn load() -> io::Result<()> {
    let list = fs::read_to_string(LIST)?;
    let mut names: BTreeSet<String> = list.split_whitespace().map(str::to_string).collect();
    collect_aliases(Path::new(DEVICES), &mut names);
    let words = MODPROBE.into_iter().map(str::to_string).chain(names);
    program::run(&words.collect::<Vec<_>>()).map(drop)
}

/// Each device has a file with the name by which modules know it.
fn collect_aliases(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect_aliases(&path, names);
        } else if entry.file_name() == "modalias" {
            let alias = fs::read_to_string(&path).unwrap_or_default();
            names.extend(Some(alias.trim().to_string()).filter(|alias| !alias.is_empty()));
        }
    }
}
