use crate::wire::Malformed;

/// The codes of gRPC that we answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Ok = 0,
    Cancelled = 1,
    InvalidArgument = 3,
    NotFound = 5,
    AlreadyExists = 6,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Unimplemented = 12,
    Internal = 13,
    Unauthenticated = 16,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub code: Code,
    pub message: String,
}

pub type Answer<T> = Result<T, Status>;

/// Headers have a limit at the other end.
const MOST_MESSAGE_BYTES: usize = 4096;

impl Status {
    pub fn new(code: Code, message: impl ToString) -> Self {
        Status {
            code,
            message: message.to_string(),
        }
    }

    pub fn invalid(message: impl ToString) -> Self {
        Status::new(Code::InvalidArgument, message)
    }

    pub fn refused(message: impl ToString) -> Self {
        Status::new(Code::FailedPrecondition, message)
    }

    pub fn internal(message: impl ToString) -> Self {
        Status::new(Code::Internal, message)
    }

    /// No receiver is left.
    pub fn gone() -> Self {
        Status::new(Code::Cancelled, "the caller has left")
    }

    /// The message as `grpc-message` wants it: percent-encoded, and bounded.
    pub fn encoded_message(&self) -> String {
        let mut out = String::new();
        for byte in self.message.bytes() {
            if out.len() > MOST_MESSAGE_BYTES {
                break;
            }
            match byte {
                b'%' | 0..=31 | 127.. => out.push_str(&format!("%{byte:02X}")),
                _ => out.push(char::from(byte)),
            }
        }
        out
    }
}

impl From<Malformed> for Status {
    fn from(_: Malformed) -> Self {
        Status::invalid("the message is malformed")
    }
}

impl From<std::io::Error> for Status {
    fn from(error: std::io::Error) -> Self {
        Status::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_encoded_and_bounded() {
        let status = Status::invalid("50 % of\n\u{e4}");
        assert_eq!(status.encoded_message(), "50 %25 of%0A%C3%A4");
        let long = Status::invalid("x".repeat(100_000));
        assert!(long.encoded_message().len() <= MOST_MESSAGE_BYTES + 3);
    }
}
