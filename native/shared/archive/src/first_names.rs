use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// Files with several names that were packed, by device and inode: a next name becomes a link to the first.
#[derive(Default)]
pub(crate) struct FirstNames {
    seen: HashMap<(u64, u64), Several>,
}

/// The first name, and how many are still to come.
struct Several {
    first: Vec<u8>,
    left: u64,
}

impl FirstNames {
    /// The name under which this file is in the archive already. Each call stands for one more name.
    pub fn find(&mut self, meta: &Metadata) -> Option<Vec<u8>> {
        let key = (meta.dev(), meta.ino());
        let several = self.seen.get_mut(&key)?;
        several.left = several.left.saturating_sub(1);
        let first = several.first.clone();
        if several.left == 0 {
            self.seen.remove(&key);
        }
        Some(first)
    }

    /// After a file was added, and not before: a link leads to what is there.
    pub fn keep(&mut self, meta: &Metadata, name: &[u8]) {
        if meta.nlink() > 1 {
            let several = Several {
                first: name.to_vec(),
                left: meta.nlink() - 1,
            };
            self.seen.insert((meta.dev(), meta.ino()), several);
        }
    }
}
