use capsule_archive::failure::Outcome;
use capsule_archive::hidden::Hidden;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// As many as the kernel follows.
const MOST_LINKS: usize = 40;

/// Fails where a path leads to what is hidden, also by links, and also where nothing is at its end.
pub fn check(path: &Path, hidden: Hidden) -> Outcome<()> {
    match deepest(path, MOST_LINKS) {
        Some(meta) => hidden.check(meta.dev(), path.as_os_str().as_bytes()),
        None => Ok(()),
    }
}

/// The last thing on the way that is there.
fn deepest(path: &Path, links: usize) -> Option<Metadata> {
    for at in path.ancestors() {
        if let Ok(meta) = fs::metadata(at) {
            return Some(meta);
        }
        // A link whose target is not there leads to that target's folder.
        if let (Ok(target), true) = (fs::read_link(at), links > 0) {
            let folder = at.parent().unwrap_or(Path::new("/"));
            return deepest(&folder.join(target), links - 1);
        }
    }
    None
}
