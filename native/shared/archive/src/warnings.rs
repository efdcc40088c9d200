use crate::failure::line;
use crate::path::shown;
use std::io::Write;

/// More of them help no user.
const MOST: usize = 100;

/// The entries that were left out, with the reasons: lines of a stream, of which the first ones count.
pub struct Warnings<'a> {
    to: &'a mut dyn Write,
    count: usize,
}

impl<'a> Warnings<'a> {
    pub fn new(to: &'a mut dyn Write) -> Self {
        Warnings { to, count: 0 }
    }

    pub fn add(&mut self, name: &[u8], reason: &str) {
        self.count += 1;
        if self.count <= MOST {
            // A reader that is gone ends the work in another way.
            let _ = writeln!(self.to, "{}", line("warning", &shown(name), reason));
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// Reports how many were not reported.
    pub fn finish(self) {
        if let Some(more) = self.count.checked_sub(MOST).filter(|more| *more > 0) {
            let reason = format!("and {more} more were left out or not kept");
            let _ = writeln!(self.to, "{}", line("warning", "", &reason));
        }
    }
}
