use crate::journal::Journal;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;

const DEVICE: &str = "/dev/kmsg";
/// The column of the kernel's lines.
const STREAM: &str = "kernel";
/// The kernel gives one record at a time, and never a longer one.
const RECORD_BYTES: usize = 8192;
/// So many records are taken before PID 1 looks at its services again.
const AT_ONCE: usize = 256;

/// Messages of the kernel, from the start of the machine on. They go to the log file; the kernel itself shows on the
/// console what is urgent.
pub struct KernelLog {
    device: File,
}

impl KernelLog {
    pub fn open(journal: &mut Journal) -> Option<Self> {
        let mut options = OpenOptions::new();
        let device = options
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(DEVICE);
        match device {
            Ok(device) => Some(KernelLog { device }),
            Err(error) => {
                journal.say(&format!("messages of the kernel are not kept: {error}"));
                None
            }
        }
    }

    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.device.as_fd()
    }

    pub fn read(&mut self, journal: &mut Journal) {
        let mut record = [0; RECORD_BYTES];
        for _ in 0..AT_ONCE {
            match self.device.read(&mut record) {
                Ok(0) => return,
                Ok(length) => {
                    let record = record.get(..length).unwrap_or_default();
                    if let Some(text) = message(record) {
                        journal.note(STREAM, text);
                    }
                }
                // Older records were overwritten before they were read.
                Err(error) if error.raw_os_error() == Some(libc::EPIPE) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

/// The first line of a record `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT`; `None` for one that a program wrote. Further
/// lines describe the device: Documentation/ABI/testing/dev-kmsg of Linux.
fn message(record: &[u8]) -> Option<&[u8]> {
    let (head, text) = split(record, b';')?;
    let (priority, _) = split(head, b',')?;
    let priority: u32 = std::str::from_utf8(priority).ok()?.parse().ok()?;
    let is_from_kernel = priority >> 3 == 0;
    is_from_kernel.then(|| split(text, b'\n').map_or(text, |(line, _)| line))
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let index = bytes.iter().position(|byte| *byte == at)?;
    Some((bytes.get(..index)?, bytes.get(index + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn a_record_of_the_kernel_is_its_first_line() {
        let record = b"6,339,5140900,-;virtio_net eth0: up\n SUBSYSTEM=net\n DEVICE=n2\n";
        assert_eq!(message(record), Some(b"virtio_net eth0: up".as_slice()));
    }

    #[test]
    fn a_record_of_a_program_is_none() {
        assert_eq!(message(b"12,340,5140901,-;written by a program\n"), None);
        assert_eq!(message(b"nonsense"), None);
        assert_eq!(message(b"x,1;text\n"), None);
    }
}
