use crate::cgroup_plan::{plan_cgroups, CgroupPlan, LegacyMount};
use crate::mounts::is_mounted;
use nix::mount::{mount, umount, MsFlags};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";
const FLAGS: MsFlags = MsFlags::MS_NOSUID
    .union(MsFlags::MS_NODEV)
    .union(MsFlags::MS_NOEXEC);

/// Mounts the cgroup hierarchies afresh. In a cgroup namespace their root is the capsule's own
/// cgroup, so that capsules beside each other never meet.
pub fn mount_all() -> io::Result<()> {
    if is_mounted(Path::new(ROOT)) {
        return Ok(());
    }
    let membership = fs::read_to_string("/proc/self/cgroup")?;
    let unified = match mount_unified() {
        Ok(()) => fs::read_to_string(format!("{ROOT}/cgroup.controllers"))?,
        // A kernel without v2.
        Err(error) if error.raw_os_error() == Some(libc::ENODEV) => String::new(),
        Err(error) => return Err(error),
    };
    match plan_cgroups(&unified, &membership) {
        CgroupPlan::Unified { delegate } => delegate_controllers(&delegate),
        CgroupPlan::Legacy { mounts } => {
            if is_mounted(Path::new(ROOT)) {
                umount(ROOT)?;
            }
            mount_legacy(&mounts)
        }
    }
}

/// With `favordynmods`, a start of a container does not wait until every processor has passed a point of rest (an RCU grace
/// period) before its process moves into its cgroup. Kernels before 6.0 do not know the option.
fn mount_unified() -> io::Result<()> {
    let place = Path::new(ROOT);
    match mount_cgroup("cgroup2", place, "favordynmods") {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            mount_cgroup("cgroup2", place, "")
        }
        other => other,
    }
}

/// The cgroup in which a service is to run, made if need be. `None` where v1 hierarchies are in
/// use: there a service may stay in the root.
pub fn service_cgroup(service: &str) -> io::Result<Option<PathBuf>> {
    if !Path::new(ROOT).join("cgroup.controllers").exists() {
        return Ok(None);
    }
    let path = Path::new(ROOT).join("system").join(service);
    fs::create_dir_all(&path)?;
    Ok(Some(path))
}

/// v2 hands controllers down only from a cgroup without processes, so PID 1 moves into a leaf.
fn delegate_controllers(controllers: &[String]) -> io::Result<()> {
    let leaf = Path::new(ROOT).join("init");
    fs::create_dir_all(&leaf)?;
    fs::write(leaf.join("cgroup.procs"), "0")?;
    let subtree = Path::new(ROOT).join("cgroup.subtree_control");
    let mut result = Ok(());
    for controller in controllers {
        // One that refuses (cpu beside real-time processes) must not keep the others back.
        if let Err(error) = fs::write(&subtree, format!("+{controller}")) {
            result = Err(io::Error::new(
                error.kind(),
                format!("delegate {controller}: {error}"),
            ));
        }
    }
    result
}

fn mount_legacy(mounts: &[LegacyMount]) -> io::Result<()> {
    mount(Some("tmpfs"), ROOT, Some("tmpfs"), FLAGS, Some("mode=0755"))?;
    let mut result = Ok(());
    for planned in mounts {
        if let Err(error) = mount_one_legacy(planned) {
            result = Err(io::Error::new(
                error.kind(),
                format!("{}: {error}", planned.directory),
            ));
        }
    }
    result
}

fn mount_one_legacy(planned: &LegacyMount) -> io::Result<()> {
    let at = Path::new(ROOT).join(&planned.directory);
    fs::create_dir_all(&at)?;
    mount_cgroup("cgroup", &at, &planned.options)?;
    for link in &planned.links {
        symlink(&planned.directory, Path::new(ROOT).join(link))?;
    }
    // Kernels before 5.11 count children of a memory cgroup only on request.
    let hierarchy = at.join("memory.use_hierarchy");
    if fs::read_to_string(&hierarchy).is_ok_and(|state| state.trim() == "0") {
        fs::write(&hierarchy, "1")?;
    }
    if at.join("cpuset.cpus").exists() {
        fs::write(at.join("cgroup.clone_children"), "1")?;
    }
    Ok(())
}

fn mount_cgroup(filesystem: &str, at: &Path, options: &str) -> io::Result<()> {
    mount(
        Some(filesystem),
        at,
        Some(filesystem),
        FLAGS,
        Some(options).filter(|options| !options.is_empty()),
    )?;
    Ok(())
}
