use crate::path::parts;
use crate::settle::Manner;
use std::collections::BTreeMap;

/// An archive may have more folders than memory has room for.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The metadata of folders, set once everything is in them: new entries change their times, and may need their
/// modes. By name; the last description of one counts.
#[derive(Default)]
pub struct Late {
    folders: BTreeMap<Vec<u8>, Manner>,
    bytes: usize,
}

impl Late {
    pub fn add(&mut self, name: Vec<u8>, manner: Manner) {
        self.bytes += name.len() + manner.size_bytes();
        self.folders.insert(name, manner);
    }

    pub fn forget(&mut self, name: &[u8]) {
        self.folders.retain(|known, _| parts(known) != parts(name));
    }

    pub fn is_full(&self) -> bool {
        self.bytes > MOST_BYTES
    }

    /// All of them, what is inside of another one first.
    pub fn take(&mut self) -> impl Iterator<Item = (Vec<u8>, Manner)> {
        self.bytes = 0;
        std::mem::take(&mut self.folders).into_iter().rev()
    }
}
