/// One line of `/proc/<pid>/cgroup`: a hierarchy that exists on this kernel, and where the process
/// is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgroupMembership {
    /// Controllers of a v1 hierarchy, in the kernel's order, or `name=…` for one without any.
    /// Empty for the unified hierarchy.
    pub controllers: Vec<String>,
    pub path: String,
}

impl CgroupMembership {
    pub fn is_unified(&self) -> bool {
        self.controllers.is_empty()
    }
}

/// Lines that are not in the kernel's format are left out.
pub fn parse_cgroup_memberships(text: &str) -> Vec<CgroupMembership> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.splitn(3, ':');
            fields.next()?.parse::<u32>().ok()?;
            let controllers = fields.next()?;
            let path = fields.next()?;
            Some(CgroupMembership {
                controllers: controllers
                    .split(',')
                    .filter(|name| !name.is_empty())
                    .map(str::to_string)
                    .collect(),
                path: path.to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hybrid_hierarchies() {
        let found = parse_cgroup_memberships(
            "9:name=systemd:/\n4:cpu,cpuacct:/a:b\n0::/user.slice\nnonsense\n",
        );
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].controllers, ["name=systemd"]);
        assert_eq!(found[1].controllers, ["cpu", "cpuacct"]);
        assert_eq!(found[1].path, "/a:b");
        assert!(found[2].is_unified());
    }
}
