use crate::root::Root;
use capsule_archive::owner::Owner;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

pub enum Work {
    /// `volume_bytes`: of the volume whose root it is.
    Pack {
        path: PathBuf,
        volume_bytes: Option<u64>,
    },
    Unpack {
        path: PathBuf,
        owner: Owner,
    },
    Look(PathBuf),
}

pub enum Arguments {
    /// Of files somewhere.
    Files { root: Root, work: Work },
    /// Of an archive alone, which is the input.
    Measure,
    /// The same, for a folder that takes its large blobs.
    Sift(PathBuf),
}

pub const USAGE: &str = "capsule-files \
    process PID CGROUP | mount TYPE SOURCE OPTIONS BASE PLACE rw|ro [without PATH]..., \
    then pack PATH [VOLUME-BYTES] | unpack PATH own|fill|root | look PATH; or measure; or sift FOLDER";

/// All are positional: only our own driver writes them. Paths are bytes.
pub fn parse(mut words: impl Iterator<Item = OsString>) -> Option<Arguments> {
    let text = |word: OsString| word.into_string().ok();
    let mut root = match words.next()?.as_bytes() {
        b"measure" => return Some(Arguments::Measure),
        b"sift" => return Some(Arguments::Sift(PathBuf::from(words.next()?))),
        b"process" => Root::Process {
            pid: text(words.next()?)?.parse().ok()?,
            cgroup: text(words.next()?)?,
        },
        b"mount" => Root::Mount {
            kind: text(words.next()?)?,
            source: text(words.next()?)?,
            options: text(words.next()?)?,
            base: PathBuf::from(words.next()?),
            place: PathBuf::from(words.next()?),
            read_only: words.next()? == "ro",
            without: Vec::new(),
        },
        _ => return None,
    };
    let mut verb = words.next()?;
    if let Root::Mount { without, .. } = &mut root {
        while verb == "without" {
            without.push(PathBuf::from(words.next()?));
            verb = words.next()?;
        }
    }
    let path = PathBuf::from(words.next()?);
    if !path.is_absolute() {
        return None;
    }
    let work = match verb.as_bytes() {
        b"pack" => Work::Pack {
            path,
            volume_bytes: match words.next() {
                Some(bytes) => Some(text(bytes)?.parse().ok()?),
                None => None,
            },
        },
        b"unpack" => Work::Unpack {
            path,
            owner: match words.next()?.as_bytes() {
                b"own" => Owner::Kept,
                b"fill" => Owner::KeptOfTarget,
                b"root" => Owner::Root,
                _ => return None,
            },
        },
        b"look" => Work::Look(path),
        _ => return None,
    };
    Some(Arguments::Files { root, work })
}
