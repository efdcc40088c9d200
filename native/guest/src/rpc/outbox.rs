use super::status::{Answer, Code, Status};
use crate::wire::Message;
use bytes::{BufMut, Bytes};
use h2::SendStream;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::future::{poll_fn, Future};
use std::pin::pin;
use std::task::Poll;

/// The answers to a caller. One writer: its holder.
pub struct Outbox {
    stream: SendStream<Bytes>,
}

impl Outbox {
    pub fn new(stream: SendStream<Bytes>) -> Self {
        Outbox { stream }
    }

    /// Resolves when the caller has taken it into its window.
    pub async fn send(&mut self, message: &impl Message) -> Answer<()> {
        let mut frame = vec![0; 5];
        message.write(&mut frame);
        let length = u32::try_from(frame.len() - 5).map_err(Status::internal)?;
        if let Some(mut prefix) = frame.get_mut(1..5) {
            prefix.put_u32(length);
        }
        let mut rest = Bytes::from(frame);
        while !rest.is_empty() {
            self.stream.reserve_capacity(rest.len());
            let room = self.room().await?.min(rest.len());
            let part = rest.split_to(room);
            self.stream
                .send_data(part, false)
                .map_err(|_| Status::gone())?;
        }
        Ok(())
    }

    /// Waits for something, unless the caller leaves before.
    pub async fn unless_gone<T>(&mut self, wanted: impl Future<Output = T>) -> Answer<T> {
        let mut wanted = pin!(wanted);
        poll_fn(|context| {
            if let Poll::Ready(value) = wanted.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            // Whether by a reset or by the end of the connection.
            self.stream.poll_reset(context).map(|_| Err(Status::gone()))
        })
        .await
    }

    /// The end of the call.
    pub fn finish(mut self, result: Answer<()>) {
        let status = result.err().unwrap_or(Status::new(Code::Ok, ""));
        let mut trailers = HeaderMap::new();
        trailers.insert(
            HeaderName::from_static("grpc-status"),
            HeaderValue::from(status.code as u16),
        );
        let message = HeaderValue::from_str(&status.encoded_message());
        if let Some(message) = message.ok().filter(|message| !message.is_empty()) {
            trailers.insert(HeaderName::from_static("grpc-message"), message);
        }
        // Fails when the caller has left.
        let _ = self.stream.send_trailers(trailers);
    }

    async fn room(&mut self) -> Answer<usize> {
        loop {
            // Asked first: the wait below resolves on changes only.
            let room = self.stream.capacity();
            if room > 0 {
                return Ok(room);
            }
            match poll_fn(|context| self.stream.poll_capacity(context)).await {
                Some(Ok(_)) => {}
                _ => return Err(Status::gone()),
            }
        }
    }
}
