use capsule_machine::console;

/// One line on the serial console, which the host keeps.
pub fn say(text: &str) {
    console::write(format!("capsule-guest: {}\n", text.replace('\n', " ")).as_bytes());
}
