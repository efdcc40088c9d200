//! Reads mounts and cgroups from `/proc`, and the state that a process passes to its children.

mod cgroup_membership;
mod descriptors;
mod mount_info;
mod umask;

pub use cgroup_membership::{parse_cgroup_memberships, CgroupMembership};
pub use descriptors::keep_descriptors_private;
pub use mount_info::{parse_mount_info, read_mount_info, MountInfo};
pub use umask::reset_umask;
