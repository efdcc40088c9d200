use crate::boot;
use crate::disk;
use crate::exec;
use crate::files;
use crate::gen::*;
use crate::memory;
use crate::payload::{self, Payload};
use crate::place;
use crate::power;
use crate::rpc::{Answer, Inbox, Outbox, Status};
use crate::say::say;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::{spawn_blocking, spawn_local};
use tokio::time::{sleep, timeout};

/// Of the protocol: what this guest can do.
const GENERATION: u32 = 2;
const LEAST_BEAT: Duration = Duration::from_millis(50);
/// Where none was asked for.
const NO_BEAT: Duration = Duration::MAX;
const CHUNK_BYTES: usize = 32 * 1024;

/// Answers the host.
pub struct Agent {
    pub payload: Rc<Payload>,
    pub started: Instant,
}

impl Agent {
    pub async fn answer(self: Rc<Self>, method: Method, inbox: Inbox, mut outbox: Outbox) {
        let result = self.call(method, inbox, &mut outbox).await;
        outbox.finish(result);
        memory::give_back();
    }

    async fn call(&self, method: Method, mut inbox: Inbox, outbox: &mut Outbox) -> Answer<()> {
        let payload = &self.payload;
        match method {
            Method::Ping => {
                let PingRequest {} = inbox.only().await?;
                outbox.send(&self.ping()).await
            }
            Method::StartPayload => {
                let request = inbox.only().await?;
                let payload_pid = payload::begin(payload, request).await?;
                outbox.send(&StartPayloadResponse { payload_pid }).await
            }
            Method::Status => {
                let StatusRequest {} = inbox.only().await?;
                let status = payload.status.borrow().clone();
                outbox.send(&status).await
            }
            Method::Logs => self.logs(inbox.only().await?, outbox).await,
            Method::Exec => exec::run(payload, inbox, outbox).await,
            Method::Stop => {
                payload::stop(payload, inbox.only().await?).await?;
                say(&memory::describe());
                expect_the_end();
                outbox.send(&StopResponse {}).await
            }
            Method::Watch => {
                let request: WatchRequest = inbox.only().await?;
                self.watch(beat(&request), outbox).await
            }
            Method::Files => files::run(payload, inbox, outbox).await,
            Method::Usage => {
                let UsageRequest {} = inbox.only().await?;
                outbox.send(&payload::usage(payload)).await
            }
            Method::Limit => {
                self.limit(inbox.only().await?)?;
                outbox.send(&LimitResponse {}).await
            }
            Method::PutFiles => {
                let request: PutFilesRequest = inbox.only().await?;
                for file in &request.files {
                    files::put(file)?;
                }
                outbox.send(&PutFilesResponse {}).await
            }
            Method::SetClock => {
                let request: SetClockRequest = inbox.only().await?;
                boot::set_clock(request.unix_nanos).map_err(Status::invalid)?;
                outbox.send(&SetClockResponse {}).await
            }
            Method::Trim => {
                let TrimRequest {} = inbox.only().await?;
                self.trim().await?;
                outbox.send(&TrimResponse {}).await
            }
            Method::Freeze => {
                let request: FreezeRequest = inbox.only().await?;
                let at = self.volume(&request.name)?;
                payload.freezer.freeze(at).await?;
                outbox.send(&FreezeResponse {}).await
            }
            Method::Thaw => {
                let request: ThawRequest = inbox.only().await?;
                if let Ok(at) = self.volume(&request.name) {
                    payload.freezer.thaw(&at)?;
                }
                outbox.send(&ThawResponse {}).await
            }
        }
    }

    fn ping(&self) -> PingResponse {
        PingResponse {
            agent_version: env!("CARGO_PKG_VERSION").to_string(),
            uptime_seconds: self.started.elapsed().as_secs(),
            generation: GENERATION,
        }
    }

    async fn watch(&self, beat: Duration, outbox: &mut Outbox) -> Answer<()> {
        let mut changes = self.payload.status.subscribe();
        loop {
            let status = Some(changes.borrow_and_update().clone());
            outbox.send(&WatchResponse { status }).await?;
            let changed = outbox.unless_gone(timeout(beat, changes.changed()));
            if let Ok(changed) = changed.await? {
                changed.map_err(|_| Status::gone())?;
            }
        }
    }

    async fn logs(&self, request: LogsRequest, outbox: &mut Outbox) -> Answer<()> {
        let ring = &self.payload.ring;
        let mut changes = ring.changes();
        let mut position = ring.tail(usize::try_from(request.tail_lines).unwrap_or(0));
        loop {
            let (end, is_over) = *changes.borrow_and_update();
            while position < end {
                let (data, next) = ring.read(position, CHUNK_BYTES);
                position = next;
                outbox.send(&LogChunk { data }).await?;
            }
            if !request.follow || is_over {
                return Ok(());
            }
            let changed = outbox.unless_gone(changes.changed()).await?;
            changed.map_err(|_| Status::gone())?;
        }
    }

    fn limit(&self, request: LimitRequest) -> Answer<()> {
        let Some(process) = self.payload.running() else {
            return Err(Status::refused("the payload does not run"));
        };
        let most = match request.pids {
            0 => "max".to_string(),
            count => count.to_string(),
        };
        Ok(process.cgroup.write("pids.max", &most)?)
    }

    async fn trim(&self) -> Answer<()> {
        let Some(plan) = self.payload.plan.borrow().clone() else {
            return Ok(());
        };
        let plan = disk::Plan::clone(&plan);
        let work = spawn_blocking(move || disk::trim_all(&plan)).await;
        work.map_err(Status::internal)?.map_err(Status::internal)
    }

    fn volume(&self, name: &str) -> Answer<std::path::PathBuf> {
        let at = place::volume(name);
        let is_there = place::is_segment(name) && capsule_machine::is_mounted(&at);
        if is_there {
            return Ok(at);
        }
        Err(Status::refused(format!("no volume {name:?} is mounted")))
    }
}

fn beat(request: &WatchRequest) -> Duration {
    match request.beat_ms {
        0 => NO_BEAT,
        beat => Duration::from_millis(beat.into()).max(LEAST_BEAT),
    }
}

/// All is on the disks, and the host ends the machine. One that is silent is not waited for.
fn expect_the_end() {
    spawn_local(async {
        sleep(power::HOST_PATIENCE).await;
        power::off("the host does not end a machine that is done");
    });
}
