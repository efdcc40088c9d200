use super::Ring;
use crate::rpc::connect;
use crate::stream;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe::Receiver;
use tokio::net::UnixStream;
use tokio::sync::Notify;
use tokio::task::{spawn_local, JoinHandle};
use tokio::time::{sleep, timeout};

/// Of what the host has not taken yet.
const BUFFER_BYTES: usize = 128 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A host that takes nothing for so long is as good as gone.
const STALL: Duration = Duration::from_secs(30);

/// One stream of the payload on its way to the host. While the host is there, a full buffer holds the
/// payload back as a full pipe does; while it is not, the oldest bytes are dropped, counted and reported.
pub struct Output {
    shared: Rc<Shared>,
    reading: Option<JoinHandle<()>>,
    sending: Option<JoinHandle<()>>,
}

struct Shared {
    buffer: RefCell<VecDeque<u8>>,
    is_connected: Cell<bool>,
    is_over: Cell<bool>,
    dropped: Cell<u64>,
    has_data: Notify,
    has_room: Notify,
}

impl Output {
    pub fn start(name: &'static str, port: u32, pipe: Receiver, ring: Rc<Ring>) -> Self {
        let shared = Rc::new(Shared {
            buffer: RefCell::default(),
            is_connected: Cell::new(false),
            is_over: Cell::new(false),
            dropped: Cell::new(0),
            has_data: Notify::new(),
            has_room: Notify::new(),
        });
        Output {
            reading: Some(spawn_local(read_all(shared.clone(), pipe, ring))),
            sending: Some(spawn_local(send_all(shared.clone(), name, port))),
            shared,
        }
    }

    /// The payload has ended: the rest of the pipe is still read, without waiting for other holders of the pipe.
    pub async fn end(&mut self, patience: Duration) {
        if let Some(mut reading) = self.reading.take() {
            if timeout(patience, &mut reading).await.is_err() {
                reading.abort();
                self.shared.end();
            }
        }
    }

    /// Waits until the host has everything.
    pub async fn flush(&mut self, patience: Duration) {
        if let Some(mut sending) = self.sending.take() {
            if timeout(patience, &mut sending).await.is_err() {
                sending.abort();
            }
        }
    }
}

impl Shared {
    fn end(&self) {
        self.is_over.set(true);
        self.has_data.notify_one();
    }

    fn push(&self, bytes: &[u8]) {
        let mut buffer = self.buffer.borrow_mut();
        buffer.extend(bytes);
        if !self.is_connected.get() {
            let surplus = buffer.len().saturating_sub(BUFFER_BYTES);
            buffer.drain(..surplus);
            self.dropped.set(self.dropped.get() + surplus as u64);
        }
        self.has_data.notify_one();
    }

    fn is_full(&self) -> bool {
        self.is_connected.get() && self.buffer.borrow().len() >= BUFFER_BYTES
    }

    fn front(&self) -> Vec<u8> {
        let buffer = self.buffer.borrow();
        buffer.iter().take(stream::READ_BYTES).copied().collect()
    }

    fn sent(&self, count: usize) {
        self.buffer.borrow_mut().drain(..count);
        self.has_room.notify_one();
    }
}

async fn read_all(shared: Rc<Shared>, mut pipe: Receiver, ring: Rc<Ring>) {
    loop {
        while shared.is_full() {
            shared.has_room.notified().await;
        }
        let Some(bytes) = stream::read(&mut pipe).await else {
            break;
        };
        ring.push(&bytes);
        shared.push(&bytes);
    }
    shared.end();
}

async fn send_all(shared: Rc<Shared>, name: &'static str, port: u32) {
    let mut pause = FIRST_PAUSE;
    loop {
        if let Ok(Ok(socket)) = timeout(LONGEST_PAUSE, connect(port)).await {
            pause = FIRST_PAUSE;
            shared.is_connected.set(true);
            let result = send(&shared, socket, name).await;
            shared.is_connected.set(false);
            shared.has_room.notify_one();
            if result.is_ok() {
                return;
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Resolves without an error when everything is sent and no more will come.
async fn send(shared: &Shared, mut socket: UnixStream, name: &str) -> io::Result<()> {
    loop {
        let dropped = shared.dropped.replace(0);
        if dropped > 0 {
            let text = format!("\ncapsule-guest: {dropped} bytes of {name} are missing here\n");
            socket.write_all(text.as_bytes()).await?;
        }
        let part = shared.front();
        if part.is_empty() {
            if shared.is_over.get() {
                return socket.shutdown().await;
            }
            shared.has_data.notified().await;
            continue;
        }
        let count = timeout(STALL, socket.write(&part)).await??;
        shared.sent(count);
    }
}
