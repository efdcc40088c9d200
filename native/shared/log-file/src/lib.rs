//! Log lines with a time and a stream, in files that rotate by size.
//!
//! One record is one line in the format of the CRI: `<RFC3339Nano UTC> <stream> F|P <text>`.

mod limits;
mod line_splitter;
mod log_sink;
mod record;
mod rotating_file;
mod rotation;
mod timestamp;

pub use limits::Limits;
pub use line_splitter::{LineSplitter, MAX_TEXT_BYTES};
pub use log_sink::{LogSink, Outcome};
pub use record::{write_record, Tag};
pub use rotating_file::RotatingFile;
pub use timestamp::Timestamp;
