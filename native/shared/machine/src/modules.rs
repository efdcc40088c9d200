use nix::errno::Errno;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

const FOLDER: &str = "/lib/modules";

/// Loads what `/lib/modules/load` of an initramfs lists, in its order. A kernel without modules has no list.
pub fn load() -> io::Result<()> {
    let list = match fs::read_to_string(Path::new(FOLDER).join("load")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for name in names(&list) {
        load_one(&Path::new(FOLDER).join(name))
            .map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
    }
    Ok(())
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|name| !name.is_empty())
}

fn load_one(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    // SAFETY: a valid descriptor and an empty string that ends in NUL.
    let result =
        unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), c"".as_ptr(), 0) };
    match Errno::result(result) {
        // The driver of a device that is not there, or is not of this kind of machine, refuses.
        Ok(_) | Err(Errno::EEXIST | Errno::ENODEV) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn one_name_a_line() {
        let list: Vec<&str> = names("a.ko\n\n b.ko \r\nc.ko").collect();
        assert_eq!(list, ["a.ko", "b.ko", "c.ko"]);
    }
}
