use crate::service_config::{ServiceConfig, Stop};
use crate::words::split_words;
use nix::sys::signal::Signal;
use std::path::PathBuf;
use std::time::Duration;

const KEYS: &str = "exec, env, stop-signal, stop-grace-ms, poweroff-signal, poweroff-grace-ms, \
    poweroff-grace-file, oom-score-adj";

/// A section that is being read.
struct Section {
    line: usize,
    name: String,
    exec: Vec<String>,
    env: Vec<(String, String)>,
    stop: StopDraft,
    power_off: StopDraft,
    power_off_file: Option<PathBuf>,
    oom_score_adj: Option<i32>,
}

#[derive(Default)]
struct StopDraft {
    signal: Option<Signal>,
    grace: Option<Duration>,
}

/// Reads `services.conf`: a `[name]` line begins each service, `key = value` lines follow, `#`
/// begins a comment line. The order is that of starting; stopping is the reverse. All errors are
/// reported at once, each with its line, and then nothing of the file counts.
pub fn parse_services(text: &str) -> Result<Vec<ServiceConfig>, Vec<String>> {
    let mut sections: Vec<Section> = Vec::new();
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let result = match line.strip_prefix('[') {
            Some(rest) => begin_section(rest, number, &mut sections),
            None => match sections.last_mut() {
                Some(section) => set(section, line),
                None => Err("a [name] line must come first".to_string()),
            },
        };
        errors.extend(result.err().map(|error| format!("line {number}: {error}")));
    }
    for section in sections.iter().filter(|section| section.exec.is_empty()) {
        let Section { line, name, .. } = section;
        errors.push(format!("line {line}: [{name}] has no exec"));
    }
    if errors.is_empty() {
        Ok(sections.into_iter().map(Section::finish).collect())
    } else {
        Err(errors)
    }
}

fn begin_section(rest: &str, line: usize, sections: &mut Vec<Section>) -> Result<(), String> {
    let Some(name) = rest.strip_suffix(']') else {
        return Err("']' is missing".to_string());
    };
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(is_plain) {
        return Err(format!(
            "'{name}' is not a name of lower-case letters, digits and '-'"
        ));
    }
    if sections.iter().any(|section| section.name == name) {
        return Err(format!("[{name}] is there already"));
    }
    sections.push(Section {
        line,
        name: name.to_string(),
        exec: Vec::new(),
        env: Vec::new(),
        stop: StopDraft::default(),
        power_off: StopDraft::default(),
        power_off_file: None,
        oom_score_adj: None,
    });
    Ok(())
}

fn set(section: &mut Section, line: &str) -> Result<(), String> {
    let (key, value) = line.split_once('=').ok_or("'=' is missing")?;
    let (key, value) = (key.trim(), value.trim());
    match key {
        "exec" => section.exec = split_words(value)?,
        "env" => section.env.push(pair(value)?),
        "stop-signal" => section.stop.signal = Some(signal(value)?),
        "stop-grace-ms" => section.stop.grace = Some(milliseconds(value)?),
        "poweroff-signal" => section.power_off.signal = Some(signal(value)?),
        "poweroff-grace-ms" => section.power_off.grace = Some(milliseconds(value)?),
        "poweroff-grace-file" => section.power_off_file = Some(absolute(value)?),
        "oom-score-adj" => section.oom_score_adj = Some(oom_score(value)?),
        _ => return Err(format!("unknown key '{key}'; known are {KEYS}")),
    }
    Ok(())
}

fn pair(value: &str) -> Result<(String, String), String> {
    match value.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_string(), value.to_string())),
        _ => Err(format!("'{value}' is not KEY=VALUE")),
    }
}

fn signal(value: &str) -> Result<Signal, String> {
    let name = value.strip_prefix("SIG").unwrap_or(value);
    format!("SIG{name}")
        .parse()
        .map_err(|_| format!("'{value}' is not a signal"))
}

fn milliseconds(value: &str) -> Result<Duration, String> {
    value
        .parse::<u32>()
        .map(|count| Duration::from_millis(count.into()))
        .map_err(|_| format!("'{value}' is not a number of milliseconds"))
}

fn absolute(value: &str) -> Result<PathBuf, String> {
    match value.starts_with('/') {
        true => Ok(PathBuf::from(value)),
        false => Err(format!("'{value}' is not an absolute path")),
    }
}

fn oom_score(value: &str) -> Result<i32, String> {
    value
        .parse()
        .ok()
        .filter(|score| (-1000..=1000).contains(score))
        .ok_or(format!("'{value}' is not within -1000 and 1000"))
}

impl Section {
    fn finish(self) -> ServiceConfig {
        let stop = self.stop.over(Stop::default());
        ServiceConfig {
            name: self.name,
            exec: self.exec,
            env: self.env,
            stop,
            power_off: self.power_off.over(stop),
            power_off_file: self.power_off_file,
            oom_score_adj: self.oom_score_adj,
        }
    }
}

impl StopDraft {
    fn over(&self, default: Stop) -> Stop {
        Stop {
            signal: self.signal.unwrap_or(default.signal),
            grace: self.grace.unwrap_or(default.grace),
        }
    }
}

#[cfg(test)]
#[path = "service_file_test.rs"]
mod tests;
