//! The disks of a guest: what is mounted where, filled, frozen, trimmed and let go of.

mod copy_up;
mod filesystem;
mod folder;
mod freeze;
mod mount;
mod plan;
mod trim;
mod unmount;

pub use freeze::{thaw_all, Freezer};
pub use mount::mount_all;
pub use plan::{plan, Plan};
pub use trim::trim_all;
pub use unmount::unmount_all;
