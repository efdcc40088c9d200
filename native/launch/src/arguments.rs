use std::ffi::OsString;
use std::path::PathBuf;

pub const USAGE: &str = "\
usage: capsule-launch --name NAME --lower DIR[:DIR...] --perm DIR --run DIR [OPTION...] -- PROGRAM [ARG...]
       capsule-launch --clean-cgroup NAME

  --name NAME           name of the capsule; default of --hostname
  --lower DIR[:DIR...]  read-only layers of the root, topmost first; may be given several times
  --perm DIR            directory bound to /perm
  --run DIR             directory bound to /run/capsule
  --netns PATH          network namespace to enter; without it, a new empty one
  --cgroup NAME         cgroup to make in every hierarchy and to run in; begins with 'capsule';
                        removed again when the capsule has ended
  --hostname NAME       host name inside
  --resolv-conf FILE    file bound to /etc/resolv.conf
  --pid-file FILE       where to write the host's pid of PID 1
  --env KEY=VALUE       variable for PID 1; may be given several times
  --die-with-parent[=PID]
                        end at once, all of it, when the parent process dies; with its PID
                        there is no moment in which its death goes unseen
  --clean-cgroup NAME   end what runs in this cgroup and remove it from every hierarchy

exit code: that of PID 1, 128 + signal when it was killed, 125 when the capsule could not be set up
";

#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Launch(Box<Launch>),
    CleanCgroup(CgroupName),
    Help,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Launch {
    pub name: String,
    pub lower: Vec<PathBuf>,
    pub perm: PathBuf,
    pub run: PathBuf,
    pub netns: Option<PathBuf>,
    pub cgroup: Option<CgroupName>,
    pub hostname: Option<String>,
    pub resolv_conf: Option<PathBuf>,
    pub pid_file: Option<PathBuf>,
    pub env: Vec<OsString>,
    pub die_with_parent: Option<Parent>,
    pub program: Vec<OsString>,
}

/// The process whose death ends the capsule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    WhoeverItIs,
    Pid(i32),
}

/// A path below the root of each hierarchy. It begins with `capsule`, so that cleaning can never
/// reach a foreign cgroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgroupName(pub String);

/// Reads the command line; the error says what is wrong with it.
pub fn parse(arguments: Vec<OsString>) -> Result<Command, String> {
    let mut launch = Launch::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let (flag, inline) = split_flag(&argument);
        match flag.as_str() {
            "--" => {
                launch.program = rest.collect();
                break;
            }
            "--help" => return Ok(Command::Help),
            "--die-with-parent" => launch.die_with_parent = Some(parse_parent(inline)?),
            _ => {
                let value = match inline {
                    Some(value) => value,
                    None => rest.next().ok_or(format!("{flag}: value is missing"))?,
                };
                if flag == "--clean-cgroup" {
                    return Ok(Command::CleanCgroup(parse_cgroup(value)?));
                }
                set(&mut launch, &flag, value)?;
            }
        }
    }
    check(launch).map(|launch| Command::Launch(Box::new(launch)))
}

fn set(launch: &mut Launch, flag: &str, value: OsString) -> Result<(), String> {
    match flag {
        "--name" => launch.name = text(flag, value)?,
        "--lower" => launch.lower.extend(std::env::split_paths(&value)),
        "--perm" => launch.perm = value.into(),
        "--run" => launch.run = value.into(),
        "--netns" => launch.netns = Some(value.into()),
        "--cgroup" => launch.cgroup = Some(parse_cgroup(value)?),
        "--hostname" => launch.hostname = Some(text(flag, value)?),
        "--resolv-conf" => launch.resolv_conf = Some(value.into()),
        "--pid-file" => launch.pid_file = Some(value.into()),
        "--env" => launch.env.push(value),
        _ => return Err(format!("{flag}: unknown option")),
    }
    Ok(())
}

fn check(launch: Launch) -> Result<Launch, String> {
    let missing = [
        ("--name", launch.name.is_empty()),
        ("--lower", launch.lower.is_empty()),
        ("--perm", launch.perm.as_os_str().is_empty()),
        ("--run", launch.run.as_os_str().is_empty()),
        ("-- PROGRAM", launch.program.is_empty()),
    ];
    match missing.iter().find(|(_, is_missing)| *is_missing) {
        Some((what, _)) => Err(format!("{what} is missing")),
        None => Ok(launch),
    }
}

fn split_flag(argument: &OsString) -> (String, Option<OsString>) {
    let text = argument.to_string_lossy().into_owned();
    match text.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => (flag.to_string(), Some(value.into())),
        _ => (text, None),
    }
}

fn text(flag: &str, value: OsString) -> Result<String, String> {
    value
        .into_string()
        .map_err(|_| format!("{flag}: value is not UTF-8"))
}

fn parse_parent(value: Option<OsString>) -> Result<Parent, String> {
    let Some(value) = value else {
        return Ok(Parent::WhoeverItIs);
    };
    match text("--die-with-parent", value)?.parse() {
        Ok(pid) if pid > 0 => Ok(Parent::Pid(pid)),
        _ => Err("--die-with-parent: value is not a pid".to_string()),
    }
}

fn parse_cgroup(value: OsString) -> Result<CgroupName, String> {
    let name = text("--cgroup", value)?;
    let is_plain = |segment: &str| {
        !segment.starts_with('.')
            && !segment.is_empty()
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if name.starts_with("capsule") && name.split('/').all(is_plain) {
        Ok(CgroupName(name))
    } else {
        Err(format!(
            "--cgroup: '{name}' does not begin with 'capsule' or holds a character that is no letter, digit, '-', '_' or '.'"
        ))
    }
}

#[cfg(test)]
#[path = "arguments_test.rs"]
mod tests;
