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
        }
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
            if let Err(error) = sink.open() {
                if early.is_empty() {
                    let note = format!("the log file cannot be opened yet: {error}\n");
                    console::write(note.as_bytes());
                }
                if early.len() < MAX_EARLY_LINES {
                    early.push(EarlyLine {
                        at,
                        stream: stream.to_string(),
                        tag,
                        text: text.to_vec(),
                    });
                    return;
                }
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
