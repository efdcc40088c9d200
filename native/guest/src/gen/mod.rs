//! The contract in Rust.

// Not every field of a request is of use to us, nor every method of a message.
#[allow(dead_code, clippy::all)]
#[rustfmt::skip]
mod guest;

pub use guest::*;
