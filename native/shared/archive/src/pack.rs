use crate::attributes;
use crate::content::{self, PieceFailure};
use crate::entry::{Entry, Kind, Segment};
use crate::extents;
use crate::failure::{At, Failure, Outcome};
use crate::first_names::FirstNames;
use crate::hidden::Hidden;
use crate::lost_and_found::is_lost_and_found;
use crate::path::MOST_NAME_BYTES;
use crate::reopen::Reopen;
use crate::start::{find_start, Start};
use crate::time::Time;
use crate::warnings::Warnings;
use crate::writer::Writer;
use nix::dir::{Dir, OwningIter};
use nix::fcntl::{open, OFlag};
use nix::sys::stat::Mode;
use nix::unistd::fchdir;
use std::ffi::{CStr, OsStr};
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// Smaller files are read before they are described: then their size is what was read.
const BUFFER_BYTES: usize = 256 * 1024;

/// The path of a failure to write the archive.
pub const OUTPUT: &str = "output";

/// The source of a pack.
pub struct Pack<'a> {
    /// A file or a folder with all in it; its content alone where the path ends in a slash or `/.`.
    pub path: &'a Path,
    /// A remark on the whole archive.
    pub comment: Option<&'a str>,
    /// Names at the top that stay out.
    pub left_out: &'a [&'a str],
    /// Whether times of access are written.
    pub keeps_access: bool,
    /// Fails with what is in it.
    pub hidden: Hidden,
    pub reopen: &'a Reopen,
}

/// Writes a file or a folder with all in it as a tar archive. The first entry is named after the last part of
/// the path; `.` for the root and for a path that ends in `/.`. The same tree gives the same bytes. Sockets
/// are left out with a warning, as are files of the kernel that cannot be read. The thread's present folder is changed:
/// paths may be longer than the kernel takes at once.
pub fn pack<W: Write>(what: &Pack, output: W, warnings: &mut Warnings) -> Outcome<W> {
    let Start { parent, leaf, name } = find_start(what.path)?;
    let mut writer = Writer::new(output);
    if let Some(comment) = what.comment {
        writer.comment(comment).map_err(unwritten)?;
    }
    let mut packer = Packer {
        writer,
        reopen: what.reopen,
        keeps_access: what.keeps_access,
        first_names: FirstNames::default(),
        hidden: what.hidden,
        head: Vec::new(),
        buffer: vec![0; BUFFER_BYTES],
        warnings,
    };
    std::env::set_current_dir(&parent).at(&parent)?;
    if let Some(folder) = packer.add(&leaf, &name)? {
        packer.walk(folder, name, what.left_out)?;
    }
    packer.writer.finish().map_err(unwritten)
}

/// A folder that is being walked, and how long its name is.
struct Frame {
    entries: OwningIter,
    name_bytes: usize,
}

struct Packer<'a, 'b, W: Write> {
    writer: Writer<W>,
    reopen: &'a Reopen,
    keeps_access: bool,
    first_names: FirstNames,
    hidden: Hidden,
    head: Vec<u8>,
    buffer: Vec<u8>,
    warnings: &'a mut Warnings<'b>,
}

impl<W: Write> Packer<'_, '_, W> {
    /// All that is in a folder; the present folder is that which is read, so that no path is too long.
    fn walk(&mut self, folder: Dir, mut name: Vec<u8>, left_out: &[&str]) -> Outcome<()> {
        let mut frames = Vec::new();
        self.step_in(&mut frames, folder, &name)?;
        while let Some(frame) = frames.last_mut() {
            name.truncate(frame.name_bytes);
            let Some(entry) = frame.entries.next() else {
                frames.pop();
                if let Some(frame) = frames.last() {
                    go_to(&frame.entries, &name)?;
                }
                continue;
            };
            let entry = entry.of(&name)?;
            let leaf = entry.file_name();
            let is_top = frames.len() == 1;
            let text = leaf.to_bytes();
            let is_out = is_top && left_out.iter().any(|other| other.as_bytes() == text);
            if text == b"." || text == b".." || is_out || (is_top && is_lost_and_found(leaf)) {
                continue;
            }
            name.push(b'/');
            name.extend(text);
            if name.len() + 1 > MOST_NAME_BYTES {
                return Err(Failure::of(
                    "failed",
                    &name,
                    "the path is longer than 64 KiB",
                ));
            }
            match self.add(leaf, &name) {
                Ok(Some(folder)) => self.step_in(&mut frames, folder, &name)?,
                Ok(None) => {}
                // Removed while it is walked: as if it had been before.
                Err(failure) if failure.code == "missing" => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    fn step_in(&self, frames: &mut Vec<Frame>, folder: Dir, name: &[u8]) -> Outcome<()> {
        let frame = Frame {
            entries: folder.into_iter(),
            name_bytes: name.len(),
        };
        go_to(&frame.entries, name)?;
        frames.push(frame);
        Ok(())
    }

    /// Adds a name of the present folder. A folder is given back, to be walked.
    fn add(&mut self, leaf: &CStr, name: &[u8]) -> Outcome<Option<Dir>> {
        let path = Path::new(OsStr::from_bytes(leaf.to_bytes()));
        let meta = fs::symlink_metadata(path).of(name)?;
        self.hidden.check(meta.dev(), name)?;
        let kind = meta.file_type();
        if kind.is_socket() {
            self.warnings.add(name, "a socket is left out");
            return Ok(None);
        }
        if kind.is_file() {
            return self.add_file(leaf, name, &meta).map(|()| None);
        }
        if kind.is_dir() {
            let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            let folder = Dir::open(leaf, flags, Mode::empty()).of(name)?;
            self.begin(self.described(leaf, name, Kind::Folder, &meta)?)?;
            return Ok(Some(folder));
        }
        if let Some(first) = self.first_names.find(&meta) {
            return self.add_link(name, first, &meta).map(|()| None);
        }
        let mut entry = self.described(leaf, name, Kind::Fifo, &meta)?;
        if kind.is_symlink() {
            entry.kind = Kind::Symlink;
            entry.link = fs::read_link(path)
                .of(name)?
                .into_os_string()
                .into_encoded_bytes();
        } else if !kind.is_fifo() {
            let is_char = kind.is_char_device();
            entry.kind = if is_char { Kind::Char } else { Kind::Block };
            entry.device = (libc::major(meta.rdev()), libc::minor(meta.rdev()));
        }
        self.begin(entry)?;
        self.first_names.keep(&meta, name);
        Ok(None)
    }

    fn add_link(&mut self, name: &[u8], first: Vec<u8>, meta: &Metadata) -> Outcome<()> {
        let mut entry = plain(name, Kind::HardLink, meta);
        entry.link = first;
        self.begin(entry)
    }

    fn add_file(&mut self, leaf: &CStr, name: &[u8], meta: &Metadata) -> Outcome<()> {
        if let Some(first) = self.first_names.find(meta) {
            return self.add_link(name, first, meta);
        }
        // By a descriptor: what is opened is what was looked at, and a file.
        let found = open_path(leaf).of(name)?;
        let meta = File::from(found.try_clone().of(name)?)
            .metadata()
            .of(name)?;
        if !meta.is_file() {
            self.warnings
                .add(name, "it was replaced while it was copied");
            return Ok(());
        }
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let file = match self.reopen.open(&found, flags) {
            Err(error) => return self.unreadable(&found, name, error.into()),
            Ok(file) => file,
        };
        let entry = self.described(leaf, name, Kind::File, &meta)?;
        match extents::find(&file, &meta).of(name)? {
            Some(map) => self.add_sparse(entry, file, map)?,
            None => {
                if !self.add_whole(entry, file, meta.len())? {
                    return Ok(());
                }
            }
        }
        self.first_names.keep(&meta, name);
        Ok(())
    }

    fn add_sparse(&mut self, mut entry: Entry, file: File, map: Vec<Segment>) -> Outcome<()> {
        let name = entry.name.clone();
        entry.segments = Some(map.clone());
        self.begin(entry)?;
        self.copy(&file, map, &name)
    }

    /// False where a file of the kernel could not be read, and was left out.
    fn add_whole(&mut self, mut entry: Entry, mut file: File, size: u64) -> Outcome<bool> {
        let name = entry.name.clone();
        if let Err(error) = content::read_head(&mut file, &mut self.head, BUFFER_BYTES) {
            return self.unreadable(&file, &name, error).map(|()| false);
        }
        let read = self.head.len() as u64;
        let is_longer = self.head.len() == BUFFER_BYTES;
        if is_longer && size <= read && content::is_made_up(&file) {
            match content::collect(&mut file, &self.head) {
                Ok((copy, size)) => return self.add_rest(entry, &copy, 0, size).map(|()| true),
                Err(error) => return self.unreadable(&file, &name, error).map(|()| false),
            }
        }
        if is_longer && size > read {
            return self.add_rest(entry, &file, read, size).map(|()| true);
        }
        // It ended, or grows just now: what was read is what it held.
        entry.size = read;
        self.begin(entry)?;
        self.writer.data(&self.head).map_err(unwritten)?;
        Ok(true)
    }

    /// A file of which the first bytes are in `head`, if any are needed from there.
    fn add_rest(&mut self, mut entry: Entry, file: &File, offset: u64, size: u64) -> Outcome<()> {
        let name = entry.name.clone();
        entry.size = size;
        self.begin(entry)?;
        if offset > 0 {
            self.writer.data(&self.head).map_err(unwritten)?;
        }
        let length = size - offset;
        self.copy(file, [Segment { offset, length }], &name)
    }

    fn copy(
        &mut self,
        file: &File,
        pieces: impl IntoIterator<Item = Segment>,
        name: &[u8],
    ) -> Outcome<()> {
        let mut gone = 0;
        for piece in pieces {
            let writer = &mut self.writer;
            let copied =
                content::copy_piece(file, piece, &mut self.buffer, |bytes| writer.data(bytes));
            gone += copied.map_err(|failure| match failure {
                PieceFailure::Read(error) => {
                    Failure::io(Path::new(OsStr::from_bytes(name)), &error)
                }
                PieceFailure::Write(error) => unwritten(error),
            })?;
        }
        if gone > 0 {
            let reason = format!("it became shorter by {gone} bytes, which are zeros there");
            self.warnings.add(name, &reason);
        }
        Ok(())
    }

    /// A file of the kernel that cannot be read stays out; any other is a failure.
    fn unreadable(&mut self, file: impl AsFd, name: &[u8], error: io::Error) -> Outcome<()> {
        let copy = file.as_fd().try_clone_to_owned().of(name)?;
        if !content::is_made_up(&File::from(copy)) {
            return Err(error).of(name);
        }
        self.warnings
            .add(name, &format!("it cannot be read and is left out: {error}"));
        Ok(())
    }

    /// With what belongs to the inode rather than to its name.
    fn described(&self, leaf: &CStr, name: &[u8], kind: Kind, meta: &Metadata) -> Outcome<Entry> {
        let mut entry = plain(name, kind, meta);
        entry.size = meta.len();
        entry.attributes = attributes::read(leaf).of(name)?;
        if self.keeps_access {
            entry.atime = Some(Time::new(meta.atime(), meta.atime_nsec()));
        }
        Ok(entry)
    }

    fn begin(&mut self, entry: Entry) -> Outcome<()> {
        self.writer.begin(&entry).map_err(unwritten)
    }
}

/// The reader of the archive may have failed first; its error is the better one.
fn unwritten(error: io::Error) -> Failure {
    Failure::new("failed", Path::new(OUTPUT), error)
}

fn plain(name: &[u8], kind: Kind, meta: &Metadata) -> Entry {
    let mut entry = Entry::new(name.to_vec(), kind);
    entry.mode = meta.mode() & 0o7777;
    (entry.uid, entry.gid) = (meta.uid(), meta.gid());
    entry.mtime = Time::new(meta.mtime(), meta.mtime_nsec());
    entry
}

fn open_path(leaf: &CStr) -> nix::Result<OwnedFd> {
    open(
        leaf,
        OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
}

fn go_to(entries: &OwningIter, name: &[u8]) -> Outcome<()> {
    // SAFETY: the folder is open as long as the iteration lives.
    fchdir(unsafe { BorrowedFd::borrow_raw(entries.as_raw_fd()) }).of(name)
}
