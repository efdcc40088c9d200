use crate::gen::ExecConfig;
use crate::payload::{process_of, read_pid, Call, Cgroup, Payload, Process, Runtime};
use crate::place;
use crate::rpc::{Answer, Code, Status};
use crate::stream;
use crate::terminal::ConsoleSocket;
use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use std::cell::Cell;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::sync::oneshot;

/// A process that runs beside the payload.
pub struct Launched {
    pub pid: i32,
    pub exit: oneshot::Receiver<i32>,
    pub stdin: Option<Sender>,
    pub stdout: Receiver,
    pub stderr: Option<Receiver>,
    pub terminal: Option<OwnedFd>,
    /// Its own, so that all it leaves can be found.
    pub cgroup: Cgroup,
}

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

pub async fn launch(payload: &Payload, process: &Process, config: &ExecConfig) -> Answer<Launched> {
    let count = COUNT.get() + 1;
    COUNT.set(count);
    let name = format!("exec-{count}");
    let cgroup = process.cgroup.make_child(&name)?;
    let file = Path::new(place::PROCESSES).join(format!("{name}.json"));
    let launched = launch_in(payload, process, config, &name, &file, cgroup.clone()).await;
    let _ = fs::remove_file(&file);
    if launched.is_err() {
        cgroup.kill();
        cgroup.remove();
    }
    launched
}

async fn launch_in(
    payload: &Payload,
    process: &Process,
    config: &ExecConfig,
    name: &str,
    file: &Path,
    cgroup: Cgroup,
) -> Answer<Launched> {
    let description = process_of(&process.template, config).map_err(Status::invalid)?;
    fs::write(file, description.to_string())?;
    let pid_file = Path::new(place::PROCESSES).join(format!("{name}.pid"));
    // Detached: its process becomes ours, with its own exit code.
    let mut options: Vec<String> = ["--detach", "--cgroup", name, "--process"]
        .map(str::to_string)
        .to_vec();
    options.extend([
        file.display().to_string(),
        "--pid-file".to_string(),
        pid_file.display().to_string(),
    ]);
    let ends = Ends::make(config, name, &mut options)?;
    let call = Call {
        verb: "exec",
        options,
        log: &Runtime::log_file(name),
        stdio: ends.stdio,
    };
    let result = process.runtime.call(&payload.reaper, call).await;
    result.map_err(|message| failure(&message))?;
    let pid = read_pid(&pid_file).map_err(Status::internal)?;
    let exit = payload.reaper.exit_of(pid);
    let (stdin, stdout, stderr, terminal) = match ends.ours {
        Ours::Terminal(console) => {
            let terminal = console.take()?;
            let (stdin, stdout) = (terminal.try_clone()?, terminal.try_clone()?);
            (Some(stdin), stdout, None, Some(terminal))
        }
        Ours::Pipes(stdin, stdout, stderr) => (stdin, stdout, Some(stderr), None),
    };
    Ok(Launched {
        pid,
        exit,
        stdin: stdin.map(stream::writer).transpose()?,
        stdout: stream::reader(stdout)?,
        stderr: stderr.map(stream::reader).transpose()?,
        terminal,
        cgroup,
    })
}

/// The two ends of what a process reads and writes.
struct Ends {
    stdio: [Stdio; 3],
    ours: Ours,
}

enum Ours {
    Terminal(ConsoleSocket),
    Pipes(Option<OwnedFd>, OwnedFd, OwnedFd),
}

impl Ends {
    fn make(config: &ExecConfig, name: &str, options: &mut Vec<String>) -> Answer<Self> {
        if config.tty {
            let console = ConsoleSocket::listen(name)?;
            options.extend([
                "--tty".to_string(),
                "--console-socket".to_string(),
                console.path(),
            ]);
            return Ok(Ends {
                stdio: [Stdio::null(), Stdio::null(), Stdio::null()],
                ours: Ours::Terminal(console),
            });
        }
        let pipe = || pipe2(OFlag::O_CLOEXEC).map_err(Status::internal);
        let (stdout, stdout_end) = pipe()?;
        let (stderr, stderr_end) = pipe()?;
        let (stdin_end, stdin) = if config.no_stdin {
            (Stdio::null(), None)
        } else {
            let (end, ours) = pipe()?;
            (end.into(), Some(ours))
        };
        Ok(Ends {
            stdio: [stdin_end, stdout_end.into(), stderr_end.into()],
            ours: Ours::Pipes(stdin, stdout, stderr),
        })
    }
}

/// Distinguishes a missing or invalid program from all other failures, by the messages of both runtimes.
fn failure(message: &str) -> Status {
    let text = message.to_lowercase();
    // "executable file not found in $PATH", "executable file `x` not found", "stat /x: no such file"
    let is_missing = text.contains("executable file") && text.contains("not found")
        || text.contains("no such file or directory") && !text.contains("chdir");
    if is_missing {
        return Status::new(Code::NotFound, message);
    }
    Status::refused(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_missing_is_told_apart() {
        let code = |message| failure(message).code;
        for message in [
            "exec failed: exec: \"nope\": executable file not found in $PATH",
            "executable file `nope` not found in $PATH: No such file or directory",
            "exec: \"/nope\": stat /nope: no such file or directory",
        ] {
            assert_eq!(code(message), Code::NotFound, "{message}");
        }
        for message in [
            "exec: \"/etc/passwd\": permission denied",
            "chdir to cwd (\"/x\") failed: no such file or directory",
        ] {
            assert_eq!(code(message), Code::FailedPrecondition, "{message}");
        }
    }
}
