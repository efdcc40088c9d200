use crate::block::{self, invalid, padding, Block, BLOCK_BYTES};
use crate::describe::{checked_name, describe, kind, last, plain_name};
use crate::entry::{Entry, Kind};
use crate::path::MOST_NAME_BYTES;
use crate::pax::{self, decimal, Record};
use crate::source::{cut, exactly, Source};
use crate::sparse;
use std::io;

/// Attributes and sparse maps can be long; what is longer is no header.
const MOST_PAX_BYTES: u64 = 32 * 1024 * 1024;
const MOST_GLOBAL_BYTES: usize = 1024 * 1024;
/// Each entry has a copy of them.
const MOST_GLOBALS: usize = 1000;
/// A line of a sparse map: a number of 64 bits.
const MOST_LINE_BYTES: usize = 21;

/// Reads an archive entry by entry. Errors that come of no system call are the archive's own.
pub struct Reader<S> {
    source: S,
    /// Data of the present entry that was not read yet, and what fills its last block.
    left: u64,
    fill: u64,
    is_over: bool,
    globals: Vec<Record>,
}

/// The records before an entry that belong to it.
#[derive(Default)]
struct Before {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    records: Vec<Record>,
    is_there: bool,
}

impl<S: Source> Reader<S> {
    pub fn new(source: S) -> Self {
        Reader {
            source,
            left: 0,
            fill: 0,
            is_over: false,
            globals: Vec::new(),
        }
    }

    /// Records of global headers that came so far.
    pub fn globals(&self) -> &[Record] {
        &self.globals
    }

    /// The next entry; what was left of the last one is passed over.
    pub fn next_entry(&mut self) -> io::Result<Option<Entry>> {
        if self.is_over {
            return Ok(None);
        }
        self.source.skip(self.left)?;
        self.source.skip(self.fill)?;
        (self.left, self.fill) = (0, 0);
        let mut before = Before::default();
        loop {
            let Some(header) = self.header(&before)? else {
                self.is_over = true;
                return Ok(None);
            };
            match header.byte(block::TYPE.0) {
                b'x' | b'X' => {
                    let data = self.extension(&header, MOST_PAX_BYTES)?;
                    // One in the place of another: together they would take any memory.
                    before.records = pax::parse(&data)?;
                }
                b'g' => {
                    let data = self.extension(&header, MOST_GLOBAL_BYTES as u64)?;
                    self.keep_globals(pax::parse(&data)?)?;
                    continue;
                }
                b'L' => before.name = Some(self.long_name(&header)?),
                b'K' => before.link = Some(self.long_name(&header)?),
                // The name of a volume of tapes.
                b'V' => {
                    let size = self.member_size(&header, &[])?;
                    self.source.skip(size)?;
                    self.source.skip(padding(size))?;
                    continue;
                }
                kind => return self.entry(&header, kind, before).map(Some),
            }
            before.is_there = true;
        }
    }

    /// The next bytes of data, holes left out; 0 at their end.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self
            .source
            .read(buffer.get_mut(..most).unwrap_or_default())?;
        if count == 0 {
            return Err(cut());
        }
        self.left -= count as u64;
        Ok(count)
    }

    /// `None` at the end: an empty block. A stream without one was cut, also between two entries.
    fn header(&mut self, before: &Before) -> io::Result<Option<Block>> {
        let mut header = Block::empty();
        exactly(&mut self.source, &mut header.0)?;
        if header.is_empty() {
            return if before.is_there {
                Err(cut())
            } else {
                Ok(None)
            };
        }
        if !header.is_sound() {
            return Err(invalid(
                "it is no tar archive, or spoilt: a checksum is wrong",
            ));
        }
        Ok(Some(header))
    }

    /// The data of a header that describes another one.
    fn extension(&mut self, header: &Block, most: u64) -> io::Result<Vec<u8>> {
        let size = self.member_size(header, &[])?;
        if size > most {
            return Err(invalid(format!("a header has {size} bytes of text")));
        }
        // As it comes: a size is only a claim.
        let mut data = Vec::new();
        let mut buffer = [0; 16 * 1024];
        while (data.len() as u64) < size {
            let most = usize::try_from(size - data.len() as u64).unwrap_or(buffer.len());
            let part = buffer.get_mut(..most.min(16 * 1024)).unwrap_or_default();
            let count = self.source.read(part)?;
            if count == 0 {
                return Err(cut());
            }
            data.extend(part.iter().take(count));
        }
        self.source.skip(padding(size))?;
        Ok(data)
    }

    fn long_name(&mut self, header: &Block) -> io::Result<Vec<u8>> {
        let mut name = self.extension(header, MOST_NAME_BYTES as u64 + 1)?;
        if let Some(end) = name.iter().position(|byte| *byte == 0) {
            name.truncate(end);
        }
        Ok(name)
    }

    fn keep_globals(&mut self, records: Vec<Record>) -> io::Result<()> {
        for (key, value) in records {
            self.globals.retain(|(known, _)| *known != key);
            self.globals.push((key, value));
            if self.globals.len() > MOST_GLOBALS {
                return Err(invalid("it has too many global records"));
            }
        }
        let size: usize = self.globals.iter().map(|it| it.0.len() + it.1.len()).sum();
        if size > MOST_GLOBAL_BYTES {
            return Err(invalid("its global headers are too long"));
        }
        Ok(())
    }

    fn member_size(&self, header: &Block, records: &[Record]) -> io::Result<u64> {
        if let Some(size) = last(records, b"size") {
            return decimal(size).ok_or_else(|| invalid("its size is not a number"));
        }
        let size = header.number(block::SIZE, "size")?;
        // More than the kernel has files for.
        i64::try_from(size)
            .ok()
            .and_then(|size| u64::try_from(size).ok())
            .ok_or_else(|| invalid(format!("its size is {size} bytes")))
    }

    fn entry(&mut self, header: &Block, letter: u8, before: Before) -> io::Result<Entry> {
        let mut records = self.globals.clone();
        records.extend(before.records);
        let name = match last(&records, b"GNU.sparse.name").or(last(&records, b"path")) {
            Some(name) => name.to_vec(),
            None => before.name.unwrap_or_else(|| plain_name(header)),
        };
        let is_slashed = name.ends_with(b"/");
        let kind = kind(letter, is_slashed);
        let mut entry = Entry::new(checked_name(name)?, kind);
        entry.link = match last(&records, b"linkpath") {
            Some(link) => link.to_vec(),
            None => before
                .link
                .unwrap_or_else(|| header.text(block::LINK).to_vec()),
        };
        let is_link = kind == Kind::Symlink || kind == Kind::HardLink;
        if is_link && (entry.link.is_empty() || entry.link.contains(&0)) {
            return Err(invalid("a link has no target"));
        }
        describe(&mut entry, header, &records)?;
        // As archives have been written: only files have data, whatever the size of anything else says. An
        // unknown type has the size that it says.
        if matches!(kind, Kind::File | Kind::Unknown(_)) || letter == b'D' {
            self.left = self.member_size(header, &records)?;
            self.fill = padding(self.left);
        }
        if kind == Kind::File {
            self.find_holes(&mut entry, header, &records)?;
        }
        Ok(entry)
    }

    fn find_holes(
        &mut self,
        entry: &mut Entry,
        header: &Block,
        records: &[Record],
    ) -> io::Result<()> {
        let number = |key: &[u8]| match last(records, key) {
            Some(text) => decimal(text)
                .map(Some)
                .ok_or_else(|| invalid("its real size is not a number")),
            None => Ok(None),
        };
        let unknown = || invalid("a sparse file does not have its size");
        let major = last(records, b"GNU.sparse.major");
        if header.byte(block::TYPE.0) == b'S' {
            entry.size = sparse::old_size(header)?;
            let source = &mut self.source;
            entry.segments = Some(sparse::old_map(header, || {
                let mut block = Block::empty();
                exactly(source, &mut block.0)?;
                Ok(block)
            })?);
        } else if major.is_some_and(|major| major != b"0") {
            let minor = last(records, b"GNU.sparse.minor");
            if major != Some(b"1") || minor != Some(b"0") {
                return Err(invalid("a sparse file is of an unknown version"));
            }
            entry.size = number(b"GNU.sparse.realsize")?.ok_or_else(unknown)?;
            entry.segments = Some(self.map_in_data()?);
        } else if let Some(map) = sparse::pax_map(records)? {
            let size = number(b"GNU.sparse.size")?.or(number(b"GNU.sparse.realsize")?);
            entry.size = size.ok_or_else(unknown)?;
            entry.segments = Some(map);
        } else {
            entry.size = self.left;
        }
        match &entry.segments {
            Some(map) => sparse::check(map, entry.size, self.left),
            None => Ok(()),
        }
    }

    fn map_in_data(&mut self) -> io::Result<Vec<crate::entry::Segment>> {
        let mut block: Vec<u8> = Vec::new();
        let mut at = 0;
        let map = sparse::data_map(|| {
            let mut line = Vec::new();
            loop {
                if at == block.len() {
                    if self.left < BLOCK_BYTES as u64 {
                        return Err(invalid("its sparse map ends too early"));
                    }
                    block.resize(BLOCK_BYTES, 0);
                    exactly(&mut self.source, &mut block)?;
                    self.left -= BLOCK_BYTES as u64;
                    at = 0;
                }
                let byte = block.get(at).copied().unwrap_or(0);
                at += 1;
                if byte == b'\n' {
                    return Ok(line);
                }
                line.push(byte);
                if line.len() > MOST_LINE_BYTES {
                    return Err(invalid("its sparse map is not made of numbers"));
                }
            }
        })?;
        Ok(map)
    }
}

#[cfg(test)]
#[path = "reader_test.rs"]
mod tests;
