use super::inputs::Inputs;
use super::launch::{launch, Launched};
use crate::gen::{
    ExecClientMessage, ExecClientMessagePayload, ExecExit, ExecServerMessage,
    ExecServerMessagePayload as Message, ExecStarted,
};
use crate::payload::{Cgroup, Payload};
use crate::rpc::{Answer, Inbox, Outbox, Status};
use crate::stream::{self, Input, Task};
use crate::terminal;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::mpsc;
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

/// The longest silence after a process has ended: a process that it started may hold its output.
const SILENCE: Duration = Duration::from_millis(100);
/// And how much may come: no process leaves more than its pipes hold.
const MOST_LAST_BYTES: usize = 256 * 1024;
const KILL_PATIENCE: Duration = Duration::from_secs(5);

pub enum Event {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    /// One of the two has ended.
    End,
    Exited(i32),
    Broken(Status),
}

/// Runs a process from its configuration to its end, or to that of its caller.
pub async fn run(payload: &Payload, mut inbox: Inbox, outbox: &mut Outbox) -> Answer<()> {
    let first: ExecClientMessage = inbox.first().await?;
    let Some(ExecClientMessagePayload::Config(config)) = first.payload else {
        return Err(Status::invalid("the configuration comes first"));
    };
    let Some(process) = payload.running() else {
        return Err(Status::refused("the payload does not run"));
    };
    let launched = launch(payload, &process, &config).await?;
    let _leftovers = Leftovers(launched.cgroup.clone(), Cell::new(true));
    if let (Some(terminal), Some(size)) = (&launched.terminal, &config.size) {
        terminal::resize(terminal, size.cols, size.rows);
    }
    let started = Message::Started(ExecStarted {});
    let message = ExecServerMessage {
        payload: Some(started),
    };
    outbox.send(&message).await?;
    let code = converse(launched, inbox, outbox).await?;
    // Processes that it started and left on purpose stay, as in a container.
    _leftovers.1.set(false);
    let exit = Message::Exit(ExecExit { exit_code: code });
    let payload = Some(exit);
    outbox.send(&ExecServerMessage { payload }).await
}

async fn converse(launched: Launched, inbox: Inbox, outbox: &mut Outbox) -> Answer<i32> {
    let (sender, mut events) = mpsc::channel(1);
    let has_ended = Rc::new(Cell::new(false));
    let mut open = 1 + usize::from(launched.stderr.is_some());
    let inputs = Inputs {
        inbox,
        stdin: launched.stdin.map(Input::new),
        terminal: launched.terminal,
        pid: launched.pid,
        has_ended: has_ended.clone(),
    };
    let mut tasks = vec![
        Task::start(inputs.run(sender.clone())),
        Task::start(forward(launched.stdout, sender.clone(), Event::Stdout)),
    ];
    if let Some(stderr) = launched.stderr {
        tasks.push(Task::start(forward(stderr, sender.clone(), Event::Stderr)));
    }
    let exit = launched.exit;
    tasks.push(Task::start(async move {
        let code = exit.await.unwrap_or(255);
        has_ended.set(true);
        let _ = sender.send(Event::Exited(code)).await;
    }));
    let mut exited = None;
    let mut last_bytes = 0;
    loop {
        if let Some(code) = exited {
            if open == 0 || last_bytes > MOST_LAST_BYTES {
                return Ok(code);
            }
        }
        let patience = exited.map_or(Duration::MAX, |_| SILENCE);
        let event = outbox.unless_gone(timeout(patience, events.recv())).await?;
        let message = match event {
            Ok(Some(Event::Stdout(bytes))) => {
                last_bytes += exited.map_or(0, |_| bytes.len());
                Message::Stdout(bytes)
            }
            Ok(Some(Event::Stderr(bytes))) => {
                last_bytes += exited.map_or(0, |_| bytes.len());
                Message::Stderr(bytes)
            }
            Ok(Some(Event::End)) => {
                open -= 1;
                continue;
            }
            Ok(Some(Event::Exited(code))) => {
                exited = Some(code);
                continue;
            }
            Ok(Some(Event::Broken(status))) => return Err(status),
            // Silence, or no writer is left.
            Ok(None) | Err(_) => return exited.ok_or_else(Status::gone),
        };
        let payload = Some(message);
        outbox.send(&ExecServerMessage { payload }).await?;
    }
}

async fn forward(mut from: Receiver, to: mpsc::Sender<Event>, event: fn(Vec<u8>) -> Event) {
    while let Some(bytes) = stream::read(&mut from).await {
        if to.send(event(bytes)).await.is_err() {
            return;
        }
    }
    let _ = to.send(Event::End).await;
}

/// A process whose caller is gone leaves nothing behind.
struct Leftovers(Cgroup, Cell<bool>);

impl Drop for Leftovers {
    fn drop(&mut self) {
        let (cgroup, is_killed) = (self.0.clone(), self.1.get());
        spawn_local(async move {
            if is_killed {
                cgroup.clear(KILL_PATIENCE).await;
            }
            sleep(SILENCE).await;
            cgroup.remove();
        });
    }
}
