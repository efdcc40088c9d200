use super::config::{parse_disk, Boot, MAGIC};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(3);
const MOST_BYTES: u64 = 64 * 1024;

/// Finds the disk that begins with the magic. Disks appear one after another, so it looks again.
pub fn read() -> Result<Boot, String> {
    let start = Instant::now();
    loop {
        if let Some(bytes) = disks().iter().find_map(|name| read_from(name)) {
            return parse_disk(&bytes).map_err(|error| format!("the boot configuration: {error}"));
        }
        if start.elapsed() > PATIENCE {
            let seen = disks().join(" ");
            return Err(format!("no disk holds a boot configuration; disks: {seen}"));
        }
        sleep(PAUSE);
    }
}

fn disks() -> Vec<String> {
    let entries = fs::read_dir("/sys/block").into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with("vd"))
        .collect();
    names.sort();
    names
}

fn read_from(name: &str) -> Option<Vec<u8>> {
    // A payload can write a magic on the disks that it may write to.
    let read_only = fs::read_to_string(Path::new("/sys/block").join(name).join("ro")).ok()?;
    if read_only.trim() != "1" {
        return None;
    }
    let mut bytes = Vec::new();
    let disk = File::open(Path::new("/dev").join(name)).ok()?;
    disk.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    bytes.starts_with(MAGIC).then_some(bytes)
}
