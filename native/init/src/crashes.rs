use capsule_machine::mount_quiet;
use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const PLACE: &str = "/sys/fs/pstore";

/// The records that a kernel left in the firmware when it panicked, oldest first, each as its lines. They are removed: the
/// firmware has little room, and some does not start any more when it is full.
pub fn take() -> io::Result<Vec<String>> {
    mount_quiet("pstore", PLACE, "")?;
    take_all(Path::new(PLACE))
}

/// A record that cannot be read, or not be removed, is a line that says so: it keeps no other one in the firmware.
fn take_all(folder: &Path) -> io::Result<Vec<String>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort_by(|one, other| (order(one), one).cmp(&(order(other), other)));
    let mut lines = Vec::new();
    for path in paths {
        match fs::read(&path) {
            Ok(bytes) => lines.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_string)),
            Err(error) => lines.push(format!("{} cannot be read: {error}", path.display())),
        }
        if let Err(error) = fs::remove_file(&path) {
            lines.push(format!("{} cannot be removed: {error}", path.display()));
        }
    }
    Ok(lines)
}

/// `dmesg-efi_pstore-ID` with ID = (second * 100 + part) * 1000 + count: `generate_id` of efi-pstore.c. The first part of a
/// panic is its last one in time.
fn order(path: &Path) -> (u64, Reverse<u64>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let id: u64 = name
        .rsplit('-')
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default();
    (id / 100_000, Reverse(id / 1000 % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_cannot_be_read_keeps_no_other_one() {
        let folder = std::env::temp_dir().join(format!("capsule-crashes-{}", std::process::id()));
        fs::create_dir_all(folder.join("1-unreadable")).unwrap();
        fs::write(folder.join("2-panic"), "Kernel panic\nnot syncing\n").unwrap();
        let lines = take_all(&folder).unwrap();
        assert!(lines[0].contains("1-unreadable cannot be read"));
        assert!(lines[1].contains("1-unreadable cannot be removed"));
        assert_eq!(lines[2..], ["Kernel panic", "not syncing"]);
        assert!(!folder.join("2-panic").exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_parts_of_each_panic_are_in_their_order_of_time() {
        let mut names = [
            "dmesg-efi_pstore-177000000901001",
            "dmesg-efi_pstore-177000000102001",
            "dmesg-efi_pstore-177000000101001",
            "dmesg-efi_pstore-177000000902001",
        ];
        names.sort_by_key(|name| order(Path::new(name)));
        let ends = names.map(|name| name.get(25..).unwrap_or_default());
        assert_eq!(
            ends,
            ["0102001", "0101001", "0902001", "0901001"].map(|end| end)
        );
    }
}
