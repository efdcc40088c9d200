use crate::gpt::{Guid, Header};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

const BLOCK: &str = "/sys/class/block";
/// Disks behind USB appear seconds after their controller.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// The unit of sizes in sysfs, whatever the disk's own.
const SECTOR: u64 = 512;

/// Waits for the partition `wanted` of the disk that has the partition `sibling`: all capsules call their slots alike, and
/// a second one may be in the same machine.
pub fn find(sibling: &Guid, wanted: &Guid) -> Result<PathBuf, String> {
    let until = Instant::now() + PATIENCE;
    loop {
        let why = match look(sibling, wanted) {
            Ok(found) => return Ok(found),
            Err(why) => why,
        };
        if Instant::now() >= until {
            return Err(why);
        }
        sleep(LOOK_AGAIN);
    }
}

fn look(sibling: &Guid, wanted: &Guid) -> Result<PathBuf, String> {
    let disks = disks().map_err(|error| format!("cannot list disks: {error}"))?;
    let mut own = disks
        .iter()
        .filter_map(|disk| Some((disk, partitions(disk)?)))
        .filter(|(_, partitions)| partitions.contains(sibling));
    let (disk, partitions) = own
        .next()
        .ok_or_else(|| format!("no disk has partition {sibling}, which was started"))?;
    if let Some((other, _)) = own.next() {
        return Err(format!(
            "{disk} and {other} are copies of one disk: both have partition {sibling}; remove one"
        ));
    }
    let at = partitions.iter().position(|guid| guid == wanted);
    let at = at.ok_or_else(|| format!("{disk} has no partition {wanted}"))?;
    partition_device(disk, at + 1).ok_or_else(|| format!("{disk} has no device for {wanted} yet"))
}

/// Names of whole disks.
fn disks() -> io::Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(BLOCK)?
        .flatten()
        .filter(|entry| !entry.path().join("partition").exists())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

/// Of the table at the beginning of the disk, or else of its copy at the end. `None` for a disk without one.
fn partitions(disk: &str) -> Option<Vec<Guid>> {
    let sys = Path::new(BLOCK).join(disk);
    let number = |file: &str| -> Option<u64> {
        let text = fs::read_to_string(sys.join(file)).ok()?;
        text.trim().parse().ok()
    };
    let block_bytes = number("queue/logical_block_size")?;
    let last = (number("size")? * SECTOR / block_bytes).checked_sub(1)?;
    let file = File::open(Path::new("/dev").join(disk)).ok()?;
    [1, last]
        .into_iter()
        .find_map(|at| read_table(&file, at, block_bytes))
}

fn read_table(file: &File, at: u64, block_bytes: u64) -> Option<Vec<Guid>> {
    let mut block = vec![0; usize::try_from(block_bytes).ok()?];
    file.read_exact_at(&mut block, at * block_bytes).ok()?;
    let header = Header::parse(&block)?;
    let mut entries = vec![0; usize::try_from(header.entry_count * header.entry_bytes).ok()?];
    file.read_exact_at(&mut entries, header.entries_at.checked_mul(block_bytes)?)
        .ok()?;
    header.partitions(&entries)
}

fn partition_device(disk: &str, number: usize) -> Option<PathBuf> {
    let entries = fs::read_dir(Path::new(BLOCK).join(disk)).ok()?;
    let partition = entries.flatten().find(|entry| {
        fs::read_to_string(entry.path().join("partition"))
            .is_ok_and(|text| text.trim() == number.to_string())
    })?;
    let device = Path::new("/dev").join(partition.file_name());
    device.exists().then_some(device)
}
