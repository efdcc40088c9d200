//! Processes beside the payload.

mod inputs;
mod launch;
mod session;

pub use session::run;
