use crate::arguments::CgroupName;
use crate::failure::{Doing, Failure};
use capsule_proc::{read_mount_info, MountInfo};
use std::path::PathBuf;

/// A cgroup hierarchy that the host has mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    pub root: PathBuf,
    pub is_unified: bool,
    /// A v1 cgroup of this hierarchy takes no process before it has cpus and memory nodes.
    pub has_cpuset: bool,
}

impl Hierarchy {
    pub fn directory(&self, name: &CgroupName) -> PathBuf {
        self.root.join(&name.0)
    }
}

pub fn find_hierarchies() -> Result<Vec<Hierarchy>, Failure> {
    let mounts = read_mount_info().doing("read /proc/self/mountinfo")?;
    Ok(hierarchies_of(&mounts))
}

/// Each hierarchy once, though it may be mounted in several places.
fn hierarchies_of(mounts: &[MountInfo]) -> Vec<Hierarchy> {
    let mut seen: Vec<&[String]> = Vec::new();
    let mut found = Vec::new();
    for mount in mounts {
        let is_unified = mount.filesystem == "cgroup2";
        if !is_unified && mount.filesystem != "cgroup" {
            continue;
        }
        let identity = if is_unified {
            &[][..]
        } else {
            mount.super_options.as_slice()
        };
        if seen.contains(&identity) {
            continue;
        }
        seen.push(identity);
        found.push(Hierarchy {
            root: mount.mount_point.clone(),
            is_unified,
            has_cpuset: !is_unified && mount.super_options.iter().any(|name| name == "cpuset"),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use capsule_proc::parse_mount_info;

    fn roots(text: &str) -> Vec<String> {
        hierarchies_of(&parse_mount_info(text.as_bytes()))
            .iter()
            .map(|found| {
                format!(
                    "{}{}{}",
                    found.root.display(),
                    if found.is_unified { " unified" } else { "" },
                    if found.has_cpuset { " cpuset" } else { "" }
                )
            })
            .collect()
    }

    #[test]
    fn a_hybrid_host_has_both_kinds() {
        assert_eq!(
            roots(
                "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
                 32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:1 - cgroup cgroup rw,cpu,cpuacct\n\
                 34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n\
                 40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n\
                 41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
            ),
            [
                "/sys/fs/cgroup/cpu,cpuacct",
                "/sys/fs/cgroup/cpuset cpuset",
                "/sys/fs/cgroup/systemd",
                "/sys/fs/cgroup/unified unified"
            ]
        );
    }

    #[test]
    fn a_hierarchy_that_is_mounted_twice_counts_once() {
        assert_eq!(
            roots(
                "1 2 0:3 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n\
                 2 2 0:3 / /mnt/cg rw - cgroup2 none rw,nsdelegate\n"
            ),
            ["/sys/fs/cgroup unified"]
        );
    }
}
