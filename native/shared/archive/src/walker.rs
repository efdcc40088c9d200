use crate::failure::{At, Failure, Outcome};
use crate::hidden::Hidden;
use crate::path::parts;
use nix::errno::Errno;
use nix::fcntl::{openat, OFlag};
use nix::sys::stat::{fstat, mkdirat, Mode};
use std::os::fd::OwnedFd;

const FOLDER: OFlag = OFlag::O_PATH
    .union(OFlag::O_DIRECTORY)
    .union(OFlag::O_CLOEXEC);

/// Finds folders below another one, part by part, so that no path is too long for the kernel. Links are
/// followed: the caller has made sure that none leads out. The folder above the last one stays open.
pub struct Walker<'a> {
    root: &'a OwnedFd,
    hidden: Hidden,
    open: Vec<(Vec<u8>, OwnedFd)>,
}

impl<'a> Walker<'a> {
    pub fn new(root: &'a OwnedFd, hidden: Hidden) -> Self {
        let open = Vec::new();
        Walker { root, hidden, open }
    }

    /// The folder at some parts of a name. With `makes`, those that are missing are made.
    pub fn folder(&mut self, path: &[&[u8]], makes: bool) -> Outcome<&OwnedFd> {
        let known = self
            .open
            .iter()
            .zip(path)
            .take_while(|((known, _), part)| known == *part);
        let known = known.count();
        self.open.truncate(known);
        for part in path.iter().skip(known) {
            let above = self.top();
            let mut found = openat(above, *part, FOLDER, Mode::empty());
            if found.as_ref().is_err_and(|error| *error == Errno::ENOENT) && makes {
                // A link that leads to nothing is in the way.
                mkdirat(above, *part, Mode::from_bits_truncate(0o755)).of(&path.join(&b'/'))?;
                found = openat(above, *part, FOLDER, Mode::empty());
            }
            let found = found.of(&path.join(&b'/'))?;
            let stat = fstat(&found).of(&path.join(&b'/'))?;
            self.hidden.check(stat.st_dev, &path.join(&b'/'))?;
            self.open.push((part.to_vec(), found));
        }
        Ok(self.top())
    }

    fn top(&self) -> &OwnedFd {
        self.open.last().map_or(self.root, |(_, folder)| folder)
    }
}

/// Where something is, part by part, and what it is called there.
pub type Place<'a> = (Vec<&'a [u8]>, &'a [u8]);

/// The place of a name that comes from elsewhere. `None` for the
/// folder itself that is unpacked into. Fails where it leads upwards.
pub fn split(name: &[u8]) -> Outcome<Option<Place<'_>>> {
    let refused = || Failure::of("refused", name, "a name in an archive may not lead upwards");
    let mut parts = parts(name).ok_or_else(refused)?;
    Ok(parts.pop().map(|last| (parts, last)))
}
