use nix::fcntl::{fcntl, FcntlArg, SealFlag};
use nix::sys::memfd::{memfd_create, MFdFlags};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

/// A program in memory that cannot change any more.
///
/// An OCI runtime is the payload's own `/proc/PID/exe` for a moment, so it copies itself into such a file at
/// every call and starts again (CVE-2019-5736), unless it finds that it is one already.
#[derive(Debug)]
pub struct Sealed {
    file: File,
}

impl Sealed {
    pub fn copy_of(program: &Path) -> io::Result<Self> {
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let mut file = File::from(memfd_create(c"oci-runtime", flags)?);
        io::copy(&mut File::open(program)?, &mut file)?;
        let seals = SealFlag::F_SEAL_SEAL
            | SealFlag::F_SEAL_SHRINK
            | SealFlag::F_SEAL_GROW
            | SealFlag::F_SEAL_WRITE;
        fcntl(&file, FcntlArg::F_ADD_SEALS(seals))?;
        Ok(Sealed { file })
    }

    /// For our own children, who have our descriptors until they are another program.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn it_runs_and_cannot_be_written() {
        let sealed = Sealed::copy_of(Path::new("/bin/cat")).unwrap();
        let output = Command::new(sealed.path())
            .arg("/proc/self/comm")
            .output()
            .unwrap();
        assert!(output.status.success());
        assert!(std::fs::write(sealed.path(), "other").is_err());
    }
}
