use crate::block::{self, padding, Block, BLOCK_BYTES};
use crate::failure::{At, Failure, Outcome};
use crate::source::fill;
use crate::source::Stream;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// Smaller blobs cost less on the way with all the rest.
const LARGE_BYTES: u64 = 1024 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;
const BLOBS: &[u8] = b"blobs/sha256/";
const HEX_DIGITS: usize = 64;
/// Of a header and of a further block of GNU's sparse maps: whether one more block follows.
const OLD_SPARSE: (usize, usize) = (482, 504);

/// A stream that was sifted.
pub struct Sifted {
    /// Whether it came to the end of its archive. The end itself is not passed on.
    pub is_whole: bool,
    pub blobs: Vec<Blob>,
}

/// A file of the folder, named as the digest that the archive claims for it.
pub struct Blob {
    pub name: String,
    pub bytes: u64,
}

/// Takes the large blobs of an OCI layout out of the archive, into files of a folder, and passes all other
/// bytes on as they are. A stream that is no tar archive passes as it is, too: its reader has the better words.
pub fn sift(folder: &Path, input: impl Read, output: &mut impl Write) -> Outcome<Sifted> {
    let mut sieve = Sieve {
        folder,
        input: Stream(input),
        output,
        buffer: vec![0; BUFFER_BYTES],
        blobs: Vec::new(),
    };
    let is_whole = sieve.run()?;
    sieve.output.flush().of(b"output")?;
    let blobs = sieve.blobs;
    Ok(Sifted { is_whole, blobs })
}

struct Sieve<'a, R, W> {
    folder: &'a Path,
    input: Stream<R>,
    output: &'a mut W,
    buffer: Vec<u8>,
    blobs: Vec<Blob>,
}

impl<R: Read, W: Write> Sieve<'_, R, W> {
    fn run(&mut self) -> Outcome<bool> {
        // A header before an entry may give it another name or size.
        let mut is_described = false;
        loop {
            let mut header = Block::empty();
            let count = fill(&mut self.input, &mut header.0).of(b"input")?;
            if count < BLOCK_BYTES {
                self.pass(header.0.get(..count).unwrap_or_default())?;
                return Ok(false);
            }
            if header.is_empty() {
                return self.drain().map(|()| true);
            }
            let size = header.number(block::SIZE, "size");
            let size = size.ok().and_then(|size| u64::try_from(size).ok());
            let Some(size) = size.filter(|_| header.is_sound()) else {
                return self.pass_rest(&header).map(|()| false);
            };
            let letter = header.byte(block::TYPE.0);
            let is_file = matches!(letter, b'0' | 0);
            let name = digits_of(header.text(block::NAME));
            let is_done = match name.filter(|_| is_file && !is_described && size >= LARGE_BYTES) {
                Some(name) => self.take(&header, &name, size)?,
                None => self.pass_entry(&header, size)?,
            };
            if !is_done {
                return Ok(false);
            }
            is_described =
                matches!(letter, b'x' | b'X' | b'L' | b'K') || (is_described && letter == b'g');
        }
    }

    /// False where the archive ends in the middle of the blob.
    fn take(&mut self, header: &Block, name: &str, size: u64) -> Outcome<bool> {
        let path = self.folder.join(name);
        let mut file = create(&path).at(&path)?;
        let copied = copy(&mut self.input.0, &mut file, size, &mut self.buffer);
        let rest = match copied.map_err(|failure| failure.at(&path))? {
            copied if copied == size => self.skip(padding(size))?,
            _ => 1,
        };
        if rest > 0 {
            // Its reader finds that the data is missing.
            return self.pass(&header.0).map(|()| false);
        }
        self.blobs.push(Blob {
            name: name.to_string(),
            bytes: size,
        });
        Ok(true)
    }

    /// Passes an entry with its data. False where the archive ends in the middle of it.
    fn pass_entry(&mut self, header: &Block, size: u64) -> Outcome<bool> {
        self.pass(&header.0)?;
        let letter = header.byte(block::TYPE.0);
        let mut is_extended = letter == b'S' && header.byte(OLD_SPARSE.0) != 0;
        while is_extended {
            let mut map = Block::empty();
            let count = fill(&mut self.input, &mut map.0).of(b"input")?;
            self.pass(map.0.get(..count).unwrap_or_default())?;
            is_extended = count == BLOCK_BYTES && map.byte(OLD_SPARSE.1) != 0;
        }
        // Links, devices and folders have no data, whatever their size says.
        let data = if matches!(letter, b'1'..=b'6') {
            0
        } else {
            size
        };
        let whole = data.saturating_add(padding(data));
        let copied = copy(&mut self.input.0, self.output, whole, &mut self.buffer);
        Ok(copied.map_err(|failure| failure.at(Path::new("output")))? == whole)
    }

    fn pass(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.output.write_all(bytes).of(b"output")
    }

    /// The rest as it is. After a blob was taken, it is an archive that is damaged, and ends here.
    fn pass_rest(&mut self, header: &Block) -> Outcome<()> {
        self.pass(&header.0)?;
        if self.blobs.is_empty() {
            let copied = copy(&mut self.input.0, self.output, u64::MAX, &mut self.buffer);
            copied.map_err(|failure| failure.at(Path::new("output")))?;
        }
        Ok(())
    }

    fn drain(&mut self) -> Outcome<()> {
        self.skip(u64::MAX).map(drop)
    }

    /// Answers how much was missing.
    fn skip(&mut self, count: u64) -> Outcome<u64> {
        let copied = copy(&mut self.input.0, &mut io::sink(), count, &mut self.buffer);
        Ok(count - copied.map_err(|failure| failure.at(Path::new("input")))?)
    }
}

/// The digest in the name of a blob.
fn digits_of(name: &[u8]) -> Option<String> {
    let name = name.strip_prefix(b"./").unwrap_or(name);
    let digits = name.strip_prefix(BLOBS)?;
    let is_digest = digits.len() == HEX_DIGITS
        && digits
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_digest.then(|| String::from_utf8_lossy(digits).into_owned())
}

/// A blob that comes twice is written again: its digest is checked later.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).open(path)
}

/// On which side a copy failed.
enum CopyFailure {
    Read(io::Error),
    Write(io::Error),
}

impl CopyFailure {
    fn at(self, path: &Path) -> Failure {
        match self {
            CopyFailure::Read(error) => Failure::io(Path::new("input"), &error),
            CopyFailure::Write(error) => Failure::io(path, &error),
        }
    }
}

/// Copies as much as there is, up to a count. Answers how much it was.
fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    count: u64,
    buffer: &mut [u8],
) -> Result<u64, CopyFailure> {
    let mut copied = 0;
    while copied < count {
        let most = usize::try_from(count - copied).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let part = buffer.get_mut(..most).unwrap_or_default();
        let read = match from.read(part) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other.map_err(CopyFailure::Read)?,
        };
        if read == 0 {
            break;
        }
        to.write_all(part.get(..read).unwrap_or_default())
            .map_err(CopyFailure::Write)?;
        copied += read as u64;
    }
    Ok(copied)
}

#[cfg(test)]
#[path = "sift_test.rs"]
mod tests;
