use capsule_proc::parse_cgroup_memberships;

/// Controllers without which the unified hierarchy cannot limit a workload.
const ESSENTIAL: [&str; 3] = ["cpu", "memory", "pids"];

/// The mounts at /sys/fs/cgroup.
#[derive(Debug, PartialEq, Eq)]
pub enum CgroupPlan {
    /// cgroup2 alone, and the controllers to hand to children.
    Unified { delegate: Vec<String> },
    /// A tmpfs with one mount for each v1 hierarchy.
    Legacy { mounts: Vec<LegacyMount> },
}

#[derive(Debug, PartialEq, Eq)]
pub struct LegacyMount {
    /// Below /sys/fs/cgroup.
    pub directory: String,
    /// Controllers that share a hierarchy are mounted by the same option.
    pub options: String,
    /// A link for each controller whose name is not the directory's.
    pub links: Vec<String>,
}

/// Chooses by what the kernel offers: `unified` is the text of `cgroup.controllers`, `membership`
/// that of /proc/self/cgroup, which lists every hierarchy that exists. v1 wins only where it, and
/// not v2, has the controllers that matter.
pub fn plan_cgroups(unified: &str, membership: &str) -> CgroupPlan {
    let offered: Vec<&str> = unified.split_whitespace().collect();
    let legacy: Vec<Vec<String>> = parse_cgroup_memberships(membership)
        .into_iter()
        .filter(|hierarchy| !hierarchy.is_unified())
        .map(|hierarchy| hierarchy.controllers)
        .collect();
    let lacks = |name: &&str| !offered.contains(name);
    let legacy_has = |name: &&str| legacy.iter().flatten().any(|other| other == name);
    if ESSENTIAL.iter().any(|name| lacks(name) && legacy_has(name)) {
        return CgroupPlan::Legacy {
            mounts: legacy.iter().map(|names| plan_mount(names)).collect(),
        };
    }
    CgroupPlan::Unified {
        delegate: offered.iter().map(|name| name.to_string()).collect(),
    }
}

fn plan_mount(controllers: &[String]) -> LegacyMount {
    let options = controllers.join(",");
    let directory = options.trim_start_matches("name=").to_string();
    let links = controllers
        .iter()
        .filter(|_| controllers.len() > 1)
        .cloned()
        .collect();
    LegacyMount {
        directory,
        // A named hierarchy without a controller needs `none` beside its name.
        options: if options.starts_with("name=") {
            format!("none,{options}")
        } else {
            options
        },
        links,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legacy(directory: &str, options: &str, links: &[&str]) -> LegacyMount {
        LegacyMount {
            directory: directory.into(),
            options: options.into(),
            links: links.iter().map(|link| link.to_string()).collect(),
        }
    }

    #[test]
    fn a_kernel_that_offers_all_on_v2_gets_v2() {
        assert_eq!(
            plan_cgroups("cpuset cpu io memory pids\n", "0::/\n"),
            CgroupPlan::Unified {
                delegate: ["cpuset", "cpu", "io", "memory", "pids"]
                    .map(String::from)
                    .to_vec()
            }
        );
    }

    #[test]
    fn a_hybrid_host_gets_one_mount_for_each_hierarchy() {
        assert_eq!(
            plan_cgroups(
                "hugetlb\n",
                "9:name=systemd:/\n4:memory:/capsule-a\n1:cpu,cpuacct:/\n0::/capsule-a\n"
            ),
            CgroupPlan::Legacy {
                mounts: vec![
                    legacy("systemd", "none,name=systemd", &[]),
                    legacy("memory", "memory", &[]),
                    legacy("cpu,cpuacct", "cpu,cpuacct", &["cpu", "cpuacct"]),
                ]
            }
        );
    }

    #[test]
    fn a_v1_hierarchy_without_anything_that_matters_does_not_decide() {
        let plan = plan_cgroups("cpu memory pids", "1:name=systemd:/\n2:net_cls:/\n0::/\n");
        assert!(matches!(plan, CgroupPlan::Unified { .. }));
    }

    #[test]
    fn a_controller_that_nobody_has_does_not_force_v1() {
        assert_eq!(
            plan_cgroups("", "0::/\n"),
            CgroupPlan::Unified {
                delegate: Vec::new()
            }
        );
    }
}
