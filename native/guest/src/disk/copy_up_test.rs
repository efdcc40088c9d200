use super::*;
use std::os::unix::fs::{chown, symlink, MetadataExt, PermissionsExt};

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("capsule-copy-up-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("root/data/sub")).unwrap();
        fs::create_dir_all(path.join("volume/lost+found")).unwrap();
        Scratch(path)
    }

    fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    fn volume(&self) -> PathBuf {
        self.0.join("volume")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

#[test]
fn an_empty_volume_gets_the_folder_with_all_that_files_have() {
    let scratch = Scratch::new("all");
    let data = scratch.root().join("data");
    fs::write(data.join("file"), "content").unwrap();
    fs::hard_link(data.join("file"), data.join("sub/again")).unwrap();
    symlink("/etc/passwd", data.join("link")).unwrap();
    File::create(data.join("hole"))
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    nix::unistd::mkfifo(&data.join("pipe"), nix::sys::stat::Mode::S_IRUSR).unwrap();
    if is_root() {
        chown(data.join("file"), Some(1000), Some(1001)).unwrap();
        chown(&data, Some(33), Some(34)).unwrap();
    }
    fs::set_permissions(data.join("file"), fs::Permissions::from_mode(0o4711)).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o1750)).unwrap();

    fill(&scratch.root(), "/data", &scratch.volume()).unwrap();

    let volume = scratch.volume();
    assert_eq!(
        names(&volume),
        ["file", "hole", "link", "lost+found", "pipe", "sub"]
    );
    let hole = fs::metadata(volume.join("hole")).unwrap();
    assert_eq!((hole.len(), hole.blocks()), (1 << 30, 0));
    let file = fs::metadata(volume.join("file")).unwrap();
    let source = fs::metadata(data.join("file")).unwrap();
    let all = |meta: &fs::Metadata| {
        (
            meta.mode(),
            meta.uid(),
            meta.gid(),
            meta.mtime(),
            meta.mtime_nsec(),
        )
    };
    assert_eq!(all(&file), all(&source));
    assert_eq!(
        file.ino(),
        fs::metadata(volume.join("sub/again")).unwrap().ino()
    );
    assert_eq!(
        fs::read_link(volume.join("link")).unwrap(),
        Path::new("/etc/passwd")
    );
    assert_eq!(
        all(&fs::metadata(&volume).unwrap()),
        all(&fs::metadata(&data).unwrap())
    );
}

#[test]
fn a_volume_with_something_in_it_stays_as_it_is() {
    let scratch = Scratch::new("full");
    fs::write(scratch.root().join("data/file"), "new").unwrap();
    fs::write(scratch.volume().join("mine"), "old").unwrap();
    fill(&scratch.root(), "/data", &scratch.volume()).unwrap();
    assert_eq!(names(&scratch.volume()), ["lost+found", "mine"]);
}

#[test]
fn a_copy_that_was_cut_short_is_made_anew() {
    let scratch = Scratch::new("cut");
    let volume = scratch.volume();
    fs::write(scratch.root().join("data/file"), "whole").unwrap();
    fs::write(volume.join(MARKER), "").unwrap();
    fs::write(volume.join("file"), "wh").unwrap();
    fs::create_dir_all(volume.join("left/over")).unwrap();
    fill(&scratch.root(), "/data", &volume).unwrap();
    assert_eq!(names(&volume), ["file", "lost+found", "sub"]);
    assert_eq!(fs::read(volume.join("file")).unwrap(), b"whole");
}

#[test]
fn no_link_leads_out_of_the_root() {
    let scratch = Scratch::new("out");
    fs::create_dir_all(scratch.0.join("outside")).unwrap();
    fs::write(scratch.0.join("outside/secret"), "x").unwrap();
    fs::write(scratch.root().join("data/file"), "x").unwrap();
    symlink("../../outside", scratch.root().join("up")).unwrap();
    symlink("/data", scratch.root().join("absolute")).unwrap();
    fill(&scratch.root(), "/up", &scratch.volume()).unwrap();
    assert_eq!(names(&scratch.volume()), ["lost+found"]);
    fill(&scratch.root(), "/nothing/there", &scratch.volume()).unwrap();
    assert_eq!(names(&scratch.volume()), ["lost+found"]);
    fill(&scratch.root(), "/absolute", &scratch.volume()).unwrap();
    assert_eq!(names(&scratch.volume()), ["file", "lost+found", "sub"]);
}
