use super::*;

const UUID: &str = "7c1e9a52-4f0d-4f3b-9b5e-2a6c8d1f0e3a";

fn table() -> (Vec<u8>, Vec<u8>) {
    let mut entries = vec![0; 4 * 128];
    entries[128 + 16..128 + 32].copy_from_slice(&Guid::parse(UUID).unwrap().0);
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(b"EFI PART");
    header[12..16].copy_from_slice(&92_u32.to_le_bytes());
    header[72..80].copy_from_slice(&2_u64.to_le_bytes());
    header[80..84].copy_from_slice(&4_u32.to_le_bytes());
    header[84..88].copy_from_slice(&128_u32.to_le_bytes());
    header[88..92].copy_from_slice(&crc32(&entries).to_le_bytes());
    let crc = crc32(&header[..92]);
    header[16..20].copy_from_slice(&crc.to_le_bytes());
    (header, entries)
}

#[test]
fn a_guid_is_printed_as_it_was_read() {
    assert_eq!(Guid::parse(UUID).unwrap().to_string(), UUID);
    assert_eq!(Guid::parse(&UUID.to_uppercase()), Guid::parse(UUID));
    assert_eq!(Guid::parse("7c1e9a52"), None);
    assert_eq!(Guid::parse("7c1e9a5g-4f0d-4f3b-9b5e-2a6c8d1f0e3a"), None);
}

#[test]
fn the_checksum_is_that_of_the_specification() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn partitions_are_listed_by_their_number() {
    let (header, entries) = table();
    let header = Header::parse(&header).unwrap();
    assert_eq!((header.entries_at, header.entry_count), (2, 4));
    let found = header.partitions(&entries).unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(found[1], Guid::parse(UUID).unwrap());
}

#[test]
fn a_table_with_a_flipped_bit_is_none() {
    let (header, mut entries) = table();
    for at in [0, 12, 20, 73, 90] {
        let mut damaged = header.clone();
        damaged[at] ^= 1;
        assert!(Header::parse(&damaged).is_none(), "byte {at}");
    }
    entries[300] ^= 1;
    assert!(Header::parse(&header)
        .unwrap()
        .partitions(&entries)
        .is_none());
}
