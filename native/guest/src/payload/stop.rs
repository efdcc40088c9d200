use super::{Payload, Process};
use crate::disk::{thaw_all, unmount_all};
use crate::gen::{PayloadPhase, StopRequest};
use crate::rpc::{Answer, Status};
use nix::sys::signal::Signal;
use std::future::{poll_fn, Future};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{timeout, timeout_at, Instant};

/// How long those who were killed may take to go.
const KILL_PATIENCE: Duration = Duration::from_secs(10);
/// How long the host may take for the last lines.
const FLUSH_PATIENCE: Duration = Duration::from_secs(2);

/// Ends the payload, lets go of the disks, and answers when all is on them. Idempotent; the grace of a stop
/// takes the place of that of one under way.
pub async fn stop(payload: &Rc<Payload>, request: StopRequest) -> Answer<()> {
    payload
        .kill_at
        .send_replace(Some(Instant::now() + grace_of(&request)));
    let mut life = payload.life.lock().await;
    if let Some(Ok(())) = &*life {
        return Ok(());
    }
    let process = payload.process.borrow().clone();
    if let Some(process) = process {
        end(payload, &process, &request).await?;
    }
    let mut outputs = payload.outputs.take();
    for output in &mut outputs {
        output.flush(FLUSH_PATIENCE).await;
    }
    let result = let_go(payload).await;
    // The next stop repeats one that did not come to its end.
    *life = Some(result.clone());
    result
}

/// Asked, then killed with everybody beside it. Execs end with it, whatever they wait for.
async fn end(payload: &Payload, process: &Process, request: &StopRequest) -> Answer<()> {
    if payload.is_running() {
        send(process.pid, request.signal)?;
        let mut ended = pin!(has_ended(payload));
        let mut due = pin!(is_due(payload));
        let either = poll_fn(|context| {
            let is_ready = ended.as_mut().poll(context).is_ready();
            if is_ready || due.as_mut().poll(context).is_ready() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        either.await;
    }
    if !process.cgroup.clear(KILL_PATIENCE).await {
        return Err(Status::internal("processes of the payload do not die"));
    }
    let ended = timeout(KILL_PATIENCE, has_ended(payload)).await;
    ended.map_err(|_| Status::internal("the payload does not die"))
}

fn grace_of(request: &StopRequest) -> Duration {
    Duration::from_secs(u64::from(request.grace_seconds))
        + Duration::from_millis(u64::from(request.grace_ms))
}

/// The time to be killed has come, wherever it was moved to meanwhile.
async fn is_due(payload: &Payload) {
    let mut changes = payload.kill_at.subscribe();
    loop {
        let kill_at = *changes.borrow_and_update();
        let Some(kill_at) = kill_at else { return };
        if timeout_at(kill_at, changes.changed()).await.is_err() {
            return;
        }
    }
}

async fn has_ended(payload: &Payload) {
    let mut changes = payload.status.subscribe();
    // The sender lives as long as the payload, which is for ever.
    let _ = changes
        .wait_for(|status| status.phase != PayloadPhase::Running)
        .await;
}

fn send(pid: i32, signal: u32) -> Answer<()> {
    let signal = match signal {
        0 => Signal::SIGTERM as i32,
        number @ 1..=64 => i32::try_from(number).unwrap_or(Signal::SIGTERM as i32),
        _ => return Err(Status::invalid("a signal is a number from 1 to 64")),
    };
    // SAFETY: plain numbers. nix knows no real-time signals.
    unsafe { libc::kill(pid, signal) };
    Ok(())
}

async fn let_go(payload: &Payload) -> Answer<()> {
    let Some(plan) = payload.plan.borrow().clone() else {
        return Ok(());
    };
    thaw_all(&plan.volumes);
    let plan = crate::disk::Plan::clone(&plan);
    let work = spawn_blocking(move || unmount_all(&plan)).await;
    work.map_err(Status::internal)?.map_err(Status::internal)
}
