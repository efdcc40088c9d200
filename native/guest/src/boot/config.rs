use serde_json::Value;
use std::net::Ipv4Addr;

/// The first bytes of the disk that holds the configuration.
pub const MAGIC: &[u8] = b"capsule-boot 1\n";

/// The host's data for a guest before the first call.
#[derive(PartialEq, Eq)]
pub struct Config {
    pub token: String,
    pub hostname: String,
    pub network: Option<Network>,
    pub unix_nanos: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Network {
    pub address: Ipv4Addr,
    pub prefix: u8,
    pub gateway: Option<Ipv4Addr>,
    pub mtu: u32,
}

const MOST_HOSTNAME_BYTES: usize = 64;

/// Reads it from the start of a disk: the magic, one JSON object, zeros. Unknown keys are passed
/// over, since a newer host may say more.
pub fn parse(disk: &[u8]) -> Result<Config, String> {
    let text = disk.strip_prefix(MAGIC).ok_or("the magic is missing")?;
    let end = text.iter().position(|byte| *byte == 0);
    let text = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let json: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let token = text_of(&json, "token")?;
    if token.len() < 16 || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("token is too short, or no word".to_string());
    }
    let hostname = text_of(&json, "hostname")?;
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
            Some(_) => text_of(&json, "unixNanos")?
                .parse()
                .map_err(|_| "unixNanos is no number")?,
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

fn text_of<'a>(json: &'a Value, key: &str) -> Result<&'a str, String> {
    let value = json.get(key).and_then(Value::as_str);
    value.ok_or_else(|| format!("{key} is missing, or no text"))
}

#[cfg(test)]
#[path = "config_test.rs"]
mod tests;
