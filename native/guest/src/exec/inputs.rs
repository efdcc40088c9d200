use super::session::Event;
use crate::gen::{ExecClientMessage, ExecClientMessagePayload as Message};
use crate::rpc::{Inbox, Status};
use crate::stream::Input;
use crate::terminal;
use std::cell::Cell;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use tokio::sync::mpsc;

/// The key of "end of transmission" on a keyboard.
const END_OF_INPUT: u8 = 4;

/// The actions of a caller on its process.
pub struct Inputs {
    pub inbox: Inbox,
    pub stdin: Option<Input>,
    pub terminal: Option<OwnedFd>,
    pub pid: i32,
    /// Another process has its number then.
    pub has_ended: Rc<Cell<bool>>,
}

impl Inputs {
    /// Takes messages until there are no more. A caller that has said all of it may still listen.
    pub async fn run(mut self, events: mpsc::Sender<Event>) {
        loop {
            match self.inbox.next::<ExecClientMessage>().await {
                Ok(Some(message)) => {
                    if let Err(status) = self.take(message).await {
                        let _ = events.send(Event::Broken(status)).await;
                        return;
                    }
                }
                Ok(None) => {
                    self.close().await;
                    return;
                }
                Err(status) => {
                    let _ = events.send(Event::Broken(status)).await;
                    return;
                }
            }
        }
    }

    async fn take(&mut self, message: ExecClientMessage) -> Result<(), Status> {
        match message.payload {
            Some(Message::Config(_)) => {
                return Err(Status::invalid("a second configuration"));
            }
            Some(Message::Stdin(bytes)) if bytes.is_empty() => self.close().await,
            Some(Message::Stdin(bytes)) => {
                if let Some(stdin) = &mut self.stdin {
                    stdin.feed(&bytes).await;
                }
            }
            Some(Message::Resize(size)) => {
                if let Some(terminal) = &self.terminal {
                    terminal::resize(terminal, size.cols, size.rows);
                }
            }
            Some(Message::Signal(signal)) => self.signal(signal.signal)?,
            // Of a newer host.
            None => {}
        }
        Ok(())
    }

    async fn close(&mut self) {
        if let (Some(stdin), Some(_)) = (&mut self.stdin, &self.terminal) {
            stdin.feed(&[END_OF_INPUT]).await;
        }
        self.stdin = None;
    }

    fn signal(&self, number: u32) -> Result<(), Status> {
        let number = i32::try_from(number)
            .ok()
            .filter(|it| (1..=64).contains(it));
        let number = number.ok_or_else(|| Status::invalid("a signal is a number from 1 to 64"))?;
        if !self.has_ended.get() {
            // SAFETY: plain numbers. nix knows no real-time signals.
            unsafe { libc::kill(self.pid, number) };
        }
        Ok(())
    }
}
