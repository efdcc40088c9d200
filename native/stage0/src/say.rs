use capsule_machine::console;
use std::fs::OpenOptions;
use std::io::Write;

/// The kernel's log, which keeps what a panic leaves in the firmware.
const KERNEL_LOG: &str = "/dev/kmsg";

/// One line on the console and in the kernel's log.
pub fn say(text: &str) {
    let line = format!("stage0: {text}\n");
    console::write(line.as_bytes());
    // Before /dev is there, the console alone has it.
    if let Ok(mut log) = OpenOptions::new().write(true).open(KERNEL_LOG) {
        let _ = log.write_all(line.as_bytes());
    }
}
