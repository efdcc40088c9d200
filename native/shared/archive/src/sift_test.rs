use super::*;
use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;

const MIB: usize = 1024 * 1024;

fn entry(letter: u8, name: &str, size: usize) -> Vec<u8> {
    let mut header = Block::empty();
    header.put(block::NAME, name.as_bytes());
    header.put_number(block::SIZE, size as u64);
    header.put(block::TYPE, &[letter]);
    header.put(block::MAGIC, b"ustar\x0000");
    header.seal();
    let mut bytes = header.0.to_vec();
    bytes.resize(bytes.len() + size, letter);
    bytes.resize(bytes.len() + padding(size as u64) as usize, 0);
    bytes
}

fn blob(digit: char) -> String {
    format!("blobs/sha256/{}", String::from(digit).repeat(64))
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = temp_dir().join(format!("sift-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sifted(name: &str, archive: &[u8]) -> (Vec<u8>, Sifted, Vec<Vec<u8>>) {
    let scratch = Scratch::new(name);
    let mut output = Vec::new();
    let Ok(sifted) = sift(&scratch.0, archive, &mut output) else {
        panic!("it fails");
    };
    let read = |blob: &Blob| fs::read(scratch.0.join(&blob.name)).unwrap();
    let files = sifted.blobs.iter().map(read).collect();
    (output, sifted, files)
}

#[test]
fn large_blobs_leave_the_archive_and_all_else_stays() {
    let index = entry(b'0', "index.json", 700);
    let small = entry(b'0', &blob('a'), 10_000);
    let large = entry(b'0', &blob('b'), MIB + 1);
    let dotted = entry(0, &format!("./{}", blob('c')), MIB);
    let other = entry(b'0', "layer.tar", 2 * MIB);
    let link = entry(b'1', "link", 0);
    let parts = [&index, &small, &large, &dotted, &other, &link];
    let mut archive: Vec<u8> = parts.into_iter().flatten().copied().collect();
    archive.resize(archive.len() + 4096, 0);
    let (output, sifted, files) = sifted("large", &archive);
    assert!(sifted.is_whole);
    assert_eq!(output, [index, small, other, link].concat());
    assert_eq!(files, [vec![b'0'; MIB + 1], vec![0; MIB]]);
}

#[test]
fn a_blob_with_a_header_of_its_own_stays() {
    for letter in [b'x', b'L', b'K'] {
        let archive = [
            entry(letter, "more", 100),
            entry(b'0', &blob('a'), MIB),
            vec![0; 1024],
        ]
        .concat();
        let (output, sifted, files) = sifted("described", &archive);
        assert_eq!(output.len(), archive.len() - 1024);
        assert!(sifted.is_whole && files.is_empty());
    }
}

#[test]
fn an_archive_that_is_cut_stays_cut() {
    let head = entry(b'0', "index.json", 700);
    let archive = [head.clone(), entry(b'0', &blob('a'), MIB)].concat();
    for size in [100, 600, 1024, 1100, 1536, 2048, MIB, archive.len() - 1] {
        let (output, sifted, files) = sifted("cut", archive.get(..size).unwrap());
        assert!(!sifted.is_whole && files.is_empty());
        // The header of a blob that is not there ends it.
        assert!(output.len() <= head.len() + BLOCK_BYTES);
    }
}

#[test]
fn no_archive_passes_as_it_is() {
    let noise = vec![0x1f; 3 * MIB + 5];
    let (output, sifted, _) = sifted("noise", &noise);
    assert!(!sifted.is_whole && output == noise);
}
