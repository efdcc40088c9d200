//! What `/proc` says about mounts, cgroups and processes.

mod cgroup_membership;
mod mount_info;

pub use cgroup_membership::{parse_cgroup_memberships, CgroupMembership};
pub use mount_info::{parse_mount_info, read_mount_info, MountInfo};
