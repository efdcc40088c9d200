use std::hint::black_box;

/// The token that proves the host.
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn new(token: &str) -> Self {
        Secret(format!("Bearer {token}").into_bytes())
    }

    /// Takes as long for a wrong header as for a right one of the same length.
    pub fn admits(&self, header: &[u8]) -> bool {
        let difference = self
            .0
            .iter()
            .zip(header)
            .fold(0, |all, (ours, theirs)| all | black_box(ours ^ theirs));
        self.0.len() == header.len() && difference == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admits_the_token_and_nothing_else() {
        let secret = Secret::new("00ff");
        assert!(secret.admits(b"Bearer 00ff"));
        for wrong in [
            "",
            "Bearer ",
            "Bearer 00f",
            "Bearer 00fe",
            "Bearer 00ff0",
            "bearer 00ff",
            "00ff",
        ] {
            assert!(!secret.admits(wrong.as_bytes()), "{wrong}");
        }
    }
}
