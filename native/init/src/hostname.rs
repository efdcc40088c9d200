use std::fs;
use std::io;

/// Sets the host name from `CAPSULE_HOSTNAME`, else from `/etc/hostname`; without either it stays.
pub fn set() -> io::Result<()> {
    let wanted = match std::env::var("CAPSULE_HOSTNAME") {
        Ok(name) => name,
        Err(_) => match fs::read_to_string("/etc/hostname") {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        },
    };
    let wanted = wanted.trim();
    if wanted.is_empty() {
        return Ok(());
    }
    Ok(nix::unistd::sethostname(wanted)?)
}
