//! Protocol buffers, as much of them as the contract uses.

mod field;
mod reader;
#[cfg(test)]
mod wire_test;

pub use field::{put_chosen, take_chosen, Field};
pub use reader::{Malformed, Reader, Value};

/// A message of the contract.
pub trait Message: Sized {
    fn write(&self, to: &mut Vec<u8>);
    fn read(bytes: &[u8]) -> Result<Self, Malformed>;
}
