use super::output::Output;
use super::prepare::prepare;
use super::runtime::Call;
use super::spec::spec_of;
use super::{Cgroup, Payload, Process, Runtime};
use crate::disk;
use crate::gen::{PayloadPhase, StartPayloadRequest, StatusResponse};
use crate::place;
use crate::rpc::{Answer, Code, Status};
use crate::stream;
use crate::terminal::ConsoleSocket;
use nix::fcntl::OFlag;
use nix::sys::signal::{kill, Signal};
use nix::unistd::{pipe2, Pid};
use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;
use tokio::task::{spawn_blocking, spawn_local};

const STDOUT_PORT: u32 = 53;
const STDERR_PORT: u32 = 54;
/// The longest time that a process may hold the pipes of a payload that has ended.
const PIPE_PATIENCE: Duration = Duration::from_millis(500);

/// Starts the payload, once. A failure stays in the status.
pub async fn begin(payload: &Rc<Payload>, request: StartPayloadRequest) -> Answer<i32> {
    let life = payload.life.lock().await;
    if payload.is_running() {
        return Err(Status::new(Code::AlreadyExists, "the payload runs already"));
    }
    if life.is_some() || payload.was_started.replace(true) {
        return Err(Status::refused("a guest runs one payload, once"));
    }
    let started = start(payload, request).await;
    drop(life);
    started.map_err(|message| {
        payload.status.send_modify(|status| {
            status.phase = PayloadPhase::Failed;
            status.message.clone_from(&message);
        });
        Status::refused(message)
    })
}

async fn start(payload: &Rc<Payload>, request: StartPayloadRequest) -> Result<i32, String> {
    let runtime = Runtime::load()?;
    let plan = Rc::new(disk::plan(&request)?);
    let spec = spec_of(&request, &plan)?;
    payload.plan.replace(Some(plan.clone()));
    let spec = prepared(request, spec).await?;
    let (pid, exit) = create(payload, &runtime, &spec).await?;
    let cgroup = Cgroup::of(pid).map_err(|error| {
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        error.to_string()
    })?;
    let process = Rc::new(Process {
        pid,
        cgroup,
        template: spec.get("process").cloned().unwrap_or_default(),
        runtime,
    });
    payload.process.replace(Some(process.clone()));
    let call = Call {
        verb: "start",
        options: Vec::new(),
        log: &Runtime::log_file("start"),
        stdio: [Stdio::null(), Stdio::null(), Stdio::null()],
    };
    if let Err(message) = process.runtime.call(&payload.reaper, call).await {
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        process.cgroup.kill();
        return Err(message);
    }
    payload.status.send_replace(StatusResponse {
        phase: PayloadPhase::Running,
        payload_pid: pid,
        ..StatusResponse::default()
    });
    spawn_local(watch_end(payload.clone(), process, exit));
    Ok(pid)
}

/// Mounts and copies take their time, and others are answered meanwhile.
async fn prepared(
    request: StartPayloadRequest,
    spec: serde_json::Value,
) -> Result<serde_json::Value, String> {
    let work = spawn_blocking(move || {
        let plan = disk::plan(&request)?;
        prepare(&request, &plan, &spec).map(|()| spec)
    });
    work.await.map_err(|error| error.to_string())?
}

/// The runtime makes the payload's process and leaves it to us, its reaper.
async fn create(
    payload: &Rc<Payload>,
    runtime: &Runtime,
    spec: &serde_json::Value,
) -> Result<(i32, oneshot::Receiver<i32>), String> {
    let failed = |error: std::io::Error| error.to_string();
    let has_terminal = spec.pointer("/process/terminal") == Some(&true.into());
    let pid_file = Path::new(place::PROCESSES).join("payload.pid");
    let mut options = vec![
        "--bundle".to_string(),
        place::BUNDLE.to_string(),
        "--pid-file".to_string(),
        pid_file.display().to_string(),
    ];
    let console = has_terminal
        .then(|| ConsoleSocket::listen("payload"))
        .transpose()
        .map_err(failed)?;
    let (stdio, ends) = match &console {
        Some(console) => {
            options.extend(["--console-socket".to_string(), console.path()]);
            ([Stdio::null(), Stdio::null(), Stdio::null()], None)
        }
        None => {
            let (out, out_end) = pipe().map_err(failed)?;
            let (err, err_end) = pipe().map_err(failed)?;
            (
                [Stdio::null(), out_end.into(), err_end.into()],
                Some((out, err)),
            )
        }
    };
    let call = Call {
        verb: "create",
        options,
        log: &Runtime::log_file("create"),
        stdio,
    };
    runtime.call(&payload.reaper, call).await?;
    let pid = read_pid(&pid_file)?;
    let exit = payload.reaper.exit_of(pid);
    let ring = || payload.ring.clone();
    let mut outputs = payload.outputs.borrow_mut();
    if let Some((out, err)) = ends {
        let (out, err) = (
            stream::reader(out).map_err(failed)?,
            stream::reader(err).map_err(failed)?,
        );
        outputs.push(Output::start("stdout", STDOUT_PORT, out, ring()));
        outputs.push(Output::start("stderr", STDERR_PORT, err, ring()));
    } else if let Some(console) = console {
        let terminal = console.take().map_err(failed)?;
        let out = stream::reader(terminal).map_err(failed)?;
        outputs.push(Output::start("stdout", STDOUT_PORT, out, ring()));
    }
    Ok((pid, exit))
}

fn pipe() -> std::io::Result<(OwnedFd, OwnedFd)> {
    Ok(pipe2(OFlag::O_CLOEXEC)?)
}

/// Reads the pid that a runtime wrote into its `--pid-file`.
pub fn read_pid(file: &Path) -> Result<i32, String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let _ = fs::remove_file(file);
    let pid = text.trim().parse().ok().filter(|pid| *pid > 1);
    pid.ok_or_else(|| "the runtime did not say which process it made".to_string())
}

async fn watch_end(payload: Rc<Payload>, process: Rc<Process>, exit: oneshot::Receiver<i32>) {
    let Ok(code) = exit.await else { return };
    let oom_killed = process.cgroup.count("memory.events", "oom_kill") > Some(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let milliseconds = now.map_or(0, |now| now.as_millis());
    let mut outputs = payload.outputs.take();
    for output in &mut outputs {
        output.end(PIPE_PATIENCE).await;
    }
    payload.outputs.replace(outputs);
    payload.ring.close();
    payload.status.send_modify(|status| {
        status.phase = PayloadPhase::Exited;
        status.exit_code = code;
        status.exited_at_unix_ms = i64::try_from(milliseconds).unwrap_or(0);
        status.oom_killed = oom_killed;
    });
}
