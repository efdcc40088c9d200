use crate::failure::{Failure, Outcome};

/// A filesystem that covers folders which must not be read or written: their content is elsewhere.
#[derive(Clone, Copy, Default)]
pub struct Hidden(Option<u64>);

impl Hidden {
    /// By its device number.
    pub fn behind(device: u64) -> Self {
        Hidden(Some(device))
    }

    /// Fails where something is of that filesystem.
    pub fn check(self, device: u64, name: &[u8]) -> Outcome<()> {
        if self.0 == Some(device) {
            return Err(Failure::of(
                "unmounted",
                name,
                "what belongs here is not mounted",
            ));
        }
        Ok(())
    }
}
