//! The machine set-up that both of our PID 1 share: that of a capsule and that of a microVM.

pub mod cgroup_mounts;
mod cgroup_plan;
pub mod console;
pub mod devices;
pub mod everyone;
pub mod loopback;
pub mod modules;
mod mounts;
pub mod signals;

pub use mounts::{is_mounted, mount_once, mount_quiet, mount_tmpfs, Wanted};
