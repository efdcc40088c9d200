use crate::entry::{Entry, Kind};
use crate::failure::{At, Failure, Outcome};
use crate::hidden::Hidden;
use crate::late::Late;
use crate::lost_and_found::LOST;
use crate::made::Made;
use crate::owner::Owner;
use crate::place::{is_kind, is_plain, kind_of, leads_to_folder, make_way, open_path};
use crate::reader::Reader;
use crate::reopen::Reopen;
use crate::settle::{settle, Manner};
use crate::source::Source;
use crate::walker::{split, Walker};
use crate::warnings::Warnings;
use nix::errno::Errno;
use nix::fcntl::{open, AtFlags, OFlag};
use nix::sys::stat::{fstat, lstat, makedev, mkdirat, mknod, Mode, SFlag};
use nix::unistd::{fchdir, linkat, symlinkat, syncfs, unlinkat, UnlinkatFlags};
use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

const BUFFER_BYTES: usize = 256 * 1024;

/// Unpacks a tar archive in a folder, which is made where it is missing. Links lead where they lead: the
/// caller has made sure that this is never out of the root. Names that point upwards, or to what is hidden,
/// are refused, and so are folders where something else was before. The thread's present folder is changed.
pub fn unpack<S: Source>(
    target: &Path,
    (owner, hidden): (Owner, Hidden),
    source: S,
    (reopen, warnings): (&Reopen, &mut Warnings),
) -> Outcome<()> {
    fs::create_dir_all(target).at(target)?;
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let root = open(target, flags, Mode::empty()).at(target)?;
    let mut reader = Reader::new(source);
    let mut unpacker = Unpacker {
        root: &root,
        places: Walker::new(&root, hidden),
        origins: Walker::new(&root, hidden),
        hidden,
        owner,
        late: Late::default(),
        made: Made::default(),
        left_out: 0,
        has_made_lost: false,
        buffer: vec![0; BUFFER_BYTES],
        reopen,
        warnings,
    };
    loop {
        let entry = reader
            .next_entry()
            .map_err(|error| Failure::archive(target.as_os_str().as_encoded_bytes(), &error))?;
        let Some(entry) = entry else { break };
        unpacker.add(&entry, &mut reader)?;
        if unpacker.late.is_full() {
            unpacker.settle_folders()?;
        }
    }
    unpacker.finish()?;
    if owner == Owner::KeptOfTarget {
        syncfs(&root).at(target)?;
    }
    Ok(())
}

struct Unpacker<'a, 'b> {
    root: &'a OwnedFd,
    places: Walker<'a>,
    /// Of hard links: what they lead to is elsewhere.
    origins: Walker<'a>,
    hidden: Hidden,
    owner: Owner,
    late: Late,
    made: Made,
    /// Special files; links to them cannot be made.
    left_out: usize,
    has_made_lost: bool,
    buffer: Vec<u8>,
    reopen: &'a Reopen,
    warnings: &'a mut Warnings<'b>,
}

impl Unpacker<'_, '_> {
    fn add<S: Source>(&mut self, entry: &Entry, reader: &mut Reader<S>) -> Outcome<()> {
        for remark in &entry.remarks {
            self.warnings.add(&entry.name, remark);
        }
        let Some((folder, last)) = split(&entry.name)? else {
            return self.add_root(entry);
        };
        let leaf = CString::new(last)
            .map_err(io::Error::from)
            .of(&entry.name)?;
        fchdir(self.places.folder(&folder, true)?).of(&entry.name)?;
        let place = (leaf.as_c_str(), entry.name.as_slice());
        if let Ok(stat) = lstat(place.0) {
            self.hidden.check(stat.st_dev, place.1)?;
        }
        match entry.kind {
            Kind::Folder => self.add_folder(entry, place, folder.is_empty()),
            Kind::File => {
                make_way(place, entry.kind)?;
                self.write_file(entry, place, reader)?;
                self.settle(entry, place, false)
            }
            Kind::Symlink => {
                make_way(place, entry.kind)?;
                symlinkat(entry.link.as_slice(), nix::fcntl::AT_FDCWD, place.0).of(place.1)?;
                self.settle(entry, place, true)
            }
            Kind::HardLink => self.add_link(entry, place),
            Kind::Fifo | Kind::Char | Kind::Block => self.add_special(entry, place),
            Kind::Unknown(letter) => {
                let letter = char::from(letter).escape_default();
                let what = format!("an entry of the unknown type '{letter}'");
                self.leave_out(place.1, &what)
            }
        }
    }

    /// The folder that is unpacked into.
    fn add_root(&mut self, entry: &Entry) -> Outcome<()> {
        if entry.kind != Kind::Folder {
            return Err(Failure::of(
                "refused",
                &entry.name,
                "it stands for the folder itself",
            ));
        }
        // The target folder keeps its metadata.
        if self.owner == Owner::KeptOfTarget {
            self.late.add(Vec::new(), Manner::of(entry, true));
        }
        Ok(())
    }

    fn add_folder(&mut self, entry: &Entry, place: (&CStr, &[u8]), is_top: bool) -> Outcome<()> {
        let (leaf, name) = place;
        match lstat(leaf) {
            Ok(stat) if is_kind(stat.st_mode, SFlag::S_IFDIR) => {}
            // A link to a folder stays one, and so does the folder: it is what stands there.
            Ok(stat) if is_kind(stat.st_mode, SFlag::S_IFLNK) && leads_to_folder(leaf) => {
                return Ok(())
            }
            Err(error) if error != Errno::ENOENT => return Err(error).of(name),
            // An archive that was added to may bring a folder where a file of its own was.
            Ok(stat)
                if is_plain(stat.st_mode)
                    && self.owner != Owner::KeptOfTarget
                    && !self.made.has(&stat) =>
            {
                return Err(Failure::of(
                    "not-a-folder",
                    name,
                    "it is in the way of a folder",
                ));
            }
            _ => {
                make_way(place, entry.kind)?;
                // Its own mode comes last.
                mkdirat(nix::fcntl::AT_FDCWD, leaf, Mode::from_bits_truncate(0o700)).of(name)?;
                self.has_made_lost |= is_top && leaf.to_bytes() == LOST;
            }
        }
        let manner = Manner::of(entry, self.keeps_owner());
        self.late.add(name.to_vec(), manner);
        Ok(())
    }

    fn write_file<S: Source>(
        &mut self,
        entry: &Entry,
        (leaf, name): (&CStr, &[u8]),
        reader: &mut Reader<S>,
    ) -> Outcome<()> {
        let flags =
            OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mut file = File::from(open(leaf, flags, Mode::from_bits_truncate(0o600)).of(name)?);
        if let Some(map) = &entry.segments {
            file.set_len(entry.size).of(name)?;
            for piece in map {
                file.seek(SeekFrom::Start(piece.offset)).of(name)?;
                self.copy(reader, piece.length, &mut file, name)?;
            }
            return Ok(());
        }
        self.copy(reader, entry.size, &mut file, name)
    }

    fn copy<S: Source>(
        &mut self,
        reader: &mut Reader<S>,
        mut left: u64,
        file: &mut File,
        name: &[u8],
    ) -> Outcome<()> {
        while left > 0 {
            let most = usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(self.buffer.len());
            let part = self.buffer.get_mut(..most).unwrap_or_default();
            let count = match reader.read(part) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other.map_err(|error| Failure::archive(name, &error))?,
            };
            file.write_all(part.get(..count).unwrap_or_default())
                .of(name)?;
            left -= count as u64;
        }
        Ok(())
    }

    fn add_link(&mut self, entry: &Entry, (leaf, name): (&CStr, &[u8])) -> Outcome<()> {
        let Some((folder, last)) = split(&entry.link)? else {
            return Err(Failure::of("refused", name, "a folder has one name"));
        };
        let link = |origins: &mut Walker| {
            let origin = origins.folder(&folder, false)?;
            let linked = linkat(origin, last, nix::fcntl::AT_FDCWD, leaf, AtFlags::empty());
            match linked {
                Err(Errno::EEXIST) => {
                    let there = lstat(leaf).of(name)?;
                    let first = nix::sys::stat::fstatat(origin, last, AtFlags::AT_SYMLINK_NOFOLLOW)
                        .of(name)?;
                    // Two names that mean the same file: making way for the one would remove the other.
                    if (there.st_dev, there.st_ino) == (first.st_dev, first.st_ino) {
                        return Ok(());
                    }
                    make_way((leaf, name), entry.kind)?;
                    linkat(origin, last, nix::fcntl::AT_FDCWD, leaf, AtFlags::empty()).of(name)
                }
                other => other.of(name),
            }
        };
        match link(&mut self.origins) {
            Err(failure) if failure.code == "missing" && self.left_out > 0 => {
                self.leave_out(name, "a link to a file that was left out")
            }
            other => other,
        }
    }

    fn add_special(&mut self, entry: &Entry, place: (&CStr, &[u8])) -> Outcome<()> {
        let (leaf, name) = place;
        let (kind, word) = match entry.kind {
            Kind::Fifo => (SFlag::S_IFIFO, "a named pipe"),
            Kind::Char => (SFlag::S_IFCHR, "a device"),
            _ => (SFlag::S_IFBLK, "a device"),
        };
        if !self.keeps_owner() {
            return self.leave_out(name, word);
        }
        make_way(place, entry.kind)?;
        let (major, minor) = entry.device;
        let device = makedev(u64::from(major), u64::from(minor));
        match mknod(leaf, kind, Mode::from_bits_truncate(0o600), device) {
            // overlayfs keeps this one for itself, as the mark of a removed file: ovl_mknod of the kernel.
            Err(Errno::EPERM) if entry.kind == Kind::Char && entry.device == (0, 0) => {
                return self.leave_out(name, "the device 0:0, which cannot be in an overlay,");
            }
            made => made.of(name)?,
        }
        self.settle(entry, place, false)
    }

    fn leave_out(&mut self, name: &[u8], what: &str) -> Outcome<()> {
        self.left_out += 1;
        self.warnings.add(name, &format!("{what} is left out"));
        Ok(())
    }

    fn settle(&mut self, entry: &Entry, place: (&CStr, &[u8]), is_link: bool) -> Outcome<()> {
        let (leaf, name) = place;
        let found = open_path(leaf).of(name)?;
        let is_same = fstat(&found).of(name)?;
        let is_expected = is_kind(is_same.st_mode, kind_of(entry.kind));
        if !is_expected {
            // A process in the container has put something else there: that is not ours to change.
            self.warnings
                .add(name, "it was replaced while it was copied");
            return Ok(());
        }
        self.made.keep(&is_same);
        let manner = Manner::of(entry, self.keeps_owner());
        settle(
            (&found, leaf, name),
            &manner,
            is_link,
            (self.reopen, self.warnings),
        )
    }

    fn keeps_owner(&self) -> bool {
        self.owner != Owner::Root
    }

    fn settle_folders(&mut self) -> Outcome<()> {
        for (name, manner) in self.late.take() {
            let (folder, leaf) = match split(&name)? {
                Some((folder, last)) => (
                    folder,
                    CString::new(last).map_err(io::Error::from).of(&name)?,
                ),
                None => (Vec::new(), c".".to_owned()),
            };
            let found = match self.places.folder(&folder, false) {
                Ok(folder) => {
                    fchdir(folder).of(&name)?;
                    let flags =
                        OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
                    open(leaf.as_c_str(), flags, Mode::empty()).of(&name)
                }
                Err(failure) => Err(failure),
            };
            match found {
                Ok(found) => settle(
                    (&found, &leaf, &name),
                    &manner,
                    false,
                    (self.reopen, self.warnings),
                )?,
                // A workload that runs may have moved it.
                Err(failure) if matches!(failure.code, "missing" | "not-a-folder" | "loop") => {
                    self.warnings
                        .add(&name, "it was replaced while it was copied");
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Outcome<()> {
        // Of the filesystem that an archive was made of, unless there is something in it.
        if self.owner == Owner::KeptOfTarget && self.has_made_lost {
            let removed = unlinkat(self.root, LOST, UnlinkatFlags::RemoveDir);
            if removed.is_ok() {
                self.late.forget(LOST);
            }
        }
        self.settle_folders()
    }
}
