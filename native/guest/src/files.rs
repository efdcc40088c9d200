use crate::gen::{
    FilesExit, FilesRequest, FilesRequestPayload, FilesResponse, FilesResponsePayload, GuestFile,
};
use crate::payload::Payload;
use crate::place;
use crate::rpc::{Answer, Inbox, Outbox, Status};
use crate::stream::{self, Input, Task};
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

const PROGRAM: &str = "/usr/bin/capsule-files";
/// For a caller to close its side, after the end of its archive.
const CALLER_PATIENCE: Duration = Duration::from_secs(1);
/// A hundred warnings, mostly, and what it failed with.
const MOST_COMPLAINT_BYTES: usize = 256 * 1024;

/// Writes a file from the host, or rewrites it in place: a payload has it mounted.
pub fn put(file: &GuestFile) -> io::Result<()> {
    if !place::is_segment(&file.name) {
        let text = format!("a file cannot be named {:?}", file.name);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    fs::create_dir_all(place::FILES)?;
    let mut target = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o644)
        .custom_flags(libc::O_NOFOLLOW)
        .open(Path::new(place::FILES).join(&file.name))?;
    target.write_all(&file.content)
}

/// Runs capsule-files on the root of the payload.
pub async fn run(payload: &Payload, mut inbox: Inbox, outbox: &mut Outbox) -> Answer<()> {
    let first: FilesRequest = inbox.first().await?;
    let Some(FilesRequestPayload::Work(work)) = first.payload else {
        return Err(Status::invalid("the work comes first"));
    };
    check(&work.words)?;
    let mut command = Command::new(PROGRAM);
    command
        .args(root_words(payload)?)
        .args(&work.words)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (mut child, exit) = payload.reaper.spawn(&mut command)?;
    let mut killer = Killer(Some(Pid::from_raw(i32::try_from(child.id()).unwrap_or(0))));
    let (stdin, stdout, stderr) = ends(&mut child)?;
    let input = Input::new(stream::writer(stdin)?);
    let (broken, mut is_broken) = mpsc::channel(1);
    let _feeding = Task::start(async move {
        if let Err(status) = feed(inbox, input).await {
            let _ = broken.send(status).await;
        }
    });
    let (complaining, mut complaint) = mpsc::channel(1);
    let _complaining = Task::start(async move {
        let _ = complaining.send(read_complaint(stderr).await).await;
    });
    let mut stdout = stream::reader(stdout)?;
    while let Some(data) = outbox.unless_gone(stream::read(&mut stdout)).await? {
        let payload = Some(FilesResponsePayload::Data(data));
        outbox.send(&FilesResponse { payload }).await?;
    }
    let code = outbox.unless_gone(exit).await?.unwrap_or(255);
    killer.0 = None;
    if let Some(status) = fed(&mut is_broken, code).await {
        return Err(status);
    }
    let exit = FilesExit {
        exit_code: code,
        complaint: complaint.recv().await.unwrap_or_default(),
    };
    let payload = Some(FilesResponsePayload::Exit(exit));
    outbox.send(&FilesResponse { payload }).await
}

fn check(words: &[String]) -> Answer<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_known = match words.as_slice() {
        ["pack" | "look", path] | ["unpack", path, "own" | "root"] => path.starts_with('/'),
        _ => false,
    };
    if is_known {
        return Ok(());
    }
    Err(Status::invalid(
        "words are: pack PATH, unpack PATH own|root, look PATH",
    ))
}

/// That of the running payload with all that is mounted there; else its disks.
fn root_words(payload: &Payload) -> Answer<Vec<String>> {
    if let Some(process) = payload.running() {
        let pid = process.pid.to_string();
        return Ok(vec![
            "process".to_string(),
            pid,
            process.cgroup.path.clone(),
        ]);
    }
    if !capsule_machine::is_mounted(Path::new(place::ROOT)) {
        return Err(Status::refused("the disks of the payload are not mounted"));
    }
    let words = ["mount", "bind", place::ROOT, "", "/", place::EMPTY, "rw"];
    Ok(words.map(str::to_string).to_vec())
}

fn ends(child: &mut Child) -> Answer<(OwnedFd, OwnedFd, OwnedFd)> {
    let missing = || Status::internal("a pipe is missing");
    Ok((
        child.stdin.take().ok_or_else(missing)?.into(),
        child.stdout.take().ok_or_else(missing)?.into(),
        child.stderr.take().ok_or_else(missing)?.into(),
    ))
}

/// The fault of the archive. Successful work waits for the caller to close its side, since
/// `h2` resets a call that is answered before.
async fn fed(is_broken: &mut mpsc::Receiver<Status>, code: i32) -> Option<Status> {
    match code {
        0 => timeout(CALLER_PATIENCE, is_broken.recv()).await.ok()?,
        _ => is_broken.try_recv().ok(),
    }
}

/// The archive from the caller. Its end comes only after `end`, so that half of one is never taken for
/// the whole.
async fn feed(mut inbox: Inbox, input: Input) -> Answer<()> {
    let mut input = Some(input);
    loop {
        match inbox.next::<FilesRequest>().await?.map(|it| it.payload) {
            Some(Some(FilesRequestPayload::Data(data))) => {
                if let Some(input) = &mut input {
                    input.feed(&data).await;
                }
            }
            Some(Some(FilesRequestPayload::End(_))) => input = None,
            None => return Ok(()),
            Some(Some(FilesRequestPayload::Work(_))) => {
                return Err(Status::invalid("a second work"));
            }
            Some(None) => {}
        }
    }
}

async fn read_complaint(from: OwnedFd) -> String {
    let Ok(mut from) = stream::reader(from) else {
        return String::new();
    };
    let mut complaint = Vec::new();
    while let Some(bytes) = stream::read(&mut from).await {
        complaint.extend(bytes);
        keep_end(&mut complaint, MOST_COMPLAINT_BYTES);
    }
    String::from_utf8_lossy(&complaint).trim_end().to_string()
}

/// The error comes last; half a warning before it would be taken for the error.
fn keep_end(complaint: &mut Vec<u8>, most: usize) {
    let more = complaint.len().saturating_sub(most);
    if more == 0 {
        return;
    }
    let rest = complaint.iter().skip(more - 1);
    let whole = rest.take_while(|byte| **byte != b'\n').count();
    // One line that is too long by itself is cut.
    let end = more + whole;
    complaint.drain(..if end < complaint.len() { end } else { more });
}

/// A caller who leaves takes the work along.
struct Killer(Option<Pid>);

impl Drop for Killer {
    fn drop(&mut self) {
        if let Some(pid) = self.0.filter(|pid| pid.as_raw() > 1) {
            let _ = kill(pid, Signal::SIGKILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_go_through() {
        let check = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_string).collect();
            super::check(&words).is_ok()
        };
        assert!(check("pack /a") && check("look /") && check("unpack /a own"));
        for text in [
            "",
            "pack",
            "pack a",
            "pack /a /b",
            "unpack /a fill",
            "unpack /a",
            "rm /a",
        ] {
            assert!(!check(text), "{text}");
        }
    }

    #[test]
    fn of_many_lines_the_last_ones_are_whole() {
        let end = |text: &str, most| {
            let mut complaint = text.as_bytes().to_vec();
            super::keep_end(&mut complaint, most);
            String::from_utf8(complaint).unwrap()
        };
        assert_eq!(end("warning a\nfull b\n", 99), "warning a\nfull b\n");
        assert_eq!(end("warning a\nfull b\n", 12), "full b\n");
        assert_eq!(end("warning a\nfull b\n", 7), "full b\n");
        assert_eq!(end("a line without end", 3), "end");
    }

    #[test]
    fn a_file_stays_in_its_folder() {
        let file = GuestFile {
            name: "../x".to_string(),
            content: Vec::new(),
        };
        assert!(put(&file).is_err());
    }
}
