use crate::Limits;
use std::path::{Path, PathBuf};

/// One step of a rotation.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Rename { from: PathBuf, to: PathBuf },
    Remove(PathBuf),
}

/// The steps that free `path` for a new file, oldest file first, so that a crash between any two
/// loses nothing that the next rotation would have kept. A gap left by such a crash is filled
/// instead of pushing the oldest file out.
pub fn plan_rotation(path: &Path, limits: Limits, exists: impl Fn(&Path) -> bool) -> Vec<Step> {
    let backups = limits.max_files.saturating_sub(1);
    if backups == 0 {
        return vec![Step::Remove(path.to_path_buf())];
    }
    let gap = (1..backups)
        .find(|index| !exists(&backup(path, *index)))
        .unwrap_or(backups);
    let shifts = (1..gap).rev().map(|index| Step::Rename {
        from: backup(path, index),
        to: backup(path, index + 1),
    });
    shifts
        .chain([Step::Rename {
            from: path.to_path_buf(),
            to: backup(path, 1),
        }])
        .collect()
}

/// `path.1` is the youngest file that is no longer written.
pub fn backup(path: &Path, index: u32) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(format!(".{index}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(max_files: u32, present: &[&str]) -> Vec<(String, String)> {
        let limits = Limits {
            max_bytes: 1,
            max_files,
        };
        plan_rotation(Path::new("log"), limits, |path| {
            present.iter().any(|name| Path::new(name) == path)
        })
        .into_iter()
        .map(|step| match step {
            Step::Rename { from, to } => (from.display().to_string(), to.display().to_string()),
            Step::Remove(path) => (path.display().to_string(), String::new()),
        })
        .collect()
    }

    fn renames(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(from, to)| (from.to_string(), to.to_string()))
            .collect()
    }

    #[test]
    fn the_oldest_file_makes_way_first() {
        assert_eq!(
            plan(3, &["log", "log.1", "log.2"]),
            renames(&[("log.1", "log.2"), ("log", "log.1")])
        );
    }

    #[test]
    fn a_first_rotation_moves_one_file() {
        assert_eq!(plan(3, &["log"]), renames(&[("log", "log.1")]));
    }

    #[test]
    fn a_gap_left_by_a_crash_is_filled() {
        assert_eq!(plan(3, &["log", "log.2"]), renames(&[("log", "log.1")]));
        assert_eq!(
            plan(4, &["log", "log.1", "log.3"]),
            renames(&[("log.1", "log.2"), ("log", "log.1")])
        );
    }

    #[test]
    fn a_single_file_is_removed() {
        assert_eq!(plan(1, &["log"]), renames(&[("log", "")]));
        assert_eq!(plan(0, &["log"]), renames(&[("log", "")]));
    }
}
