use crate::arguments::Launch;
use crate::failure::{Doing, Failure};
use crate::root_filesystem;
use capsule_proc::keep_descriptors_private;
use nix::sched::{setns, unshare, CloneFlags};
use nix::unistd::{execve, sethostname, setsid};
use std::convert::Infallible;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Turns this process, the first of its pid namespace, into the capsule's PID 1. The signals that
/// the launcher blocked stay blocked across exec: they wait for PID 1 to read them.
pub fn become_init(launch: &Launch) -> Result<Infallible, Failure> {
    setsid().doing("start a session")?;
    enter_network(launch)?;
    unshare(
        CloneFlags::CLONE_NEWNS
            | CloneFlags::CLONE_NEWUTS
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWCGROUP,
    )
    .doing("make mount, uts, ipc and cgroup namespaces")?;
    sethostname(hostname(launch)).doing("set the host name")?;
    root_filesystem::enter(launch)?;
    keep_descriptors_private().doing("mark descriptors close-on-exec")?;
    execute(launch)
}

fn enter_network(launch: &Launch) -> Result<(), Failure> {
    let Some(path) = &launch.netns else {
        return unshare(CloneFlags::CLONE_NEWNET).doing("make a network namespace");
    };
    let doing = || format!("enter network namespace {}", path.display());
    let namespace = File::open(path).doing(doing())?;
    setns(namespace, CloneFlags::CLONE_NEWNET).doing(doing())
}

fn hostname(launch: &Launch) -> &str {
    launch.hostname.as_deref().unwrap_or(&launch.name)
}

fn execute(launch: &Launch) -> Result<Infallible, Failure> {
    let program = launch.program.first().cloned().unwrap_or_default();
    let doing = || format!("execute {}", program.to_string_lossy());
    let argv = c_strings(launch.program.iter().cloned()).doing(doing())?;
    let env = c_strings(environment(launch)).doing(doing())?;
    let path = CString::new(program.as_bytes()).doing(doing())?;
    execve(&path, &argv, &env).doing(doing())
}

/// A clean environment: nothing of the caller's but TERM.
fn environment(launch: &Launch) -> impl Iterator<Item = OsString> + '_ {
    let pair = |key: &str, value: &OsStr| {
        let mut pair = OsString::from(format!("{key}="));
        pair.push(value);
        pair
    };
    let term = std::env::var_os("TERM").unwrap_or("linux".into());
    [
        pair("PATH", SEARCH_PATH.as_ref()),
        pair("HOME", "/root".as_ref()),
        pair("TERM", &term),
        pair("CAPSULE_EMBEDDED", "1".as_ref()),
        pair("CAPSULE_HOSTNAME", hostname(launch).as_ref()),
    ]
    .into_iter()
    .chain(launch.env.iter().cloned())
}

fn c_strings(strings: impl Iterator<Item = OsString>) -> Result<Vec<CString>, std::ffi::NulError> {
    strings
        .map(|string| CString::new(string.into_vec()))
        .collect()
}
