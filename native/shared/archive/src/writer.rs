use crate::acl;
use crate::block::{self, fits, padding, Block, BLOCK_BYTES};
use crate::entry::{Attribute, Entry, Kind};
use crate::pax::push;
use crate::sparse;
use std::io::{self, Write};

const ZEROS: [u8; BLOCK_BYTES] = [0; BLOCK_BYTES];

/// Writes an archive entry by entry: ustar, with PAX headers for what does not fit into it.
pub struct Writer<W> {
    output: W,
    /// Data that the present entry still has to get, and what fills its last block.
    left: u64,
    fill: u64,
}

impl<W: Write> Writer<W> {
    pub fn new(output: W) -> Self {
        Writer {
            output,
            left: 0,
            fill: 0,
        }
    }

    /// A remark on all of the archive, which every tar passes over.
    pub fn comment(&mut self, text: &str) -> io::Result<()> {
        let mut records = Vec::new();
        push(&mut records, b"comment", text.as_bytes());
        self.extension(b'g', &records)
    }

    /// The head of an entry; `data` has to bring `entry.data_bytes()` bytes before the next one.
    pub fn begin(&mut self, entry: &Entry) -> io::Result<()> {
        let map = entry
            .segments
            .as_ref()
            .map(|map| padded(sparse::write_map(map, entry.size)));
        let map_bytes = map.as_ref().map_or(0, Vec::len) as u64;
        let data = if entry.kind == Kind::File {
            entry.data_bytes()
        } else {
            0
        };
        let records = records(entry, map_bytes + data);
        if !records.is_empty() {
            self.extension(b'x', &records)?;
        }
        self.output.write_all(&header(entry, map_bytes + data).0)?;
        if let Some(map) = map {
            self.output.write_all(&map)?;
        }
        self.left = data;
        self.fill = padding(map_bytes + data);
        self.end_of_data()
    }

    pub fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| io::Error::other("an entry got more data than it was to have"))?;
        self.output.write_all(bytes)?;
        self.end_of_data()
    }

    /// Writes the end of the archive.
    pub fn finish(mut self) -> io::Result<W> {
        if self.left > 0 {
            return Err(io::Error::other(
                "an entry got less data than it was to have",
            ));
        }
        self.output.write_all(&ZEROS)?;
        self.output.write_all(&ZEROS)?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn end_of_data(&mut self) -> io::Result<()> {
        if self.left > 0 || self.fill == 0 {
            return Ok(());
        }
        let fill = usize::try_from(std::mem::take(&mut self.fill)).unwrap_or(0);
        self.output.write_all(ZEROS.get(..fill).unwrap_or_default())
    }

    fn extension(&mut self, letter: u8, records: &[u8]) -> io::Result<()> {
        let mut header = Block::empty();
        header.put(block::NAME, b"././@PaxHeader");
        header.put(block::MAGIC, b"ustar\x0000");
        header.put(block::TYPE, &[letter]);
        for field in [block::UID, block::GID, block::MTIME] {
            header.put_number(field, 0);
        }
        header.put_number(block::MODE, 0o644);
        header.put_number(block::SIZE, records.len() as u64);
        header.seal();
        self.output.write_all(&header.0)?;
        self.output.write_all(&padded(records.to_vec()))
    }
}

fn header(entry: &Entry, size: u64) -> Block {
    let mut header = Block::empty();
    header.put(block::NAME, &plain_name(entry));
    header.put(block::MAGIC, b"ustar\x0000");
    header.put(block::LINK, &entry.link);
    header.put(
        block::TYPE,
        &[match entry.kind {
            Kind::File => b'0',
            Kind::HardLink => b'1',
            Kind::Symlink => b'2',
            Kind::Char => b'3',
            Kind::Block => b'4',
            Kind::Folder => b'5',
            Kind::Fifo => b'6',
            Kind::Unknown(letter) => letter,
        }],
    );
    header.put_number(block::MODE, u64::from(entry.mode & 0o7777));
    let mut put = |field, number: u64| {
        // A record has the values that do not fit.
        header.put_number(field, if fits(field, number) { number } else { 0 });
    };
    put(block::UID, u64::from(entry.uid));
    put(block::GID, u64::from(entry.gid));
    put(block::SIZE, size);
    put(
        block::MTIME,
        u64::try_from(entry.mtime.seconds).unwrap_or(0),
    );
    put(block::MAJOR, u64::from(entry.device.0));
    put(block::MINOR, u64::from(entry.device.1));
    header.seal();
    header
}

/// Folders end in a slash; a sparse file is named so that a tar which does not know it shows it as such.
fn plain_name(entry: &Entry) -> Vec<u8> {
    if entry.segments.is_some() {
        let at = entry.name.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = entry.name.split_at(at.map_or(0, |at| at + 1));
        let folder = if folder.is_empty() { b"./" } else { folder };
        return [folder, b"GNUSparseFile.0/", name].concat();
    }
    full_name(entry)
}

fn full_name(entry: &Entry) -> Vec<u8> {
    let end: &[u8] = if entry.kind == Kind::Folder {
        b"/"
    } else {
        b""
    };
    [entry.name.as_slice(), end].concat()
}

fn records(entry: &Entry, size: u64) -> Vec<u8> {
    let mut records = Vec::new();
    let mut add = |key: &[u8], value: &[u8]| push(&mut records, key, value);
    let name = full_name(entry);
    if entry.segments.is_none() && name.len() > block::NAME.1 {
        add(b"path", &name);
    }
    if entry.link.len() > block::LINK.1 {
        add(b"linkpath", &entry.link);
    }
    for (key, field, number) in [
        ("uid", block::UID, u64::from(entry.uid)),
        ("gid", block::GID, u64::from(entry.gid)),
        ("size", block::SIZE, size),
    ] {
        if !fits(field, number) {
            add(key.as_bytes(), number.to_string().as_bytes());
        }
    }
    let seconds = u64::try_from(entry.mtime.seconds).ok();
    let is_plain = seconds.is_some_and(|seconds| fits(block::MTIME, seconds));
    if !is_plain || entry.mtime.nanos != 0 {
        add(b"mtime", entry.mtime.text().as_bytes());
    }
    if let Some(atime) = entry.atime {
        add(b"atime", atime.text().as_bytes());
    }
    for attribute in &entry.attributes {
        let (key, value) = attribute_record(attribute);
        add(&key, &value);
    }
    if entry.segments.is_some() {
        sparse::push_records(&mut records, &entry.name, entry.size);
    }
    records
}

/// Lists as every tar reads them; where one cannot be put so, as the kernel has it.
fn attribute_record(Attribute { name, value }: &Attribute) -> (Vec<u8>, Vec<u8>) {
    let list = match name.as_slice() {
        b"system.posix_acl_access" => Some(b"SCHILY.acl.access".as_slice()),
        b"system.posix_acl_default" => Some(b"SCHILY.acl.default".as_slice()),
        _ => None,
    };
    if let Some((key, text)) = list.zip(acl::to_text(value)) {
        return (key.to_vec(), text);
    }
    let mut key = b"SCHILY.xattr.".to_vec();
    for byte in name {
        match byte {
            b'=' => key.extend(b"%3D"),
            b'%' => key.extend(b"%25"),
            byte => key.push(*byte),
        }
    }
    (key, value.clone())
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    let fill = usize::try_from(padding(bytes.len() as u64)).unwrap_or(0);
    bytes.extend(ZEROS.get(..fill).unwrap_or_default());
    bytes
}
