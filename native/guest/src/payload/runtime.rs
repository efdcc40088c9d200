use super::sealed::Sealed;
use crate::place;
use crate::reaper::Reaper;
use serde_json::Value;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PROGRAMS: [&str; 2] = ["/usr/bin/crun", "/usr/bin/runc"];
/// The name of the payload there.
const ID: &str = "payload";
const MOST_MESSAGE_CHARACTERS: usize = 1024;

/// The OCI runtime that there is. Both take the same words.
#[derive(Debug)]
pub struct Runtime {
    program: &'static str,
    sealed: Sealed,
}

/// One call of it.
pub struct Call<'a> {
    pub verb: &'static str,
    pub options: Vec<String>,
    /// Where it says what went wrong.
    pub log: &'a Path,
    pub stdio: [Stdio; 3],
}

impl Runtime {
    /// Finds the program, and keeps a copy of it that no payload can change.
    pub fn load() -> Result<Self, String> {
        let found = PROGRAMS.iter().find(|program| Path::new(program).exists());
        let Some(program) = found else {
            return Err("there is no OCI runtime in the guest".to_string());
        };
        let sealed = Sealed::copy_of(Path::new(program));
        let sealed = sealed.map_err(|error| format!("cannot copy {program}: {error}"))?;
        Ok(Runtime { program, sealed })
    }

    /// Fails with the runtime's own words.
    pub async fn call(&self, reaper: &Reaper, call: Call<'_>) -> Result<(), String> {
        let [stdin, stdout, stderr] = call.stdio;
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", self.program);
        let exit = {
            let mut command = Command::new(self.sealed.path());
            command
                .arg0(self.program)
                .args(["--root", place::RUNTIME, "--log-format", "json", "--log"])
                .arg(call.log)
                .arg(call.verb)
                .args(call.options)
                .arg(ID)
                .env_clear()
                .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
                .stdin(stdin)
                .stdout(stdout)
                .stderr(stderr);
            // The pipes that it was given are closed here when the command is dropped.
            reaper
                .spawn(&mut command)
                .map_err(|error| failed(&error))?
                .1
        };
        let code = exit.await.map_err(|error| failed(&error))?;
        let said = fs::read(call.log).unwrap_or_default();
        let _ = fs::remove_file(call.log);
        match code {
            0 => Ok(()),
            _ => Err(message_of(&said).unwrap_or_else(|| failed(&format!("ended with {code}")))),
        }
    }

    pub fn log_file(name: &str) -> PathBuf {
        Path::new(place::PROCESSES).join(format!("{name}.log"))
    }
}

/// The errors in a log of JSON lines, bounded.
fn message_of(log: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(log);
    let messages: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let json: Value = serde_json::from_str(line).ok()?;
            let level = json.get("level").and_then(Value::as_str).unwrap_or("error");
            let is_error = matches!(level, "error" | "fatal");
            Some(json.get("msg")?.as_str()?.to_string()).filter(|_| is_error)
        })
        .collect();
    let joined = messages.join("; ");
    let characters = joined.chars().take(MOST_MESSAGE_CHARACTERS);
    Some(characters.collect()).filter(|text: &String| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_what_the_runtime_calls_an_error() {
        let log = br#"{"level":"warning","msg":"hm","time":"x"}
{"level":"error","msg":"exec: \"nope\": not found","time":"x"}
torn {
"#;
        assert_eq!(message_of(log).unwrap(), "exec: \"nope\": not found");
        assert_eq!(message_of(b"{\"msg\":\"old\"}").unwrap(), "old");
        assert_eq!(message_of(b"\xff\n"), None);
    }

    #[test]
    fn the_message_is_bounded() {
        let long = format!("{{\"msg\":\"{}\"}}", "\u{e4}".repeat(5000));
        assert!(message_of(long.as_bytes()).unwrap().len() <= 4096);
    }
}
