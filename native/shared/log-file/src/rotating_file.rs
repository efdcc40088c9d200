use crate::rotation::{plan_rotation, Step};
use crate::Limits;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A file of records that is renamed to `path.1` when it is full; the next one is a new inode, so
/// that a reader which follows by inode sees the change. One process writes it at a time.
#[derive(Debug)]
pub struct RotatingFile {
    path: PathBuf,
    limits: Limits,
    file: File,
    size: u64,
    /// A writer died in the middle of a record; the next record begins on a fresh line.
    torn: bool,
}

impl RotatingFile {
    /// Opens `path` for appending; creates it (0640) and missing parents (0750).
    pub fn open(path: &Path, limits: Limits) -> io::Result<Self> {
        if let Some(parent) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o750)
                .create(parent)?;
        }
        let mut file = open_append(path)?;
        let size = file.seek(SeekFrom::End(0))?;
        let torn = size > 0 && last_byte(&file, size)? != b'\n';
        Ok(RotatingFile {
            path: path.to_path_buf(),
            limits,
            file,
            size,
            torn,
        })
    }

    /// Appends one record, which ends in a line feed, by one write; rotates before it when it would
    /// not fit. On an error nothing of the record is left in the file.
    pub fn append(&mut self, record: &[u8]) -> io::Result<()> {
        if self.size > 0 && self.size + record.len() as u64 > self.limits.max_bytes {
            // A log that cannot rotate goes on in the old file: too long is better than lost.
            // The next record tries again.
            let _ = self.rotate();
        }
        if self.torn {
            return self.write_whole(&[b"\n", record].concat());
        }
        self.write_whole(record)
    }

    fn write_whole(&mut self, bytes: &[u8]) -> io::Result<()> {
        let result = loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        match result {
            Ok(written) if written == bytes.len() => {
                self.size += written as u64;
                self.torn = false;
                Ok(())
            }
            Ok(written) => {
                self.take_back(written as u64);
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            Err(error) => Err(error),
        }
    }

    /// The disk filled up in the middle of a record: removes its beginning, unless another writer
    /// (of the same container, still draining) has appended behind it.
    fn take_back(&mut self, written: u64) {
        let end = self.file.metadata().map(|metadata| metadata.len());
        let ours = end.is_ok_and(|end| end == self.size + written);
        if !ours || self.file.set_len(self.size).is_err() {
            self.size += written;
            self.torn = true;
        }
    }

    fn rotate(&mut self) -> io::Result<()> {
        // Another process may have moved the file, or an earlier rotation stopped half-way: then the
        // name is free already and shifting again would push good files out.
        if self.is_still_at_path() {
            for step in plan_rotation(&self.path, self.limits, Path::exists) {
                match step {
                    Step::Rename { from, to } => fs::rename(from, to)?,
                    Step::Remove(path) => fs::remove_file(path)?,
                }
            }
        }
        let file = open_append(&self.path)?;
        self.size = file.metadata()?.len();
        self.file = file;
        self.torn = false;
        Ok(())
    }

    fn is_still_at_path(&self) -> bool {
        let ours = self.file.metadata();
        let named = fs::symlink_metadata(&self.path);
        match (ours, named) {
            (Ok(ours), Ok(named)) => ours.ino() == named.ino() && ours.dev() == named.dev(),
            _ => false,
        }
    }
}

fn open_append(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o640)
        .open(path)
}

fn last_byte(file: &File, size: u64) -> io::Result<u8> {
    let mut byte = [0];
    file.read_exact_at(&mut byte, size - 1)?;
    Ok(u8::from_ne_bytes(byte))
}

#[cfg(test)]
#[path = "rotating_file_test.rs"]
mod tests;
