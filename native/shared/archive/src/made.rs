use nix::sys::stat::FileStat;
use std::collections::HashSet;

/// Nine megabytes: a small machine has to have the room. Later entries count as entries that were there before.
const MOST: usize = 200_000;

/// Files and links that an archive has brought, by device and inode.
#[derive(Default)]
pub(crate) struct Made(HashSet<(u64, u64)>);

impl Made {
    pub fn keep(&mut self, stat: &FileStat) {
        if self.0.len() < MOST {
            self.0.insert((stat.st_dev, stat.st_ino));
        }
    }

    pub fn has(&self, stat: &FileStat) -> bool {
        self.0.contains(&(stat.st_dev, stat.st_ino))
    }
}
