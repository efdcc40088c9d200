use crate::disk::Plan;
use crate::gen::StartPayloadRequest;
use crate::place;
use serde_json::{json, Map, Value};

/// The specification that a payload is run by: the host's, or one for a host that sends none.
pub fn spec_of(request: &StartPayloadRequest, plan: &Plan) -> Result<Value, String> {
    if request.runtime_spec.is_empty() {
        return plain_spec(request, plan);
    }
    let spec: Value = serde_json::from_slice(&request.runtime_spec)
        .map_err(|error| format!("the runtime specification: {error}"))?;
    match spec.get("process") {
        Some(Value::Object(_)) => Ok(spec),
        _ => Err("the runtime specification has no process".to_string()),
    }
}

/// The process of an exec beside the payload.
pub fn process_of(template: &Value, config: &crate::gen::ExecConfig) -> Result<Value, String> {
    let mut process: Map<String, Value> = if config.process.is_empty() {
        if config.command.is_empty() {
            return Err("the command is missing".to_string());
        }
        let mut process = template.as_object().cloned().unwrap_or_default();
        process.insert("args".to_string(), json!(config.command));
        let mut env: Vec<String> = match process.get("env") {
            Some(Value::Array(env)) => {
                let texts = env.iter().filter_map(Value::as_str);
                texts.map(str::to_string).collect()
            }
            _ => Vec::new(),
        };
        for (key, value) in &config.env {
            env.retain(|entry| entry.split('=').next() != Some(key));
            env.push(format!("{key}={value}"));
        }
        process.insert("env".to_string(), json!(env));
        process
    } else {
        let parsed = serde_json::from_slice(&config.process);
        parsed.map_err(|error| format!("the process: {error}"))?
    };
    process.insert("terminal".to_string(), json!(config.tty));
    process.remove("consoleSize");
    if let (true, Some(size)) = (config.tty, &config.size) {
        let size = json!({ "height": size.rows, "width": size.cols });
        process.insert("consoleSize".to_string(), size);
    }
    Ok(Value::Object(process))
}

fn plain_spec(request: &StartPayloadRequest, plan: &Plan) -> Result<Value, String> {
    if request.command.is_empty() {
        return Err("the command is missing".to_string());
    }
    let has_path = request.env.iter().any(|entry| entry.starts_with("PATH="));
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_string();
    let env: Vec<String> = (!has_path)
        .then_some(path)
        .into_iter()
        .chain(request.env.iter().cloned())
        .collect();
    let working_dir = match request.working_dir.as_str() {
        "" => "/",
        other => other,
    };
    let own = |kind: &str, at: &str, options: &[&str]| json!({ "destination": at, "type": kind, "source": kind, "options": options });
    let mut mounts = vec![
        own("proc", "/proc", &["nosuid", "noexec", "nodev"]),
        own(
            "tmpfs",
            "/dev",
            &["nosuid", "strictatime", "mode=755", "size=65536k"],
        ),
        own(
            "devpts",
            "/dev/pts",
            &[
                "nosuid",
                "noexec",
                "newinstance",
                "ptmxmode=0666",
                "mode=0620",
            ],
        ),
        own(
            "tmpfs",
            "/dev/shm",
            &["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
        ),
        own("mqueue", "/dev/mqueue", &["nosuid", "noexec", "nodev"]),
        own("sysfs", "/sys", &["nosuid", "noexec", "nodev", "ro"]),
    ];
    mounts.extend(plan.volumes.iter().map(|volume| {
        let write = if volume.read_only { "ro" } else { "rw" };
        json!({
            "destination": volume.mount_path,
            "type": "bind",
            "source": volume.at().to_string_lossy(),
            "options": ["bind", write],
        })
    }));
    let capabilities = json!(CAPABILITIES);
    Ok(json!({
        "ociVersion": "1.0.2",
        "root": { "path": place::ROOT },
        "process": {
            "user": { "uid": 0, "gid": 0 },
            "args": request.command,
            "env": env,
            "cwd": working_dir,
            "noNewPrivileges": true,
            "capabilities": {
                "bounding": capabilities, "effective": capabilities, "permitted": capabilities,
            },
        },
        "mounts": mounts,
        "linux": {
            "cgroupsPath": "/payload",
            "namespaces": [
                { "type": "pid" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" },
                { "type": "cgroup" },
            ],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }))
}

/// Those that containers get everywhere.
const CAPABILITIES: [&str; 14] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FSETID",
    "CAP_FOWNER",
    "CAP_MKNOD",
    "CAP_NET_RAW",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETFCAP",
    "CAP_SETPCAP",
    "CAP_NET_BIND_SERVICE",
    "CAP_SYS_CHROOT",
    "CAP_KILL",
    "CAP_AUDIT_WRITE",
];

#[cfg(test)]
#[path = "spec_test.rs"]
mod tests;
