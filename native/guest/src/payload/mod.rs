//! The payload: started once by an OCI runtime, watched, and stopped.

mod begin;
mod cgroup;
mod output;
mod prepare;
mod ring;
mod runtime;
mod sealed;
mod spec;
mod stop;
mod usage;

pub use begin::{begin, read_pid};
pub use cgroup::Cgroup;
pub use ring::Ring;
pub use runtime::{Call, Runtime};
pub use spec::process_of;
pub use stop::stop;
pub use usage::usage;

use crate::disk::{Freezer, Plan};
use crate::gen::{PayloadPhase, StatusResponse};
use crate::reaper::Reaper;
use crate::rpc::Answer;
use output::Output;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tokio::sync::{watch, Mutex};
use tokio::time::Instant;

/// All that there is of it. One for each guest.
pub struct Payload {
    pub reaper: Rc<Reaper>,
    pub ring: Rc<Ring>,
    pub freezer: Freezer,
    pub status: watch::Sender<StatusResponse>,
    /// The use of the disks, from the moment that the first may be mounted.
    pub plan: RefCell<Option<Rc<Plan>>>,
    /// Its process, from the moment that there is one. It stays after the end.
    pub process: RefCell<Option<Rc<Process>>>,
    outputs: RefCell<Vec<Output>>,
    was_started: Cell<bool>,
    /// Held by who starts or stops it; what the stop came to, once it is stopped.
    life: Mutex<Option<Answer<()>>>,
    /// When the payload is killed, as the last stop has it: a later stop may have less patience.
    kill_at: watch::Sender<Option<Instant>>,
}

pub struct Process {
    pub pid: i32,
    pub cgroup: Cgroup,
    pub runtime: Runtime,
    /// The `process` of its specification, from which that of an exec is made.
    pub template: Value,
}

impl Payload {
    pub fn new(reaper: Rc<Reaper>) -> Self {
        Payload {
            reaper,
            ring: Rc::new(Ring::new()),
            freezer: Freezer::default(),
            status: watch::Sender::new(StatusResponse::default()),
            plan: RefCell::default(),
            process: RefCell::default(),
            outputs: RefCell::default(),
            was_started: Cell::new(false),
            life: Mutex::new(None),
            kill_at: watch::Sender::new(None),
        }
    }

    pub fn is_running(&self) -> bool {
        self.status.borrow().phase == PayloadPhase::Running
    }

    /// Its process while it runs.
    pub fn running(&self) -> Option<Rc<Process>> {
        let process = self.process.borrow();
        process.clone().filter(|_| self.is_running())
    }
}
