use crate::block::{invalid, Block, Field};
use crate::entry::Segment;
use crate::pax::{decimal, push, Record};
use std::io;

/// More pieces than that would take too much memory.
pub const MOST_SEGMENTS: usize = 1 << 20;

/// Of the old GNU format: pairs in the header, more of them in blocks that follow.
const PAIR: usize = 12;
const FIRST: (usize, usize) = (386, 4);
const MORE: (usize, usize) = (0, 21);
const IS_EXTENDED: usize = 482;
const REAL_SIZE: Field = Field(483, 12);
const IS_EXTENDED_MORE: usize = 504;

pub fn old_size(header: &Block) -> io::Result<u64> {
    number(header, REAL_SIZE)
}

/// The pieces of an old GNU sparse file; `next` gives the blocks that follow.
pub fn old_map(
    header: &Block,
    mut next: impl FnMut() -> io::Result<Block>,
) -> io::Result<Vec<Segment>> {
    let mut map = Vec::new();
    pairs(header, FIRST, &mut map)?;
    let mut is_extended = header.byte(IS_EXTENDED) != 0;
    while is_extended {
        let block = next()?;
        pairs(&block, MORE, &mut map)?;
        is_extended = block.byte(IS_EXTENDED_MORE) != 0;
        within_limit(map.len())?;
    }
    Ok(map)
}

fn pairs(block: &Block, (at, count): (usize, usize), map: &mut Vec<Segment>) -> io::Result<()> {
    for index in 0..count {
        let at = at + index * 2 * PAIR;
        if block.byte(at) == 0 {
            return Ok(());
        }
        map.push(Segment {
            offset: number(block, Field(at, PAIR))?,
            length: number(block, Field(at + PAIR, PAIR))?,
        });
    }
    Ok(())
}

fn number(block: &Block, field: Field) -> io::Result<u64> {
    let number = block.number(field, "sparse map")?;
    u64::try_from(number).map_err(|_| invalid("its sparse map has a negative number"))
}

/// The pieces as PAX records have them: `Ok(None)` where the records are of no sparse file of that kind.
pub fn pax_map(records: &[Record]) -> io::Result<Option<Vec<Segment>>> {
    let mut numbers = Vec::new();
    let mut is_sparse = false;
    for (key, value) in records {
        match key.as_slice() {
            b"GNU.sparse.map" => {
                is_sparse = true;
                for text in value
                    .split(|byte| *byte == b',')
                    .filter(|it| !it.is_empty())
                {
                    numbers.push(decimal(text).ok_or_else(odd)?);
                }
            }
            b"GNU.sparse.offset" if numbers.len() % 2 == 0 => {
                is_sparse = true;
                numbers.push(decimal(value).ok_or_else(odd)?);
            }
            b"GNU.sparse.numbytes" if numbers.len() % 2 == 1 => {
                numbers.push(decimal(value).ok_or_else(odd)?);
            }
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => return Err(odd()),
            b"GNU.sparse.numblocks" => is_sparse = true,
            _ => {}
        }
        within_limit(numbers.len() / 2)?;
    }
    if numbers.len() % 2 != 0 {
        return Err(odd());
    }
    let pair = |pair: &[u64]| match pair {
        [offset, length] => Some(Segment {
            offset: *offset,
            length: *length,
        }),
        _ => None,
    };
    Ok(is_sparse.then(|| numbers.chunks(2).filter_map(pair).collect()))
}

/// Version 1.0: lines of numbers in the data, up to the end of a block. `line` gives one line at a time.
pub fn data_map(mut line: impl FnMut() -> io::Result<Vec<u8>>) -> io::Result<Vec<Segment>> {
    let mut number = || decimal(&line()?).ok_or_else(odd);
    let count = usize::try_from(number()?).map_err(|_| odd())?;
    within_limit(count)?;
    let mut map = Vec::new();
    for _ in 0..count {
        let (offset, length) = (number()?, number()?);
        map.push(Segment { offset, length });
    }
    Ok(map)
}

/// In order, apart from each other, inside of the file, and of as many bytes as there are.
pub fn check(map: &[Segment], size: u64, data: u64) -> io::Result<()> {
    let mut end = 0;
    let mut total = 0;
    for Segment { offset, length } in map {
        if *offset < end {
            return Err(invalid("its sparse map is not in order"));
        }
        end = offset.checked_add(*length).ok_or_else(odd)?;
        total += length;
    }
    if end > size {
        return Err(invalid("its sparse map is larger than the file"));
    }
    if total != data {
        return Err(invalid("its sparse map is of another size than its data"));
    }
    Ok(())
}

/// A map of version 1.0, without its padding. As GNU tar writes it: a hole at the end has an empty piece.
pub fn write_map(map: &[Segment], size: u64) -> Vec<u8> {
    let is_open = map
        .last()
        .is_none_or(|last| last.offset + last.length < size);
    let end = is_open.then_some(Segment {
        offset: size,
        length: 0,
    });
    let mut text = format!("{}\n", map.len() + usize::from(is_open));
    for Segment { offset, length } in map.iter().copied().chain(end) {
        text += &format!("{offset}\n{length}\n");
    }
    text.into_bytes()
}

pub fn push_records(to: &mut Vec<u8>, name: &[u8], size: u64) {
    push(to, b"GNU.sparse.major", b"1");
    push(to, b"GNU.sparse.minor", b"0");
    push(to, b"GNU.sparse.name", name);
    push(to, b"GNU.sparse.realsize", size.to_string().as_bytes());
}

fn within_limit(count: usize) -> io::Result<()> {
    if count <= MOST_SEGMENTS {
        return Ok(());
    }
    Err(invalid(format!(
        "a sparse file has more than {MOST_SEGMENTS} pieces"
    )))
}

fn odd() -> io::Error {
    invalid("its sparse map is not made of pairs of numbers")
}
