use super::*;
use crate::block::Field;
use crate::entry::{Attribute, Segment};
use crate::source::Stream;
use crate::time::Time;
use crate::writer::Writer;

fn read(bytes: &[u8]) -> io::Result<Vec<(Entry, Vec<u8>)>> {
    let mut reader = Reader::new(Stream(bytes));
    let mut all = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let mut data = Vec::new();
        let mut buffer = [0; 700];
        loop {
            match reader.read(&mut buffer)? {
                0 => break,
                count => data.extend(&buffer[..count]),
            }
        }
        all.push((entry, data));
    }
    Ok(all)
}

fn written(entries: &[(Entry, Vec<u8>)]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    writer.comment("a remark").unwrap();
    for (entry, data) in entries {
        writer.begin(entry).unwrap();
        writer.data(data).unwrap();
    }
    writer.finish().unwrap()
}

fn samples() -> Vec<(Entry, Vec<u8>)> {
    let mut all = Vec::new();
    for length in [1, 99, 100, 101, 256, 5000] {
        let mut file = Entry::new(vec![0xe9; length], Kind::File);
        (file.mode, file.uid, file.gid) = (0o7777, 4_000_000_000, 2_097_152);
        file.mtime = Time::new(-1, 500_000_000);
        file.size = length as u64 * 3;
        all.push((file, vec![7; length * 3]));
    }
    let mut folder = Entry::new(b"f".to_vec(), Kind::Folder);
    folder.mtime = Time::new(8_589_934_592, 0);
    folder.attributes = [
        ("security.capability", vec![0, 1, 10]),
        ("user.a=b%c", vec![]),
    ]
    .map(|(name, value)| Attribute {
        name: name.as_bytes().to_vec(),
        value,
    })
    .to_vec();
    all.push((folder, Vec::new()));
    for kind in [Kind::Symlink, Kind::HardLink] {
        let mut link = Entry::new(b"l".to_vec(), kind);
        link.link = vec![b'x'; 300];
        all.push((link, Vec::new()));
    }
    for kind in [Kind::Char, Kind::Block, Kind::Fifo] {
        let mut special = Entry::new(b"s".to_vec(), kind);
        if kind != Kind::Fifo {
            special.device = (4095, 1_048_575);
        }
        special.atime = Some(Time::new(1, 1));
        all.push((special, Vec::new()));
    }
    let mut sparse = Entry::new(b"d/sparse".to_vec(), Kind::File);
    sparse.size = 1 << 40;
    sparse.segments = Some(vec![
        Segment {
            offset: 10,
            length: 3,
        },
        Segment {
            offset: 1 << 39,
            length: 600,
        },
    ]);
    all.push((sparse, vec![1; 603]));
    all
}

#[test]
fn what_was_written_is_read_the_same() {
    let mut wanted = samples();
    let bytes = written(&wanted);
    assert_eq!(bytes.len() % 512, 0);
    // The empty piece that stands for a hole at the end.
    let (sparse, _) = wanted.last_mut().unwrap();
    let size = sparse.size;
    sparse.segments.as_mut().unwrap().push(Segment {
        offset: size,
        length: 0,
    });
    assert_eq!(read(&bytes).unwrap(), wanted);
}

#[test]
fn a_cut_at_any_byte_is_reported_also_between_two_entries() {
    let bytes = written(&samples()[6..]);
    let whole = read(&bytes).unwrap();
    for end in 0..bytes.len() {
        match read(&bytes[..end]) {
            Ok(part) => assert!(end + 512 >= bytes.len() && whole == part, "{end}"),
            Err(error) => assert_eq!(error.raw_os_error(), None),
        }
    }
}

#[test]
fn an_entry_of_an_unknown_type_is_passed_over_with_its_data() {
    let archive = [block(b'Z', &[1; 700]), block(b'0', b"x"), vec![0; 1024]];
    let all = read(&archive.concat()).unwrap();
    let kinds: Vec<Kind> = all.iter().map(|(entry, _)| entry.kind).collect();
    assert_eq!(kinds, [Kind::Unknown(b'Z'), Kind::File]);
    assert_eq!(all[1].1, b"x");
}

#[test]
fn an_archive_of_nothing_is_one() {
    assert_eq!(read(&[0; 1024]).unwrap(), []);
    assert!(read(&[]).is_err());
}

#[test]
fn a_spoilt_byte_never_does_more_than_fail() {
    let bytes = written(&samples()[6..]);
    for at in (0..bytes.len()).step_by(11) {
        for byte in [0xff, b'9'] {
            let mut spoilt = bytes.clone();
            spoilt[at] = byte;
            let _ = read(&spoilt);
        }
    }
}

#[test]
fn an_attribute_list_of_users_by_name_is_a_remark() {
    let mut records = Vec::new();
    pax::push(
        &mut records,
        b"SCHILY.acl.access",
        b"user::rwx,user:anna:rwx",
    );
    assert!(!records.is_empty());
    let mut entry = Entry::new(b"a".to_vec(), Kind::File);
    let records = pax::parse(&records).unwrap();
    describe(&mut entry, &Block::empty(), &records).unwrap();
    assert_eq!((entry.remarks.len(), entry.attributes.len()), (1, 0));
}

fn block(letter: u8, data: &[u8]) -> Vec<u8> {
    let mut header = Block::empty();
    header.put(block::NAME, b"f");
    header.put(block::TYPE, &[letter]);
    header.put_number(block::SIZE, data.len() as u64);
    header.seal();
    let fill = usize::try_from(padding(data.len() as u64)).unwrap();
    [header.0.as_slice(), data, &vec![0; fill]].concat()
}

/// A second header would let an archive of few bytes, when it is compressed, take any memory.
#[test]
fn a_header_takes_the_place_of_the_one_before_it() {
    let header = |key: &[u8], value: &[u8]| {
        let mut data = Vec::new();
        pax::push(&mut data, key, value);
        block(b'x', &data)
    };
    let archive = [
        header(b"path", b"first"),
        header(b"uid", b"5"),
        block(b'0', b"x"),
        vec![0; 1024],
    ];
    let all = read(&archive.concat()).unwrap();
    assert_eq!(all[0].0.name, b"f");
    assert_eq!(all[0].0.uid, 5);
}

#[test]
fn attributes_are_looked_up_in_no_time_however_many_there_are() {
    let mut data = Vec::new();
    for number in 0..100_000 {
        let key = format!("SCHILY.xattr.user.{number:06}");
        pax::push(&mut data, key.as_bytes(), b"");
    }
    pax::push(&mut data, b"SCHILY.xattr.user.000000", b"last");
    let archive = [block(b'x', &data), block(b'0', b""), vec![0; 1024]];
    let all = read(&archive.concat()).unwrap();
    let attributes = &all[0].0.attributes;
    assert_eq!(attributes.len(), 100_000);
    assert_eq!(attributes[0].value, b"last");
}

/// Small deterministic generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// With wrong checksums, nearly all of a header would never be looked at.
#[test]
fn a_header_of_any_bytes_with_a_right_checksum_never_does_more_than_fail() {
    let bytes = written(&samples());
    let is_header = |at: &usize| {
        let mut block = Block::empty();
        block.put(Field(0, BLOCK_BYTES), &bytes[*at..*at + BLOCK_BYTES]);
        !block.is_empty() && block.is_sound()
    };
    let headers: Vec<usize> = (0..bytes.len())
        .step_by(BLOCK_BYTES)
        .filter(is_header)
        .collect();
    for seed in 1..=400 {
        let mut random = Random(seed);
        let mut spoilt = bytes.clone();
        let at = headers[random.below(headers.len())];
        let mut block = Block::empty();
        block.put(Field(0, BLOCK_BYTES), &bytes[at..at + BLOCK_BYTES]);
        for _ in 0..=random.below(6) {
            let byte = [0, 0x80, 0xff, b'7', b'9', b' ', b'S', b'x'][random.below(8)];
            // The fields of the old sparse format are behind the names.
            let place = [
                random.below(500),
                124 + random.below(33),
                386 + random.below(120),
            ];
            block.0[place[random.below(3)]] = byte;
        }
        block.seal();
        spoilt[at..at + BLOCK_BYTES].copy_from_slice(&block.0);
        let _ = read(&spoilt);
        let _ = crate::measure::measure(Stream(spoilt.as_slice()));
    }
}

#[test]
fn records_of_any_numbers_never_do_more_than_fail() {
    let keys: [&[u8]; 14] = [
        b"size",
        b"uid",
        b"gid",
        b"mtime",
        b"atime",
        b"path",
        b"linkpath",
        b"GNU.sparse.major",
        b"GNU.sparse.minor",
        b"GNU.sparse.realsize",
        b"GNU.sparse.size",
        b"GNU.sparse.map",
        b"GNU.sparse.offset",
        b"GNU.sparse.numbytes",
    ];
    let values: [&[u8]; 10] = [
        b"0",
        b"1",
        b"18446744073709551615",
        b"9223372036854775808",
        b"-9223372036854775808.5",
        b"9223372036854775807.999",
        b"",
        b"../..",
        b"0,18446744073709551615",
        b"512",
    ];
    for seed in 1..=400 {
        let mut random = Random(seed);
        let mut records = Vec::new();
        for _ in 0..1 + random.below(5) {
            let (key, value) = (random.below(keys.len()), random.below(values.len()));
            pax::push(&mut records, keys[key], values[value]);
        }
        let kind = [b'0', b'S', b'5', b'1', b'3', b'Z'][random.below(6)];
        let archive = [
            block(b'x', &records),
            block(kind, &[b'1'; 512]),
            vec![0; 1024],
        ]
        .concat();
        let _ = read(&archive);
        let _ = crate::measure::measure(Stream(archive.as_slice()));
    }
}
