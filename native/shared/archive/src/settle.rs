use crate::attributes::{self, Kept};
use crate::entry::{Attribute, Entry};
use crate::failure::{At, Outcome};
use crate::path::shown;
use crate::reopen::Reopen;
use crate::time::Time;
use crate::warnings::Warnings;
use nix::fcntl::AtFlags;
use nix::sys::stat::{fchmodat, utimensat, FchmodatFlags, Mode, UtimensatFlags};
use nix::unistd::{fchownat, Gid, Uid};
use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd};

const SET_ID: u32 = 0o6000;

/// The metadata of an entry, beside its bytes.
#[derive(Clone)]
pub struct Manner {
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub mtime: Time,
    pub atime: Time,
    pub attributes: Vec<Attribute>,
}

impl Manner {
    /// As an archive describes it; without its owner, everything is root's and has no attributes. Set-id bits are
    /// for the owner that was left out: with them a program of anybody would become one that makes root.
    pub fn of(entry: &Entry, keeps_owner: bool) -> Self {
        let id = |id: u32| if keeps_owner { id } else { 0 };
        let left_out = if keeps_owner { 0 } else { SET_ID };
        Manner {
            mode: entry.mode & !left_out,
            uid: id(entry.uid),
            gid: id(entry.gid),
            mtime: entry.mtime,
            atime: entry.atime.unwrap_or(entry.mtime),
            attributes: match keeps_owner {
                true => entry.attributes.clone(),
                false => Vec::new(),
            },
        }
    }

    /// Roughly what it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let attributes = self.attributes.iter();
        attributes
            .map(|it| it.name.len() + it.value.len() + 64)
            .sum::<usize>()
            + 128
    }
}

/// Makes what a descriptor of a path stands for so; `leaf` is its name in the present folder, `name` that of
/// the archive. Owner first: a change of it takes set-id bits and capabilities away.
pub fn settle(
    (found, leaf, name): (&OwnedFd, &CStr, &[u8]),
    manner: &Manner,
    is_link: bool,
    (reopen, warnings): (&Reopen, &mut Warnings),
) -> Outcome<()> {
    let (uid, gid) = (Uid::from_raw(manner.uid), Gid::from_raw(manner.gid));
    fchownat(found, c"", Some(uid), Some(gid), AtFlags::AT_EMPTY_PATH).of(name)?;
    for attribute in &manner.attributes {
        if let Kept::Not(why) = attributes::write(leaf, attribute).of(name)? {
            let attribute = shown(&attribute.name);
            warnings.add(
                name,
                &format!("its attribute {attribute} is not kept: {why}"),
            );
        }
    }
    // Through the descriptor: a name may be a link by now, which these calls would follow.
    let number = found.as_raw_fd().to_string();
    if !is_link {
        let mode = Mode::from_bits_truncate(manner.mode);
        fchmodat(
            reopen.folder(),
            number.as_str(),
            mode,
            FchmodatFlags::FollowSymlink,
        )
        .of(name)?;
        return utimensat(
            reopen.folder(),
            number.as_str(),
            &manner.atime.spec(),
            &manner.mtime.spec(),
            UtimensatFlags::FollowSymlink,
        )
        .of(name);
    }
    utimensat(
        nix::fcntl::AT_FDCWD,
        leaf,
        &manner.atime.spec(),
        &manner.mtime.spec(),
        UtimensatFlags::NoFollowSymlink,
    )
    .of(name)
}
