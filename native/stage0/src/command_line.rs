use crate::device_mapper::Verity;

/// Reads `capsule.verity=BLOCKS:ROOTHASH:SALT` of the kernel's command line. It is part of the unified kernel image: the
/// loader that starts the image chooses the content of the root with it.
pub fn verity(text: &str) -> Result<Verity, String> {
    let mut words = text.split_whitespace();
    let word = words
        .find_map(|word| word.strip_prefix("capsule.verity="))
        .ok_or("the command line has no capsule.verity=")?;
    parse(word).ok_or_else(|| format!("capsule.verity={word} is not BLOCKS:ROOTHASH:SALT"))
}

fn parse(text: &str) -> Option<Verity> {
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

    fn good() -> String {
        format!("512:{}:{}", "ab".repeat(32), "01".repeat(32))
    }

    #[test]
    fn reads_size_hash_and_salt() {
        let found = verity(&format!("quiet capsule.verity={} panic=10\n", good())).unwrap();
        assert_eq!(found.data_blocks, 512);
        assert_eq!(found.root_hash, "ab".repeat(32));
        assert_eq!(found.salt, "01".repeat(32));
    }

    #[test]
    fn says_which_word_is_missing_or_wrong() {
        assert_eq!(
            verity("quiet").unwrap_err(),
            "the command line has no capsule.verity="
        );
        let long = format!("{}:00", good());
        for word in ["512", "x:ab:cd", "512:ab:cd", &long] {
            let why = verity(&format!("capsule.verity={word}")).unwrap_err();
            assert!(why.contains("BLOCKS:ROOTHASH:SALT"), "{word}");
        }
    }
}
