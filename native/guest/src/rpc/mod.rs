//! gRPC: HTTP/2 by `h2`, messages with five bytes before each, a status behind the last.

mod connection;
mod inbox;
mod outbox;
mod secret;
mod server;
mod status;
mod vsock;

pub use inbox::Inbox;
pub use outbox::Outbox;
pub use secret::Secret;
pub use server::{serve, Handler};
pub use status::{Answer, Code, Status};
pub use vsock::{connect, listen};
