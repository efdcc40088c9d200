use crate::power::is_embedded;
use std::fs;
use std::io;
use std::path::Path;

const CARDS: &str = "/sys/class/net";

/// Sets the host name from `CAPSULE_HOSTNAME`, else from `/perm/hostname` or `/etc/hostname`. A machine without any is
/// called after its network card; an embedded capsule keeps the name that it has.
pub fn set() -> io::Result<()> {
    let Some(wanted) = chosen()?.or_else(from_card) else {
        return Ok(());
    };
    Ok(nix::unistd::sethostname(wanted)?)
}

fn chosen() -> io::Result<Option<String>> {
    if let Ok(name) = std::env::var("CAPSULE_HOSTNAME") {
        return Ok(named(&name));
    }
    for file in ["/perm/hostname", "/etc/hostname"] {
        match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => return Ok(named(&other?)),
        }
    }
    Ok(None)
}

fn named(text: &str) -> Option<String> {
    let name = text.trim();
    (!name.is_empty()).then(|| name.to_string())
}

/// `capsule-123456`: the end of the lowest hardware address, whatever the order of the cards.
fn from_card() -> Option<String> {
    if is_embedded() {
        return None;
    }
    let cards = fs::read_dir(CARDS).ok()?.flatten();
    let addresses = cards
        .filter(|card| card.path().join("device").exists())
        .filter_map(|card| address(&card.path()));
    name_for(&addresses.min()?)
}

fn address(card: &Path) -> Option<String> {
    let text = fs::read_to_string(card.join("address")).ok()?;
    named(&text)
}

fn name_for(address: &str) -> Option<String> {
    let digits = address.replace(':', "");
    let end = digits.get(digits.len().checked_sub(6)?..)?;
    Some(format!("capsule-{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_gives_a_name() {
        let name = |address: &str| name_for(address);
        assert_eq!(name("52:54:00:12:34:56").as_deref(), Some("capsule-123456"));
        assert_eq!(name("00"), None);
    }
}
