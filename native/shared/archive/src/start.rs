use crate::failure::{At, Failure, Outcome};
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Where a path is, what it is called there, and in an archive.
pub(crate) struct Start {
    pub parent: PathBuf,
    pub leaf: CString,
    pub name: Vec<u8>,
}

pub(crate) fn find_start(path: &Path) -> Outcome<Start> {
    let bytes = path.as_os_str().as_bytes();
    let is_content = bytes.ends_with(b"/") || bytes.ends_with(b"/.");
    let is_nameless = path == Path::new("/") || bytes.ends_with(b"/.");
    let last = path.components().next_back();
    let leads_up = matches!(last, Some(Component::ParentDir));
    if !is_content && !leads_up {
        let name = last_part(path);
        let leaf = c_string(&name, path)?;
        let parent = path.parent().unwrap_or(Path::new("/")).to_path_buf();
        return Ok(Start { parent, leaf, name });
    }
    if is_nameless {
        let (parent, leaf) = (path.to_path_buf(), c".".to_owned());
        let name = b".".to_vec();
        return Ok(Start { parent, leaf, name });
    }
    // A path that ends in a slash means what a link there leads to.
    let parent = fs::canonicalize(path).at(path)?;
    if !parent.is_dir() {
        return Err(Failure::new("not-a-folder", path, "it is no folder"));
    }
    let name = last_part(&parent);
    let leaf = c".".to_owned();
    Ok(Start { parent, leaf, name })
}

fn last_part(path: &Path) -> Vec<u8> {
    match path.components().next_back() {
        Some(Component::Normal(name)) => name.as_bytes().to_vec(),
        _ => b".".to_vec(),
    }
}

fn c_string(name: &[u8], path: &Path) -> Outcome<CString> {
    CString::new(name).map_err(io::Error::from).at(path)
}
