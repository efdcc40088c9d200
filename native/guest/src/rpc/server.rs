use super::{connection, vsock, Inbox, Outbox, Secret};
use crate::gen::Method;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::sleep;

/// Answers one call. It finishes the outbox itself.
pub type Handler = Rc<dyn Fn(Method, Inbox, Outbox) -> Pin<Box<dyn Future<Output = ()>>>>;

const MOST_CONNECTIONS: usize = 64;
const MOST_STREAMS: usize = 256;
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many there are, over all connections.
#[derive(Default)]
pub struct Limits {
    connections: Rc<Cell<usize>>,
    streams: Rc<Cell<usize>>,
}

impl Limits {
    pub fn stream(&self) -> Option<Permit> {
        Permit::take(&self.streams, MOST_STREAMS)
    }
}

/// One of a bounded number; given back when dropped.
pub struct Permit(Rc<Cell<usize>>);

impl Permit {
    fn take(count: &Rc<Cell<usize>>, most: usize) -> Option<Self> {
        (count.get() < most).then(|| {
            count.set(count.get() + 1);
            Permit(count.clone())
        })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// Takes connections for ever.
pub async fn serve(listener: vsock::Listener, handler: Handler, secret: Secret) {
    let secret = Rc::new(secret);
    let limits = Rc::new(Limits::default());
    loop {
        let Ok(socket) = listener.accept().await else {
            // Out of descriptors, most likely: those that are in use come back.
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        // One too many is closed again.
        let Some(permit) = Permit::take(&limits.connections, MOST_CONNECTIONS) else {
            continue;
        };
        let (handler, secret, limits) = (handler.clone(), secret.clone(), limits.clone());
        spawn_local(async move {
            let _permit = permit;
            connection::run(socket, handler, secret, limits).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_is_given_back() {
        let limits = Limits::default();
        let all: Vec<_> = (0..MOST_STREAMS).filter_map(|_| limits.stream()).collect();
        assert_eq!(all.len(), MOST_STREAMS);
        assert!(limits.stream().is_none());
        drop(all);
        assert!(limits.stream().is_some());
    }
}
