use crate::device_mapper::Verity;
use crate::gpt::Guid;

/// The words of the kernel's command line that name the root. They are part of the unified kernel image: the loader
/// that starts the image chooses the root with it.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// `capsule.slot=slot_a`
    pub slot: String,
    /// `capsule.root=` and the partition's UUID.
    pub root: Guid,
    /// `capsule.verity=BLOCKS:ROOTHASH:SALT`
    pub verity: Verity,
}

impl CommandLine {
    pub fn parse(text: &str) -> Result<Self, String> {
        let value = |key: &str| {
            let mut words = text.split_whitespace();
            words
                .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
                .ok_or_else(|| format!("the command line has no {key}="))
        };
        let root = value("capsule.root")?;
        let verity = value("capsule.verity")?;
        Ok(CommandLine {
            slot: value("capsule.slot")?.to_string(),
            root: Guid::parse(root).ok_or_else(|| format!("capsule.root={root} is no UUID"))?,
            verity: parse_verity(verity)
                .ok_or_else(|| format!("capsule.verity={verity} is not BLOCKS:ROOTHASH:SALT"))?,
        })
    }
}

fn parse_verity(text: &str) -> Option<Verity> {
    let mut parts = text.split(':');
    let verity = Verity {
        data_blocks: parts.next()?.parse().ok()?,
        root_hash: parse_hex(parts.next()?)?,
        salt: parse_hex(parts.next()?)?,
    };
    parts.next().is_none().then_some(verity)
}

/// 32 bytes. The text goes into the kernel's table as it is.
fn parse_hex(text: &str) -> Option<String> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "7c1e9a52-4f0d-4f3b-9b5e-2a6c8d1f0e3a";

    fn line(root: &str, verity: &str) -> String {
        format!("quiet capsule.slot=slot_a capsule.root={root} capsule.verity={verity}\n")
    }

    fn good_verity() -> String {
        format!("512:{}:{}", "ab".repeat(32), "01".repeat(32))
    }

    #[test]
    fn reads_slot_root_and_hash() {
        let parsed = CommandLine::parse(&line(UUID, &good_verity())).unwrap();
        assert_eq!(parsed.slot, "slot_a");
        assert_eq!(parsed.root, Guid::parse(UUID).unwrap());
        assert_eq!(parsed.verity.data_blocks, 512);
        assert_eq!(parsed.verity.root_hash, "ab".repeat(32));
    }

    #[test]
    fn says_which_word_is_missing_or_wrong() {
        let error = |text: &str| CommandLine::parse(text).unwrap_err();
        assert_eq!(error("quiet"), "the command line has no capsule.root=");
        assert!(error(&line("here", &good_verity())).contains("here is no UUID"));
        let long = format!("{}:00", good_verity());
        for verity in ["512", "x:ab:cd", "512:ab:cd", &long] {
            assert!(
                error(&line(UUID, verity)).contains("BLOCKS:ROOTHASH:SALT"),
                "{verity}"
            );
        }
    }
}
