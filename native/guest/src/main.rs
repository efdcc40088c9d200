//! PID 1 of a microVM. It mounts what the host attached, runs one payload by an OCI runtime, and answers
//! the host over vsock until the host ends the machine. One thread, but for work that blocks.

mod agent;
mod boot;
mod disk;
mod exec;
mod files;
mod gen;
mod identity;
mod memory;
mod payload;
mod place;
mod power;
mod reaper;
mod rpc;
mod say;
mod stream;
mod terminal;
mod wire;

use agent::Agent;
use boot::Boot;
use capsule_machine::{everyone, signals};
use gen::StopRequest;
use payload::Payload;
use reaper::Reaper;
use rpc::{Handler, Secret};
use say::say;
use std::io;
use std::rc::Rc;
use std::time::Instant;
use tokio::sync::Notify;
use tokio::task::LocalSet;

const PORT: u32 = 52;
/// Of the host: a connection to it shows that the agent listens here.
const READY_PORT: u32 = 51;
/// The grace period of a payload when the machine itself has to power off.
const GRACE_SECONDS: u32 = 10;

fn main() {
    if !everyone::is_init() {
        say("this is PID 1 of a microVM, and of nothing else");
        std::process::exit(1);
    }
    power::off_at_panic();
    capsule_proc::reset_umask();
    memory::stay_small();
    let boot = boot::run().unwrap_or_else(|problem| power::off(&problem));
    power::take_keys();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(4)
        .build();
    let ended = runtime.and_then(|runtime| LocalSet::new().block_on(&runtime, run(boot)));
    match ended {
        Ok(()) => power::off("asked to go down"),
        Err(error) => power::off(&format!("cannot serve: {error}")),
    }
}

/// Serves until the machine is asked to go down from outside, and the payload has ended then.
async fn run(boot: Boot) -> io::Result<()> {
    let reaper = Rc::new(Reaper::default());
    let payload = Rc::new(Payload::new(reaper.clone()));
    let signals = signals::take()?;
    let agent = Rc::new(Agent {
        payload: payload.clone(),
        started: Instant::now(),
    });
    let handler: Handler = Rc::new(move |method, inbox, outbox| {
        let agent = agent.clone();
        Box::pin(agent.answer(method, inbox, outbox))
    });
    let config = match boot {
        Boot::Identity(config) => config,
        Boot::Template => identity::receive(READY_PORT).await?,
    };
    let secret = Secret::new(&config.token);
    let listener = rpc::listen(PORT)?;
    tokio::task::spawn_local(rpc::serve(listener, handler, secret));
    let asked = Rc::new(Notify::new());
    let to_ask = asked.clone();
    tokio::task::spawn_local(async move {
        if let Err(error) = reaper.run(signals, &to_ask).await {
            power::off(&format!("cannot take signals: {error}"));
        }
    });
    say("ready");
    tokio::task::spawn_local(tell_ready());
    asked.notified().await;
    let request = StopRequest {
        grace_seconds: GRACE_SECONDS,
        ..StopRequest::default()
    };
    if let Err(status) = payload::stop(&payload, request).await {
        say(&status.message);
    }
    Ok(())
}

/// A host without a listener there connects in its own time.
async fn tell_ready() {
    let _ = rpc::connect(READY_PORT).await;
}
