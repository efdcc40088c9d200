use super::status::{Answer, Code, Status};
use crate::wire::Message;
use bytes::{Buf, Bytes, BytesMut};
use h2::RecvStream;

const MOST_MESSAGE_BYTES: usize = 4 * 1024 * 1024;
/// A flag for compression, which we never agree to, and a length.
const PREFIX_BYTES: usize = 5;

/// The messages of a caller, in order.
pub struct Inbox {
    stream: RecvStream,
    pending: BytesMut,
}

impl Inbox {
    pub fn new(stream: RecvStream) -> Self {
        Inbox {
            stream,
            pending: BytesMut::new(),
        }
    }

    /// The one message of a call that has one. Answers after the caller's end: an answer before it makes `h2`
    /// reset the stream, which clients take for a broken call.
    pub async fn only<M: Message>(&mut self) -> Answer<M> {
        let message = self.first().await?;
        match self.next::<M>().await? {
            None => Ok(message),
            Some(_) => Err(Status::invalid("the call has a second message")),
        }
    }

    /// The first message of a call that may have more.
    pub async fn first<M: Message>(&mut self) -> Answer<M> {
        let message = self.next().await?;
        message.ok_or_else(|| Status::invalid("the call has no message"))
    }

    /// The next message, `None` when the caller has said that there are no more.
    pub async fn next<M: Message>(&mut self) -> Answer<Option<M>> {
        loop {
            if let Some(message) = self.take_message()? {
                return Ok(Some(M::read(&message)?));
            }
            match self.stream.data().await {
                Some(Ok(data)) => self.keep(data)?,
                Some(Err(_)) => return Err(Status::gone()),
                None if self.pending.is_empty() => return Ok(None),
                None => return Err(Status::invalid("the call ends inside of a message")),
            }
        }
    }

    fn keep(&mut self, data: Bytes) -> Answer<()> {
        self.pending.extend_from_slice(&data);
        // The buffer is bounded by the length of one message, so the window may open at once.
        let released = self.stream.flow_control().release_capacity(data.len());
        released.map_err(|_| Status::gone())
    }

    fn take_message(&mut self) -> Answer<Option<Bytes>> {
        let Some(prefix) = self.pending.get(..PREFIX_BYTES) else {
            return Ok(None);
        };
        let mut prefix = prefix;
        if prefix.get_u8() != 0 {
            return Err(Status::new(
                Code::Unimplemented,
                "messages are not compressed",
            ));
        }
        let length = prefix.get_u32() as usize;
        if length > MOST_MESSAGE_BYTES {
            return Err(Status::new(
                Code::ResourceExhausted,
                "the message is too large",
            ));
        }
        if self.pending.len() < PREFIX_BYTES + length {
            return Ok(None);
        }
        self.pending.advance(PREFIX_BYTES);
        let message = self.pending.split_to(length).freeze();
        if self.pending.is_empty() {
            // Lets go of the memory that a large message took.
            self.pending = BytesMut::new();
        }
        Ok(Some(message))
    }
}
