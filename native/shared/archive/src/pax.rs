use crate::block::invalid;
use std::io;

/// A keyword and its value.
pub type Record = (Vec<u8>, Vec<u8>);

/// A record takes twenty times its bytes in memory: a header of the least ones would fill a small machine.
/// Two of them describe a piece of a sparse file.
const MOST_RECORDS: usize = 1 << 18;

/// Records of a PAX header: `LENGTH KEY=VALUE\n`, the length in decimal and of all of it.
pub fn parse(mut data: &[u8]) -> io::Result<Vec<Record>> {
    let bad = || invalid("a PAX header is not made of records");
    let mut records = Vec::new();
    while !data.is_empty() {
        // Some writers fill the rest of the block.
        if data.iter().all(|byte| *byte == 0) {
            break;
        }
        let space = data.iter().take(21).position(|byte| *byte == b' ');
        let space = space.ok_or_else(bad)?;
        let length = data.get(..space).and_then(decimal).ok_or_else(bad)?;
        let length = usize::try_from(length).map_err(|_| bad())?;
        let record = data.get(space + 1..length).ok_or_else(bad)?;
        let record = record.strip_suffix(b"\n").ok_or_else(bad)?;
        let equals = record.iter().position(|byte| *byte == b'=');
        let equals = equals.filter(|at| *at > 0).ok_or_else(bad)?;
        let (key, value) = record.split_at(equals);
        records.push((key.to_vec(), value.get(1..).unwrap_or_default().to_vec()));
        if records.len() > MOST_RECORDS {
            return Err(invalid("a PAX header has too many records"));
        }
        data = data.get(length..).unwrap_or_default();
    }
    Ok(records)
}

/// Adds a record, as `parse` reads it.
pub fn push(data: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    data.extend(length.to_string().as_bytes());
    data.push(b' ');
    data.extend(key);
    data.push(b'=');
    data.extend(value);
    data.push(b'\n');
}

/// Digits only: no sign, no space.
pub fn decimal(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let text = is_number.then(|| std::str::from_utf8(text).ok())??;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let mut data = Vec::new();
        let records: Vec<Record> = (0..130)
            .map(|length| (b"key".to_vec(), vec![b'\n'; length]))
            .collect();
        for (key, value) in &records {
            push(&mut data, key, value);
        }
        assert_eq!(parse(&data).unwrap(), records);
    }

    #[test]
    fn more_records_than_memory_has_room_for_are_refused() {
        let least = b"5 a=\n";
        assert_eq!(
            parse(&least.repeat(MOST_RECORDS)).unwrap().len(),
            MOST_RECORDS
        );
        assert!(parse(&least.repeat(MOST_RECORDS + 1)).is_err());
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "path=a\n",
            "0 path=a\n",
            "99 path=a\n",
            "5 path=a\n",
            "9 patha\n\n",
            "x y=z\n",
            "5 =a\n",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
