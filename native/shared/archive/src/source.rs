use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

/// Bytes of an archive, in order.
pub trait Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Passes over bytes; the next read at the latest reports an archive that ends before them.
    fn skip(&mut self, mut count: u64) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        while count > 0 {
            let most = usize::try_from(count)
                .unwrap_or(usize::MAX)
                .min(buffer.len());
            let read = self.read(buffer.get_mut(..most).unwrap_or_default())?;
            if read == 0 {
                return Err(cut());
            }
            count -= read as u64;
        }
        Ok(())
    }
}

/// Any reader, which is read to pass over bytes.
pub struct Stream<R>(pub R);

impl<R: Read> Source for Stream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

/// A file, in which bytes are passed over without being read.
pub struct Seekable {
    file: BufReader<File>,
    size: u64,
}

impl Seekable {
    pub fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        let file = BufReader::with_capacity(64 * 1024, file);
        Ok(Seekable { file, size })
    }
}

impl Source for Seekable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }

    fn skip(&mut self, count: u64) -> io::Result<()> {
        let at = self.file.stream_position()?;
        if count > self.size.saturating_sub(at) {
            return Err(cut());
        }
        self.file
            .seek_relative(i64::try_from(count).map_err(|_| cut())?)
    }
}

pub(crate) fn exactly(source: &mut impl Source, buffer: &mut [u8]) -> io::Result<()> {
    match fill(source, buffer)? == buffer.len() {
        true => Ok(()),
        false => Err(cut()),
    }
}

/// As much as there is.
pub(crate) fn fill(source: &mut impl Source, buffer: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while let Some(rest) = buffer.get_mut(count..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

pub(crate) fn cut() -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "the archive ends in the middle",
    )
}
