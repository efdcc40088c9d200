use crate::root::Root;
use crate::unpack::Owner;
use std::path::PathBuf;

pub enum Work {
    Pack(String),
    Unpack { path: String, owner: Owner },
    Look(String),
}

pub struct Arguments {
    pub root: Root,
    pub work: Work,
}

pub const USAGE: &str = "capsule-files \
    process PID CGROUP | mount TYPE SOURCE OPTIONS BASE PLACE rw|ro, \
    then pack PATH | unpack PATH own|fill|root | look PATH";

/// All are positional: only our own driver writes them.
pub fn parse(words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut words = words;
    let root = match words.next()?.as_str() {
        "process" => Root::Process {
            pid: words.next()?.parse().ok()?,
            cgroup: words.next()?,
        },
        "mount" => Root::Mount {
            kind: words.next()?,
            source: words.next()?,
            options: words.next()?,
            base: PathBuf::from(words.next()?),
            place: PathBuf::from(words.next()?),
            read_only: words.next()? == "ro",
        },
        _ => return None,
    };
    let verb = words.next()?;
    let path = words.next().filter(|path| path.starts_with('/'))?;
    let work = match verb.as_str() {
        "pack" => Work::Pack(path),
        "unpack" => Work::Unpack {
            path,
            owner: match words.next()?.as_str() {
                "own" => Owner::Kept,
                "fill" => Owner::KeptOfTarget,
                _ => Owner::Root,
            },
        },
        "look" => Work::Look(path),
        _ => return None,
    };
    Some(Arguments { root, work })
}
