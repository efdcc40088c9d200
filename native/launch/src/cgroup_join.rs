use crate::arguments::CgroupName;
use crate::failure::{Doing, Failure};
use crate::hierarchies::{find_hierarchies, Hierarchy};
use crate::say;
use nix::unistd::Pid;
use std::fs;
use std::path::Path;

/// Makes the cgroup in every hierarchy and moves the process in. The process is one that has not
/// yet unshared its cgroup namespace, so that this cgroup becomes the root of what it will see.
pub fn join(name: &CgroupName, pid: Pid) -> Result<(), Failure> {
    for hierarchy in find_hierarchies()? {
        let directory = hierarchy.directory(name);
        if hierarchy.is_unified {
            offer_controllers(&hierarchy.root, name);
        }
        fs::create_dir_all(&directory).doing(format!("make cgroup {}", directory.display()))?;
        if hierarchy.has_cpuset {
            fill_cpuset(&hierarchy, name)?;
        }
        use_hierarchy(&directory);
        let procs = directory.join("cgroup.procs");
        fs::write(&procs, pid.to_string()).doing(format!("enter cgroup {}", procs.display()))?;
    }
    Ok(())
}

/// Hands the controllers of the unified hierarchy down to the cgroup. One that cannot be handed
/// down (a host that is a container, with processes beside) only limits what the capsule can limit.
fn offer_controllers(root: &Path, name: &CgroupName) {
    let Ok(available) = fs::read_to_string(root.join("cgroup.controllers")) else {
        return;
    };
    let mut parent = root.to_path_buf();
    let segments: Vec<&str> = name.0.split('/').collect();
    for segment in segments {
        let subtree = parent.join("cgroup.subtree_control");
        let given = fs::read_to_string(&subtree).unwrap_or_default();
        let missing = available
            .split_whitespace()
            .filter(|controller| !given.split_whitespace().any(|other| other == *controller));
        for controller in missing {
            if let Err(error) = fs::write(&subtree, format!("+{controller}")) {
                say(&format!(
                    "cgroup controller {controller} is not available to the capsule: {}: {error}",
                    subtree.display()
                ));
            }
        }
        parent.push(segment);
        // `create_dir_all` reports what does not work here.
        let _ = fs::create_dir(&parent);
    }
}

/// Gives each new level the cpus and memory nodes of the one above, and lets cgroups below inherit
/// them without being asked.
fn fill_cpuset(hierarchy: &Hierarchy, name: &CgroupName) -> Result<(), Failure> {
    let mut parent = hierarchy.root.clone();
    for segment in name.0.split('/') {
        let child = parent.join(segment);
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let target = child.join(file);
            let doing = || format!("fill {}", target.display());
            if fs::read_to_string(&target)
                .doing(doing())?
                .trim()
                .is_empty()
            {
                let inherited = fs::read_to_string(parent.join(file)).doing(doing())?;
                fs::write(&target, inherited.trim()).doing(doing())?;
            }
        }
        let clone = child.join("cgroup.clone_children");
        fs::write(&clone, "1").doing(format!("write {}", clone.display()))?;
        parent = child;
    }
    Ok(())
}

/// Kernels before 5.11 count a v1 memory cgroup's children only on request.
fn use_hierarchy(directory: &Path) {
    let switch = directory.join("memory.use_hierarchy");
    if fs::read_to_string(&switch).is_ok_and(|state| state.trim() == "0") {
        if let Err(error) = fs::write(&switch, "1") {
            say(&format!("{}: {error}", switch.display()));
        }
    }
}
