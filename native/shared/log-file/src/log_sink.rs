use crate::{write_record, Limits, RotatingFile, Tag, Timestamp};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a file that could not be opened is left alone.
const REOPEN_EVERY: Duration = Duration::from_secs(1);

/// A log that outlives a full or missing disk: records that cannot be written are counted, and a
/// record that says how many is written before the next one that can.
pub struct LogSink {
    path: PathBuf,
    limits: Limits,
    /// Stream column and first words of the note on lost records.
    voice: (&'static str, &'static str),
    file: Option<RotatingFile>,
    tried_at: Option<Instant>,
    lost: u64,
    buffer: Vec<u8>,
}

/// The result of a record.
#[derive(Debug)]
pub enum Outcome {
    Written,
    /// Written, after `lost` records before it were not.
    Recovered {
        lost: u64,
    },
    /// Not written. The error is there for the first record of a row and `None` for those after it.
    Lost(Option<io::Error>),
}

impl LogSink {
    /// Opens nothing yet. `stream` is the column and `speaker` the first words of notes.
    pub fn new(path: &Path, limits: Limits, stream: &'static str, speaker: &'static str) -> Self {
        LogSink {
            path: path.to_path_buf(),
            limits,
            voice: (stream, speaker),
            file: None,
            tried_at: None,
            lost: 0,
            buffer: Vec::new(),
        }
    }

    /// Opens the file now, so that it exists before the first record.
    pub fn open(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.tried_at = Some(Instant::now());
            self.file = Some(RotatingFile::open(&self.path, self.limits)?);
        }
        Ok(())
    }

    /// Appends one record; never fails, says what became of it.
    pub fn append(&mut self, at: Timestamp, stream: &str, tag: Tag, text: &[u8]) -> Outcome {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        if self.lost > 0 {
            let (voice, speaker) = self.voice;
            let note = format!(
                "{speaker}: {} lines before this one could not be written",
                self.lost
            );
            write_record(&mut buffer, at, voice, Tag::Full, note.as_bytes());
        }
        write_record(&mut buffer, at, stream, tag, text);
        let result = self.write(&buffer);
        self.buffer = buffer;
        match result {
            Ok(()) => match std::mem::take(&mut self.lost) {
                0 => Outcome::Written,
                lost => Outcome::Recovered { lost },
            },
            Err(error) => {
                self.lost += 1;
                Outcome::Lost((self.lost == 1).then_some(error))
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let tried_lately = self.tried_at.is_some_and(|at| at.elapsed() < REOPEN_EVERY);
        if self.file.is_none() && tried_lately {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        self.open()?;
        match &mut self.file {
            Some(file) => file.append(bytes),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn lost_records_are_counted_and_told_before_the_next_one() {
        let directory =
            std::env::temp_dir().join(format!("capsule-log-sink-{}", std::process::id()));
        fs::write(&directory, "in the way").unwrap();
        let path = directory.join("a.log");
        let mut sink = LogSink::new(&path, Limits::default(), "stderr", "writer");
        let at = Timestamp::new(0, 0);
        let first = sink.append(at, "stdout", Tag::Full, b"one");
        assert!(matches!(first, Outcome::Lost(Some(_))));
        let second = sink.append(at, "stdout", Tag::Full, b"two");
        assert!(matches!(second, Outcome::Lost(None)));

        fs::remove_file(&directory).unwrap();
        sink.open().unwrap();
        let third = sink.append(at, "stdout", Tag::Full, b"three");
        assert!(matches!(third, Outcome::Recovered { lost: 2 }));
        let fourth = sink.append(at, "stdout", Tag::Full, b"four");
        assert!(matches!(fourth, Outcome::Written));
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(
            text,
            "1970-01-01T00:00:00.000000000Z stderr F writer: 2 lines before this one could not be written\n\
             1970-01-01T00:00:00.000000000Z stdout F three\n\
             1970-01-01T00:00:00.000000000Z stdout F four\n"
        );
    }
}
