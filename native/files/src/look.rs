use capsule_archive::failure::{At, Outcome};
use capsule_archive::path::shown;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Describes a path as lines `key=value`. A missing entry is an answer too.
pub fn look(at: &Path) -> Outcome<String> {
    let meta = match fs::symlink_metadata(at) {
        Ok(meta) => meta,
        Err(error) if is_nothing(&error) => return Ok("type=none\n".to_string()),
        other => other.at(at)?,
    };
    let mut text = format!(
        "type={}\nsize={}\nmode={}\nmtime={}\n",
        word(&meta),
        meta.len(),
        meta.mode() & 0o7777,
        meta.mtime() * 1000 + meta.mtime_nsec() / 1_000_000,
    );
    if meta.file_type().is_symlink() {
        let target = fs::read_link(at).at(at)?;
        let behind = fs::metadata(at).map_or("none", |meta| word(&meta));
        text += &format!(
            "behind={behind}\ntarget={}\n",
            shown(target.as_os_str().as_bytes())
        );
    }
    Ok(text)
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR))
}

fn word(meta: &Metadata) -> &'static str {
    let kind = meta.file_type();
    if kind.is_file() {
        "file"
    } else if kind.is_dir() {
        "folder"
    } else if kind.is_symlink() {
        "link"
    } else {
        "other"
    }
}
