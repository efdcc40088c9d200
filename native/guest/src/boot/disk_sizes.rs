use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

/// Waits until each disk has its size, in sectors of 512 bytes. A guest that was resumed has other disks than
/// it was booted with, and its kernel learns their sizes a moment later.
pub fn await_all(sectors: &[u64]) -> Result<(), String> {
    let start = Instant::now();
    for (wanted, letter) in sectors.iter().zip('a'..='z') {
        let name = format!("vd{letter}");
        while size_of(&name) != Some(*wanted) {
            if start.elapsed() > PATIENCE {
                return Err(format!("{name} did not get its size of {wanted} sectors"));
            }
            sleep(PAUSE);
        }
    }
    Ok(())
}

fn size_of(name: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/sys/block/{name}/size")).ok()?;
    text.trim().parse().ok()
}
