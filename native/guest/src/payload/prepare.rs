use crate::disk::{mount_all, Plan};
use crate::files;
use crate::gen::StartPayloadRequest;
use crate::place;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// All that is there before the runtime is called. Blocks.
pub fn prepare(request: &StartPayloadRequest, plan: &Plan, spec: &Value) -> Result<(), String> {
    let failed = |what: &str, error: std::io::Error| format!("cannot write {what}: {error}");
    let folders = [place::BUNDLE, place::PROCESSES, place::FILES, place::EMPTY];
    for folder in folders {
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    }
    mount_all(plan)?;
    for file in &request.files {
        files::put(file).map_err(|error| failed(&file.name, error))?;
    }
    for (key, value) in &request.sysctls {
        let path = sysctl_path(key).ok_or_else(|| format!("no sysctl is named {key:?}"))?;
        fs::write(path, value).map_err(|error| failed(key, error))?;
    }
    let config = Path::new(place::BUNDLE).join("config.json");
    fs::write(config, spec.to_string()).map_err(|error| failed("the bundle", error))
}

/// `net.ipv4.ip_forward` is a path of words.
fn sysctl_path(key: &str) -> Option<String> {
    let is_name = |word: &str| {
        let is_known = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        !word.is_empty() && word.bytes().all(is_known)
    };
    key.split('.')
        .all(is_name)
        .then(|| format!("/proc/sys/{}", key.replace('.', "/")))
}

#[cfg(test)]
mod tests {
    use super::sysctl_path;

    #[test]
    fn a_sysctl_stays_in_its_folder() {
        let path = sysctl_path("net.ipv4.ip_unprivileged_port_start");
        assert_eq!(
            path.as_deref(),
            Some("/proc/sys/net/ipv4/ip_unprivileged_port_start")
        );
        for key in ["", ".", "..", "a..b", "a/b", "net.ipv4.", "A", "a b"] {
            assert_eq!(sysctl_path(key), None, "{key:?}");
        }
    }
}
