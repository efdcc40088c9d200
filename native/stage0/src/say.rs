use capsule_machine::console;

/// One line on the console.
pub fn say(text: &str) {
    console::write(format!("stage0: {text}\n").as_bytes());
}
