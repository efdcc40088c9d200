use crate::gpt::Guid;
use capsule_machine::mount_quiet;
use std::fs;

const VARIABLES: &str = "/sys/firmware/efi/efivars";
/// Set by systemd-boot, and by the stub of a unified kernel image: Boot Loader Interface of systemd.
const BOOT_PARTITION: &str = "LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

/// The identity of the partition that the firmware started the loader from. A name such as /dev/vda, or the first disk
/// that looks right, could be another capsule's.
pub fn boot_partition() -> Result<Guid, String> {
    mount_quiet("efivarfs", VARIABLES, "")
        .map_err(|error| format!("cannot mount {VARIABLES}: {error}"))?;
    let bytes = fs::read(format!("{VARIABLES}/{BOOT_PARTITION}")).map_err(|error| {
        format!("the loader does not say which partition it was started from: {error}")
    })?;
    parse(&bytes).ok_or_else(|| "the loader's partition is no UUID".to_string())
}

/// Four bytes of attributes, then UTF-16.
fn parse(bytes: &[u8]) -> Option<Guid> {
    let units: Vec<u16> = bytes
        .get(4..)?
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|unit| *unit != 0)
        .collect();
    Guid::parse(&String::from_utf16(&units).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "7C1E9A52-4F0D-4F3B-9B5E-2A6C8D1F0E3A";

    #[test]
    fn reads_a_variable_with_and_without_its_end() {
        let mut bytes = vec![6, 0, 0, 0];
        bytes.extend(UUID.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(parse(&bytes), Guid::parse(UUID));
        bytes.extend([0, 0]);
        assert_eq!(parse(&bytes), Guid::parse(UUID));
    }

    #[test]
    fn refuses_anything_else() {
        assert_eq!(parse(&[]), None);
        assert_eq!(parse(&[6, 0, 0, 0, b'x', 0]), None);
    }
}
