use crate::acl;
use crate::block::{self, invalid, Block};
use crate::entry::{Attribute, Entry, Kind};
use crate::path::MOST_NAME_BYTES;
use crate::pax::{decimal, Record};
use crate::time::Time;
use std::collections::BTreeMap;
use std::io;

pub(crate) fn kind(letter: u8, is_slashed: bool) -> Kind {
    match letter {
        // Tars of old had no letter for folders.
        0 | b'0' if is_slashed => Kind::Folder,
        0 | b'0' | b'7' | b'S' => Kind::File,
        b'1' => Kind::HardLink,
        b'2' => Kind::Symlink,
        b'3' => Kind::Char,
        b'4' => Kind::Block,
        b'5' | b'D' => Kind::Folder,
        b'6' => Kind::Fifo,
        other => Kind::Unknown(other),
    }
}

pub(crate) fn plain_name(header: &Block) -> Vec<u8> {
    let name = header.text(block::NAME);
    let prefix = header.text(block::PREFIX);
    // GNU's own format has something else there.
    if header.bytes(block::MAGIC).starts_with(b"ustar\0") && !prefix.is_empty() {
        return [prefix, b"/", name].concat();
    }
    name.to_vec()
}

pub(crate) fn checked_name(mut name: Vec<u8>) -> io::Result<Vec<u8>> {
    if name.is_empty() || name.contains(&0) || name.len() > MOST_NAME_BYTES {
        return Err(invalid("a name is empty, too long or has a NUL in it"));
    }
    while name.len() > 1 && name.ends_with(b"/") {
        name.pop();
    }
    Ok(name)
}

pub(crate) fn describe(entry: &mut Entry, header: &Block, records: &[Record]) -> io::Result<()> {
    let mode = header.number(block::MODE, "mode")?;
    entry.mode = u32::try_from(mode & 0o7777).unwrap_or(0);
    entry.uid = owner(header.number(block::UID, "owner"), last(records, b"uid"))?;
    entry.gid = owner(header.number(block::GID, "group"), last(records, b"gid"))?;
    entry.mtime = match time(records, b"mtime")? {
        Some(time) => time,
        None => {
            let seconds = i64::try_from(header.number(block::MTIME, "time")?);
            Time::new(seconds.map_err(|_| invalid("its time is out of range"))?, 0)
        }
    };
    entry.atime = time(records, b"atime")?;
    if entry.kind == Kind::Char || entry.kind == Kind::Block {
        let number = |field, what| {
            u32::try_from(header.number(field, what)?)
                .map_err(|_| invalid("its device is out of range"))
        };
        entry.device = (
            number(block::MAJOR, "device")?,
            number(block::MINOR, "device")?,
        );
    }
    // By name, since each is looked up: there may be many.
    let mut attributes = BTreeMap::new();
    for (key, value) in records {
        let list = match key.as_slice() {
            b"SCHILY.acl.access" => Some(b"system.posix_acl_access".as_slice()),
            b"SCHILY.acl.default" => Some(b"system.posix_acl_default".as_slice()),
            _ => None,
        };
        let attribute = match list {
            Some(name) => acl::from_text(value).map(|value| Attribute {
                name: name.to_vec(),
                value,
            }),
            None => attribute(key, value),
        };
        if let Some(Attribute { name, value }) = attribute {
            attributes.insert(name, value);
        } else if list.is_some() {
            entry
                .remarks
                .push("its access control list names users without their numbers");
        }
    }
    let attributes = attributes.into_iter();
    entry.attributes = attributes
        .map(|(name, value)| Attribute { name, value })
        .collect();
    Ok(())
}

fn attribute(key: &[u8], value: &[u8]) -> Option<Attribute> {
    let name = key.strip_prefix(b"SCHILY.xattr.")?;
    let is_usable = !name.is_empty() && !name.contains(&0);
    is_usable.then(|| Attribute {
        name: decoded(name),
        value: value.to_vec(),
    })
}

/// As GNU tar has them: `=` would end a keyword.
fn decoded(name: &[u8]) -> Vec<u8> {
    let mut rest = name;
    let mut plain = Vec::new();
    while let Some((first, more)) = rest.split_first() {
        let (byte, more) = if let Some(more) = rest.strip_prefix(b"%3D") {
            (b'=', more)
        } else if let Some(more) = rest.strip_prefix(b"%25") {
            (b'%', more)
        } else {
            (*first, more)
        };
        plain.push(byte);
        rest = more;
    }
    plain
}

/// The last number belongs to no user: the kernel takes it for no change.
fn owner(field: io::Result<i128>, record: Option<&[u8]>) -> io::Result<u32> {
    let number = match record {
        Some(text) => decimal(text)
            .map(i128::from)
            .ok_or_else(|| invalid("its owner is not a number"))?,
        None => field?,
    };
    u32::try_from(number)
        .ok()
        .filter(|id| *id != u32::MAX)
        .ok_or_else(|| invalid(format!("its owner {number} is out of range")))
}

fn time(records: &[Record], key: &[u8]) -> io::Result<Option<Time>> {
    match last(records, key) {
        Some(text) => Time::parse(text)
            .map(Some)
            .ok_or_else(|| invalid("its time is not a number")),
        None => Ok(None),
    }
}

/// An empty value takes a record back.
pub(crate) fn last<'a>(records: &'a [Record], key: &[u8]) -> Option<&'a [u8]> {
    let found = records.iter().rev().find(|(known, _)| known == key);
    found.map(|it| it.1.as_slice()).filter(|it| !it.is_empty())
}
