//! containerd's `binary://` log writer. One runs for each container, between the shim's pipes and
//! the container's log file, and ends when both pipes have ended. For a microVM it takes connections
//! of the guest instead, and ends by TERM.

mod arguments;
mod complain;
mod drain;
mod listen;
mod signals;

use arguments::Arguments;
use capsule_log_file::LogSink;
use complain::complain;
use std::fs::File;
use std::os::fd::FromRawFd;
use std::process::ExitCode;

// Where the shim puts the container's stdout and stderr, and the pipe it waits on until we close it.
const STDOUT: i32 = 3;
const STDERR: i32 = 4;
const READY: i32 = 5;

fn main() -> ExitCode {
    signals::ignore_all_but_kill();
    // The shim's directory belongs to a task that we may outlive.
    if let Err(error) = std::env::set_current_dir("/") {
        complain(format_args!("/: {error}"));
    }
    let arguments = Arguments::parse(std::env::args().skip(1));
    for problem in &arguments.problems {
        complain(problem);
    }
    let mut sink = LogSink::new(&arguments.path, arguments.limits, "stderr", "capsule-log");
    if let Err(error) = sink.open() {
        // The container runs on; the sink tries again and says how much was lost.
        complain(format_args!("{}: {error}", arguments.path.display()));
    }
    if let Some(base) = &arguments.listen {
        return code_of(listen::run(base, arguments.owner, &mut sink));
    }
    // SAFETY: the shim's contract gives us these three descriptors; nothing else here uses them.
    let (stdout, stderr, ready) = unsafe {
        (
            File::from_raw_fd(STDOUT),
            File::from_raw_fd(STDERR),
            File::from_raw_fd(READY),
        )
    };
    drop(ready);
    code_of(drain::drain(
        [("stdout", stdout), ("stderr", stderr)],
        &mut sink,
    ))
}

fn code_of(result: std::io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error);
            ExitCode::FAILURE
        }
    }
}
