use crate::failure::{At, Failure, Outcome};
use std::collections::HashMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use tar::{Builder, EntryType, Header};

/// Writes a file or a folder with all in it as a tar archive. The first entry is named after the last
/// part of the path; `.` for the root and for a path that ends in `/.`.
pub fn pack(path: &str, output: impl Write) -> Outcome<()> {
    let whole = Path::new(path);
    let is_content = path == "/" || path.ends_with("/.") || path.ends_with("/");
    // A path that ends in a slash means what a link there leads to.
    let (start, name) = if is_content {
        (fs::canonicalize(whole).at(whole)?, PathBuf::from("."))
    } else {
        (whole.to_path_buf(), last_part(whole)?)
    };
    if is_content && !start.is_dir() {
        return Err(Failure::new("not-a-folder", whole, "it is no folder"));
    }
    let name = if path.ends_with("/.") || path == "/" {
        name
    } else {
        last_part(&start)?
    };
    let mut packer = Packer {
        archive: Builder::new(output),
        seen: HashMap::new(),
    };
    packer.archive.follow_symlinks(false);
    packer.add(&start, &name)?;
    let mut output = packer.archive.into_inner().at(whole)?;
    output.flush().at(whole)
}

fn last_part(path: &Path) -> Outcome<PathBuf> {
    match path.components().next_back() {
        Some(Component::Normal(name)) => Ok(PathBuf::from(name)),
        _ => Ok(PathBuf::from(".")),
    }
}

struct Packer<W: Write> {
    archive: Builder<W>,
    /// Files with several names, by device and inode: the second name becomes a link to the first.
    seen: HashMap<(u64, u64), PathBuf>,
}

impl<W: Write> Packer<W> {
    fn add(&mut self, path: &Path, name: &Path) -> Outcome<()> {
        let meta = fs::symlink_metadata(path).at(path)?;
        let kind = meta.file_type();
        let mut header = describe(&meta);
        if kind.is_dir() {
            header.set_entry_type(EntryType::Directory);
            self.append(&mut header, path, &name.join(""), io::empty())?;
            return self.add_children(path, name);
        }
        if kind.is_symlink() {
            let target = fs::read_link(path).at(path)?;
            header.set_entry_type(EntryType::Symlink);
            return self.archive.append_link(&mut header, name, target).at(path);
        }
        if kind.is_fifo() || kind.is_char_device() || kind.is_block_device() {
            return self.add_special(&mut header, &meta, path, name);
        }
        // A socket is of no use elsewhere, and tar has no word for it.
        if kind.is_socket() {
            return Ok(());
        }
        self.add_file(&mut header, &meta, path, name)
    }

    fn add_children(&mut self, path: &Path, name: &Path) -> Outcome<()> {
        for entry in fs::read_dir(path).at(path)? {
            let entry = entry.at(path)?;
            match self.add(&entry.path(), &name.join(entry.file_name())) {
                // Removed while we walk: as if it had been before.
                Err(failure) if failure.code == "missing" => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn add_special(
        &mut self,
        header: &mut Header,
        meta: &Metadata,
        path: &Path,
        name: &Path,
    ) -> Outcome<()> {
        let kind = meta.file_type();
        header.set_entry_type(if kind.is_fifo() {
            EntryType::Fifo
        } else if kind.is_char_device() {
            EntryType::Char
        } else {
            EntryType::Block
        });
        header
            .set_device_major(libc::major(meta.rdev()) as u32)
            .at(path)?;
        header
            .set_device_minor(libc::minor(meta.rdev()) as u32)
            .at(path)?;
        self.append(header, path, name, io::empty())
    }

    fn add_file(
        &mut self,
        header: &mut Header,
        meta: &Metadata,
        path: &Path,
        name: &Path,
    ) -> Outcome<()> {
        if meta.nlink() > 1 {
            let key = (meta.dev(), meta.ino());
            if let Some(first) = self.seen.get(&key).cloned() {
                header.set_entry_type(EntryType::Link);
                header.set_size(0);
                return self.archive.append_link(header, name, first).at(path);
            }
            self.seen.insert(key, name.to_path_buf());
        }
        // Between the look and the opening it may have become a link or a pipe.
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(path)
            .at(path)?;
        let meta = file.metadata().at(path)?;
        if !meta.is_file() {
            return Ok(());
        }
        *header = describe(&meta);
        header.set_entry_type(EntryType::Regular);
        header.set_size(meta.len());
        self.append(
            header,
            path,
            name,
            Exactly {
                file,
                left: meta.len(),
            },
        )
    }

    fn append(
        &mut self,
        header: &mut Header,
        path: &Path,
        name: &Path,
        data: impl Read,
    ) -> Outcome<()> {
        self.archive.append_data(header, name, data).at(path)
    }
}

fn describe(meta: &Metadata) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(0);
    header.set_mode(meta.mode() & 0o7777);
    header.set_uid(u64::from(meta.uid()));
    header.set_gid(u64::from(meta.gid()));
    header.set_mtime(u64::try_from(meta.mtime()).unwrap_or(0));
    header
}

/// As many bytes as were promised, whatever happens to the file meanwhile: what is missing reads as zeros.
struct Exactly {
    file: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(part) = buffer.get_mut(..most) else {
            return Ok(0);
        };
        let mut count = self.file.read(part)?;
        if count == 0 {
            part.fill(0);
            count = most;
        }
        self.left -= count as u64;
        Ok(count)
    }
}
