use serde_json::Value;
use std::net::Ipv4Addr;

/// The first bytes of the disk that holds the configuration.
pub const MAGIC: &[u8] = b"capsule-boot 1\n";

/// The content of the boot disk.
pub enum Boot {
    /// A machine with an identity.
    Identity(Config),
    /// A machine to take a snapshot of: it gets its identity when it is resumed.
    Template,
}

/// The host's data for a guest before the first call.
#[derive(PartialEq, Eq)]
pub struct Config {
    pub token: String,
    pub hostname: String,
    pub network: Option<Network>,
    pub unix_nanos: i64,
    /// Only a guest that was resumed gets these: random bytes, and the sizes of its disks in sectors.
    pub seed: Vec<u8>,
    pub disk_sectors: Vec<u64>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Network {
    /// Absent: the device has the right one from its start.
    pub hardware_address: Option<[u8; 6]>,
    pub address: Ipv4Addr,
    pub prefix: u8,
    pub gateway: Option<Ipv4Addr>,
    pub mtu: u32,
}

const MOST_HOSTNAME_BYTES: usize = 64;

/// Reads the start of a disk.
pub fn parse_disk(disk: &[u8]) -> Result<Boot, String> {
    let json = json_of(disk)?;
    if json.get("isTemplate") == Some(&Value::Bool(true)) {
        return Ok(Boot::Template);
    }
    config_of(&json).map(Boot::Identity)
}

/// Reads an identity, which is laid out as on a disk.
pub fn parse(bytes: &[u8]) -> Result<Config, String> {
    config_of(&json_of(bytes)?)
}

/// The magic, one JSON object, zeros.
fn json_of(bytes: &[u8]) -> Result<Value, String> {
    let text = bytes.strip_prefix(MAGIC).ok_or("the magic is missing")?;
    let end = text.iter().position(|byte| *byte == 0);
    let text = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

/// Unknown keys are passed over, since a newer host may say more.
fn config_of(json: &Value) -> Result<Config, String> {
    let token = text_of(json, "token")?;
    if token.len() < 16 || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("token is too short, or no word".to_string());
    }
    let hostname = text_of(json, "hostname")?;
    if hostname.is_empty() || hostname.len() > MOST_HOSTNAME_BYTES {
        return Err("hostname is empty or too long".to_string());
    }
    Ok(Config {
        token: token.to_string(),
        hostname: hostname.to_string(),
        network: match json.get("network") {
            None | Some(Value::Null) => None,
            Some(network) => Some(network_of(network)?),
        },
        unix_nanos: match json.get("unixNanos") {
            None => 0,
            Some(_) => text_of(json, "unixNanos")?
                .parse()
                .map_err(|_| "unixNanos is no number")?,
        },
        seed: match json.get("seed") {
            None => Vec::new(),
            Some(_) => bytes_of(text_of(json, "seed")?).ok_or("seed is not hexadecimal")?,
        },
        disk_sectors: match json.get("diskSectors") {
            None => Vec::new(),
            Some(list) => sectors_of(list).ok_or("diskSectors is no list of numbers")?,
        },
    })
}

fn network_of(json: &Value) -> Result<Network, String> {
    let address = |key: &str| {
        let text = text_of(json, key)?;
        text.parse().map_err(|_| format!("{key} is no address"))
    };
    let number = |key: &str| json.get(key).and_then(Value::as_u64);
    let prefix = number("prefix").filter(|prefix| (1..=32).contains(prefix));
    Ok(Network {
        hardware_address: match json.get("hardwareAddress") {
            None => None,
            Some(_) => Some(hardware_address_of(text_of(json, "hardwareAddress")?)?),
        },
        address: address("address")?,
        prefix: prefix
            .and_then(|prefix| u8::try_from(prefix).ok())
            .ok_or("prefix is not between 1 and 32")?,
        gateway: match json.get("gateway") {
            None | Some(Value::Null) => None,
            Some(_) => Some(address("gateway")?),
        },
        mtu: number("mtu")
            .unwrap_or(1500)
            .try_into()
            .ok()
            .filter(|mtu| (576..=65_535).contains(mtu))
            .ok_or("mtu is not between 576 and 65535")?,
    })
}

fn hardware_address_of(text: &str) -> Result<[u8; 6], String> {
    let bytes = bytes_of(&text.replace(':', ""));
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| "hardwareAddress is none".to_string())
}

fn bytes_of(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits = hexadecimal.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [_, _] => u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok(),
        _ => None,
    };
    digits.map(byte).collect()
}

fn sectors_of(list: &Value) -> Option<Vec<u64>> {
    list.as_array()?.iter().map(Value::as_u64).collect()
}

fn text_of<'a>(json: &'a Value, key: &str) -> Result<&'a str, String> {
    let value = json.get(key).and_then(Value::as_str);
    value.ok_or_else(|| format!("{key} is missing, or no text"))
}

#[cfg(test)]
#[path = "config_test.rs"]
mod tests;
