use super::Payload;
use crate::gen::UsageResponse;
use std::fs;

/// Returns the usage of the payload. Only the network is counted before it starts.
pub fn usage(payload: &Payload) -> UsageResponse {
    let network = fs::read_to_string("/proc/net/dev").unwrap_or_default();
    let network = network_of(&network, "eth0");
    let mut usage = UsageResponse {
        network_received_bytes: network.map(|(received, _)| received),
        network_sent_bytes: network.map(|(_, sent)| sent),
        ..UsageResponse::default()
    };
    let Some(process) = payload.process.borrow().clone() else {
        return usage;
    };
    let cgroup = &process.cgroup;
    let number = |file: &str| cgroup.read(file)?.trim().parse::<u64>().ok();
    let block = cgroup.read("io.stat").map(|text| block_of(&text));
    let droppable = cgroup.count("memory.stat", "inactive_file").unwrap_or(0);
    usage.cpu_usage_micros = cgroup.count("cpu.stat", "usage_usec");
    usage.memory_bytes = number("memory.current").map(|bytes| bytes.saturating_sub(droppable));
    usage.pids = number("pids.current");
    usage.block_read_bytes = block.map(|(read, _)| read);
    usage.block_written_bytes = block.map(|(_, written)| written);
    usage
}

/// Lines `254:0 rbytes=1 wbytes=2 …`, one for each disk.
fn block_of(text: &str) -> (u64, u64) {
    let sum = |key: &str| {
        let words = text.split_whitespace();
        let counts = words.filter_map(|word| word.strip_prefix(key)?.parse::<u64>().ok());
        counts.fold(0, u64::saturating_add)
    };
    (sum("rbytes="), sum("wbytes="))
}

/// Received is the first number behind the device's name, sent the ninth.
fn network_of(text: &str, device: &str) -> Option<(u64, u64)> {
    let line = text.lines().find_map(|line| {
        let (name, rest) = line.split_once(':')?;
        Some(rest).filter(|_| name.trim() == device)
    })?;
    let mut numbers = line.split_whitespace().map(str::parse::<u64>);
    let received = numbers.next()?.ok()?;
    let sent = numbers.nth(7)?.ok()?;
    Some((received, sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_added_up() {
        let text = "254:0 rbytes=10 wbytes=1 rios=3\n254:16 rbytes=5 wbytes=0\n";
        assert_eq!(block_of(text), (15, 1));
        assert_eq!(block_of(""), (0, 0));
    }

    #[test]
    fn the_device_is_found_by_its_whole_name() {
        let text =
            "Inter-|   Receive\n veth0: 1 0 0 0 0 0 0 0 2 0\n  eth0: 700 9 0 0 0 0 0 0 800 8 0\n";
        assert_eq!(network_of(text, "eth0"), Some((700, 800)));
        assert_eq!(network_of(text, "lo"), None);
    }
}
