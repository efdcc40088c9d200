use capsule_log_file::{write_record, Limits, LogSink, Outcome, Tag, Timestamp};
use capsule_machine::console;
use std::path::Path;

/// The column of our own lines.
const SELF: &str = "init";
/// Lines kept for a file that cannot be opened yet: /perm may come up after the first of them.
const MAX_EARLY_LINES: usize = 256;

/// The system log: every line goes to the console and to the log file.
pub struct Journal {
    /// `None` once the file has been let go.
    sink: Option<LogSink>,
    early: Option<Vec<EarlyLine>>,
    is_held: bool,
}

struct EarlyLine {
    at: Timestamp,
    stream: String,
    tag: Tag,
    text: Vec<u8>,
}

impl Journal {
    pub fn new(path: &Path) -> Self {
        Journal {
            sink: Some(LogSink::new(path, Limits::default(), SELF, "log")),
            early: Some(Vec::new()),
            is_held: false,
        }
    }

    /// Opens no file until `release`: before /perm is mounted, its place is a folder in memory, which the mount hides.
    pub fn hold(&mut self) {
        self.is_held = true;
    }

    /// From the next line on, the file has all lines.
    pub fn release(&mut self) {
        self.is_held = false;
    }

    /// A line of our own: one for each change of state.
    pub fn say(&mut self, text: &str) {
        self.write(SELF, Tag::Full, text.replace('\n', " ").as_bytes());
    }

    /// A line of a service.
    pub fn write(&mut self, stream: &str, tag: Tag, text: &[u8]) {
        let at = Timestamp::now();
        let mut line = Vec::with_capacity(text.len() + 64);
        write_record(&mut line, at, stream, tag, text);
        console::write(&line);
        self.keep(at, stream, tag, text);
    }

    /// A line for the file alone.
    pub fn note(&mut self, stream: &str, text: &[u8]) {
        self.keep(Timestamp::now(), stream, Tag::Full, text);
    }

    /// Lets go of the file, so that its filesystem can be unmounted. Later lines go to the console.
    pub fn close(&mut self) {
        self.sink = None;
    }

    fn keep(&mut self, at: Timestamp, stream: &str, tag: Tag, text: &[u8]) {
        let Some(sink) = &mut self.sink else { return };
        if let Some(early) = &mut self.early {
            let opened = if self.is_held {
                None
            } else {
                Some(sink.open())
            };
            if let Some(Err(error)) = &opened {
                if early.is_empty() {
                    let note = format!("the log file cannot be opened yet: {error}\n");
                    console::write(note.as_bytes());
                }
            }
            if !matches!(opened, Some(Ok(()))) && early.len() < MAX_EARLY_LINES {
                early.push(EarlyLine {
                    at,
                    stream: stream.to_string(),
                    tag,
                    text: text.to_vec(),
                });
                return;
            }
            if self.is_held {
                return;
            }
            for line in self.early.take().unwrap_or_default() {
                let outcome = sink.append(line.at, &line.stream, line.tag, &line.text);
                report(&outcome);
            }
        }
        report(&sink.append(at, stream, tag, text));
    }
}

fn report(outcome: &Outcome) {
    let note = match outcome {
        Outcome::Lost(Some(error)) => format!("the log file cannot be written: {error}\n"),
        Outcome::Recovered { lost } => {
            format!("the log file can be written again; {lost} lines are missing\n")
        }
        Outcome::Written | Outcome::Lost(None) => return,
    };
    console::write(note.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn lines_before_the_disk_is_there_are_in_the_file_on_the_disk() {
        let folder = std::env::temp_dir().join(format!("capsule-journal-{}", std::process::id()));
        let path = folder.join("log/capsule.log");
        let mut journal = Journal::new(&path);
        journal.hold();
        journal.note("init", b"before the mount");
        assert!(!folder.exists());
        journal.release();
        journal.note("init", b"after it");
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let lines: Vec<&str> = text.lines().filter_map(|line| line.get(31..)).collect();
        assert_eq!(lines, ["init F before the mount", "init F after it"]);
    }
}
