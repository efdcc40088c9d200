use super::{Malformed, Message, Reader, Value};
use std::collections::BTreeMap;

/// Encodes a type of Rust as a field of a message. A value that equals the type's default is left out.
pub trait Field {
    fn put_field(&self, number: u32, to: &mut Vec<u8>);
    fn take_field(&mut self, value: Value) -> Result<(), Malformed>;
}

const VARINT: u32 = 0;
const BYTES: u32 = 2;

fn put_varint(number: u64, to: &mut Vec<u8>) {
    let mut rest = number;
    while rest >= 0x80 {
        to.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    to.push(rest as u8);
}

fn put_key(number: u32, kind: u32, to: &mut Vec<u8>) {
    put_varint(u64::from(number << 3 | kind), to);
}

fn put_bytes(number: u32, bytes: &[u8], to: &mut Vec<u8>) {
    put_key(number, BYTES, to);
    put_varint(bytes.len() as u64, to);
    to.extend_from_slice(bytes);
}

fn put_message(number: u32, message: &impl Message, to: &mut Vec<u8>) {
    let mut bytes = Vec::new();
    message.write(&mut bytes);
    put_bytes(number, &bytes, to);
}

impl Field for u64 {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        if *self != 0 {
            put_key(number, VARINT, to);
            put_varint(*self, to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        *self = value.varint()?;
        Ok(())
    }
}

/// Negative numbers of 32 bits are written with 64, and what is too long is cut, as everywhere.
macro_rules! as_u64 {
    ($kind:ty) => {
        impl Field for $kind {
            fn put_field(&self, number: u32, to: &mut Vec<u8>) {
                (*self as u64).put_field(number, to);
            }

            fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
                *self = value.varint()? as $kind;
                Ok(())
            }
        }
    };
}

as_u64!(i32);
as_u64!(i64);
as_u64!(u32);

impl Field for bool {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        u64::from(*self).put_field(number, to);
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        *self = value.varint()? != 0;
        Ok(())
    }
}

impl Field for String {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        if !self.is_empty() {
            put_bytes(number, self.as_bytes(), to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        *self = value.text()?;
        Ok(())
    }
}

impl Field for Vec<u8> {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        if !self.is_empty() {
            put_bytes(number, self, to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        *self = value.bytes()?.to_vec();
        Ok(())
    }
}

impl Field for Vec<String> {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        for text in self {
            put_bytes(number, text.as_bytes(), to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        self.push(value.text()?);
        Ok(())
    }
}

impl<M: Message> Field for Vec<M> {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        for message in self {
            put_message(number, message, to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        self.push(M::read(value.bytes()?)?);
        Ok(())
    }
}

impl<M: Message> Field for Option<M> {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        if let Some(message) = self {
            put_message(number, message, to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        *self = Some(M::read(value.bytes()?)?);
        Ok(())
    }
}

impl Field for Option<u64> {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        if let Some(count) = self {
            put_key(number, VARINT, to);
            put_varint(*count, to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        *self = Some(value.varint()?);
        Ok(())
    }
}

impl Field for BTreeMap<String, String> {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        for (key, text) in self {
            let mut entry = Vec::new();
            key.put_field(1, &mut entry);
            text.put_field(2, &mut entry);
            put_bytes(number, &entry, to);
        }
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        let (mut key, mut text) = (String::new(), String::new());
        let mut from = Reader::new(value.bytes()?);
        while let Some((number, part)) = from.field()? {
            match number {
                1 => key.take_field(part)?,
                2 => text.take_field(part)?,
                _ => {}
            }
        }
        self.insert(key, text);
        Ok(())
    }
}

/// A member of a choice, where even the default is written: the choice itself has a meaning.
pub trait Chosen: Sized {
    fn put_chosen(&self, number: u32, to: &mut Vec<u8>);
    fn take_chosen(value: Value) -> Result<Self, Malformed>;
}

impl Chosen for Vec<u8> {
    fn put_chosen(&self, number: u32, to: &mut Vec<u8>) {
        put_bytes(number, self, to);
    }

    fn take_chosen(value: Value) -> Result<Self, Malformed> {
        value.bytes().map(<[u8]>::to_vec)
    }
}

impl<M: Message> Chosen for M {
    fn put_chosen(&self, number: u32, to: &mut Vec<u8>) {
        put_message(number, self, to);
    }

    fn take_chosen(value: Value) -> Result<Self, Malformed> {
        M::read(value.bytes()?)
    }
}

pub fn put_chosen(it: &impl Chosen, number: u32, to: &mut Vec<u8>) {
    it.put_chosen(number, to);
}

pub fn take_chosen<C: Chosen>(value: Value) -> Result<C, Malformed> {
    C::take_chosen(value)
}
