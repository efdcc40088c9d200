use crate::gpt::Guid;
use crate::slot::Slot;
use capsule_machine::mount_quiet;
use std::fs;

const VARIABLES: &str = "/sys/firmware/efi/efivars";
/// Of all variables of systemd-boot: systemd.io/BOOT_LOADER_INTERFACE.
const VENDOR: &str = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
const ATTRIBUTE_BYTES: usize = 4;

/// The loader's own words about the boot.
pub struct Boot {
    /// The partition that the firmware started the loader from. A name such as /dev/vda, or the first disk that looks right,
    /// could be another capsule's.
    pub partition: Guid,
    pub slot: Slot,
}

pub fn read() -> Result<Boot, String> {
    mount_quiet("efivarfs", VARIABLES, "")
        .map_err(|error| format!("cannot mount {VARIABLES}: {error}"))?;
    let partition = variable("LoaderDevicePartUUID")?;
    let entry = variable("LoaderEntrySelected")?;
    Ok(Boot {
        partition: Guid::parse(&partition)
            .ok_or_else(|| format!("the loader's partition {partition} is no UUID"))?,
        slot: Slot::of_entry(&entry)
            .ok_or_else(|| format!("the loader started {entry}, which names no slot"))?,
    })
}

fn variable(name: &str) -> Result<String, String> {
    let bytes = fs::read(format!("{VARIABLES}/{name}-{VENDOR}"))
        .map_err(|error| format!("the loader has not set {name}: {error}"))?;
    text(&bytes).ok_or_else(|| format!("the loader's {name} is no text"))
}

/// UTF-16, which a zero ends.
fn text(bytes: &[u8]) -> Option<String> {
    let units: Vec<u16> = bytes
        .get(ATTRIBUTE_BYTES..)?
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|unit| *unit != 0)
        .collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_variable_with_and_without_its_end() {
        let mut bytes = vec![6, 0, 0, 0];
        bytes.extend("capsule".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(text(&bytes).as_deref(), Some("capsule"));
        bytes.extend([0, 0]);
        assert_eq!(text(&bytes).as_deref(), Some("capsule"));
    }

    #[test]
    fn refuses_anything_else() {
        assert_eq!(text(&[]), None);
        assert_eq!(text(&[6, 0, 0, 0, 0, 0xd8]), None);
    }
}
