use crate::gpt::Guid;

/// A partition with a root, and the entries of the loader that start it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub name: &'static str,
    guid: &'static str,
}

/// Every disk has the same ones: packages/core/src/resource/slot/disk-layout.ts. An update goes to either slot, so the
/// kernel image cannot name the partition.
const SLOTS: [Slot; 2] = [
    Slot {
        name: "slot_a",
        guid: "c4a5b1e0-0000-4000-8000-00000000000a",
    },
    Slot {
        name: "slot_b",
        guid: "c4a5b1e0-0000-4000-8000-00000000000b",
    },
];

impl Slot {
    /// Entries are called `capsule_000012_slot_b.efi`. The loader leaves out the counter of tries, `+2-1`; not every
    /// version does (systemd/systemd#38813).
    pub fn of_entry(id: &str) -> Option<Self> {
        let id = id.to_lowercase();
        let name = id.strip_prefix("capsule_")?.strip_suffix(".efi")?;
        let (_, name) = name.split_once('_')?;
        let name = name.split_once('+').map_or(name, |(name, _)| name);
        SLOTS.into_iter().find(|slot| slot.name == name)
    }

    pub fn partition(&self) -> Option<Guid> {
        Guid::parse(self.guid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_its_slot() {
        let name = |id: &str| Slot::of_entry(id).map(|slot| slot.name);
        assert_eq!(name("capsule_000012_slot_b.efi"), Some("slot_b"));
        assert_eq!(name("CAPSULE_000001_SLOT_A.EFI"), Some("slot_a"));
        assert_eq!(name("capsule_000012_slot_b+2-1.efi"), Some("slot_b"));
        for id in ["capsule_000001_slot_c.efi", "auto-efi-shell", "slot_a.efi"] {
            assert_eq!(name(id), None, "{id}");
        }
    }

    #[test]
    fn every_slot_has_a_partition() {
        assert!(SLOTS.iter().all(|slot| slot.partition().is_some()));
    }
}
