use crate::contract::{Choice, Contract, Enum, Field, Message};

/// The whole file.
pub fn write(contract: &Contract) -> String {
    let mut out = String::from(
        "// Made from proto/capsule/guest/v1/guest.proto by `cargo test -p capsule-guest`; not to be changed by hand.\n\n\
         use crate::wire::{Field, Malformed, Message, Reader, Value};\n\
         use std::collections::BTreeMap;\n",
    );
    out += &service(contract);
    for it in &contract.enums {
        out += &enumeration(it);
    }
    for message in &contract.messages {
        out += &structure(message, contract);
        if let Some(choice) = &message.choice {
            out += &union(message, choice, contract);
        }
    }
    out
}

fn service(contract: &Contract) -> String {
    let mut out =
        String::from("\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Method {\n");
    for method in &contract.methods {
        out += &format!("    {method},\n");
    }
    out += "}\n\nimpl Method {\n    pub fn of(path: &str) -> Option<Self> {\n        Some(match path {\n";
    for method in &contract.methods {
        let (package, service) = (&contract.package, &contract.service);
        out += &format!("            \"/{package}.{service}/{method}\" => Method::{method},\n");
    }
    out + "            _ => return None,\n        })\n    }\n}\n"
}

fn enumeration(it: &Enum) -> String {
    let name = &it.name;
    let prefix = format!("{}_", snake(name).to_uppercase());
    let values: Vec<(String, u32)> = it
        .values
        .iter()
        .map(|(value, number)| (pascal(value.trim_start_matches(&prefix)), *number))
        .collect();
    let mut out = format!(
        "\n#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]\npub enum {name} {{\n    #[default]\n"
    );
    for (value, number) in &values {
        out += &format!("    {value} = {number},\n");
    }
    out += &format!(
        "}}\n\nimpl Field for {name} {{\n    fn put_field(&self, number: u32, to: &mut Vec<u8>) {{\n        (*self as u32).put_field(number, to);\n    }}\n\n"
    );
    out += "    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {\n        *self = match value.varint()? {\n";
    for (value, number) in values.iter().filter(|(_, number)| *number > 0) {
        out += &format!("            {number} => {name}::{value},\n");
    }
    let first = values.first().map(|(value, _)| value.as_str()).unwrap();
    out + &format!("            _ => {name}::{first},\n        }};\n        Ok(())\n    }}\n}}\n")
}

fn structure(message: &Message, contract: &Contract) -> String {
    let name = &message.name;
    let is_empty = message.fields.is_empty() && message.choice.is_none();
    let mut out = format!("\n#[derive(Debug, Clone, Default, PartialEq)]\npub struct {name} {{");
    out += if is_empty { "" } else { "\n" };
    for field in &message.fields {
        out += &format!("    pub {}: {},\n", field.name, rust_type(field, contract));
    }
    if let Some(choice) = &message.choice {
        out += &format!(
            "    pub {0}: Option<{name}{1}>,\n",
            choice.name,
            pascal(&choice.name)
        );
    }
    out += &format!("}}\n\nimpl Message for {name} {{\n");
    if is_empty {
        return out
            + "    fn write(&self, _to: &mut Vec<u8>) {}\n\n    fn read(bytes: &[u8]) -> Result<Self, Malformed> {\n        let mut from = Reader::new(bytes);\n        while from.field()?.is_some() {}\n        Ok(Self {})\n    }\n}\n";
    }
    out += "    fn write(&self, to: &mut Vec<u8>) {\n";
    for field in &message.fields {
        out += &format!(
            "        self.{}.put_field({}, to);\n",
            field.name, field.number
        );
    }
    if let Some(choice) = &message.choice {
        out += &format!(
            "        if let Some(it) = &self.{} {{\n            it.write(to);\n        }}\n",
            choice.name
        );
    }
    out += "    }\n\n    fn read(bytes: &[u8]) -> Result<Self, Malformed> {\n        let mut it = Self::default();\n        let mut from = Reader::new(bytes);\n        while let Some((number, value)) = from.field()? {\n            match number {\n";
    for field in &message.fields {
        out += &format!(
            "                {} => it.{}.take_field(value)?,\n",
            field.number, field.name
        );
    }
    match &message.choice {
        Some(choice) => {
            out += &format!(
                "                _ => {name}{}::read(number, value, &mut it.{})?,\n",
                pascal(&choice.name),
                choice.name
            )
        }
        None => out += "                _ => {}\n",
    }
    out + "            }\n        }\n        Ok(it)\n    }\n}\n"
}

fn union(message: &Message, choice: &Choice, contract: &Contract) -> String {
    let name = format!("{}{}", message.name, pascal(&choice.name));
    let mut out = format!("\n#[derive(Debug, Clone, PartialEq)]\npub enum {name} {{\n");
    for field in &choice.fields {
        out += &format!(
            "    {}({}),\n",
            pascal(&field.name),
            scalar(&field.kind, contract)
        );
    }
    out += &format!(
        "}}\n\nimpl {name} {{\n    fn write(&self, to: &mut Vec<u8>) {{\n        match self {{\n"
    );
    for field in &choice.fields {
        out += &format!(
            "            {name}::{}(it) => crate::wire::put_chosen(it, {}, to),\n",
            pascal(&field.name),
            field.number
        );
    }
    out += "        }\n    }\n\n    fn read(number: u32, value: Value, chosen: &mut Option<Self>) -> Result<(), Malformed> {\n        *chosen = Some(match number {\n";
    for field in &choice.fields {
        out += &format!(
            "            {} => {name}::{}(crate::wire::take_chosen(value)?),\n",
            field.number,
            pascal(&field.name)
        );
    }
    out + "            _ => return Ok(()),\n        });\n        Ok(())\n    }\n}\n"
}

fn rust_type(field: &Field, contract: &Contract) -> String {
    if field.kind == "map" {
        return "BTreeMap<String, String>".to_string();
    }
    let scalar = scalar(&field.kind, contract);
    let is_message = contract
        .messages
        .iter()
        .any(|message| message.name == field.kind);
    match field.label.as_str() {
        "repeated" => {
            // A repeated number would be packed, which nothing here can read.
            assert!(
                is_message || field.kind == "string",
                "repeated {}",
                field.kind
            );
            format!("Vec<{scalar}>")
        }
        "optional" => format!("Option<{scalar}>"),
        _ if is_message => format!("Option<{scalar}>"),
        _ => scalar,
    }
}

fn scalar(kind: &str, contract: &Contract) -> String {
    let is_known = contract.messages.iter().any(|it| it.name == kind)
        || contract.enums.iter().any(|it| it.name == kind);
    match kind {
        "string" => "String",
        "bytes" => "Vec<u8>",
        "bool" => "bool",
        "int32" => "i32",
        "int64" => "i64",
        "uint32" => "u32",
        "uint64" => "u64",
        other => {
            assert!(is_known, "type not known: {other}");
            other
        }
    }
    .to_string()
}

fn pascal(name: &str) -> String {
    name.to_lowercase()
        .split('_')
        .map(|part| part[..1].to_uppercase() + &part[1..])
        .collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(character.to_lowercase());
    }
    out
}
