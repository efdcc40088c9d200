//! Works on the files of a container from outside: nothing of the container is run or loaded. It enters
//! the container's root for good, so that every path and link is followed inside of it, and then packs a
//! path to its output, unpacks its input, or tells what is at a path. The driver of capsuled starts one for
//! each copy and takes it away with that copy.

mod arguments;
mod failure;
mod look;
mod pack;
mod root;
mod unpack;

use arguments::{Arguments, Work, USAGE};
use failure::{Failure, Outcome};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

/// Few system calls for large files, and little memory.
const BUFFER_BYTES: usize = 256 * 1024;

fn main() -> ExitCode {
    die_with_parent();
    let Some(arguments) = arguments::parse(std::env::args().skip(1)) else {
        complain(&Failure::new("failed", Path::new(""), USAGE));
        return ExitCode::from(2);
    };
    match work(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn work(Arguments { root, work }: Arguments) -> Outcome<()> {
    root::enter(&root)?;
    // SAFETY: umask cannot fail and touches nothing but this process.
    unsafe { libc::umask(0o022) };
    match work {
        Work::Pack(path) => pack::pack(
            &path,
            BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock()),
        ),
        Work::Unpack { path, owner } => unpack::unpack(
            &path,
            owner,
            BufReader::with_capacity(BUFFER_BYTES, io::stdin().lock()),
        ),
        Work::Look(path) => {
            let text = look::look(&path)?;
            io::stdout()
                .write_all(text.as_bytes())
                .map_err(|error| Failure::io(Path::new("output"), &error))
        }
    }
}

/// A capsuled that is killed leaves no copy behind.
fn die_with_parent() {
    // SAFETY: a plain call with plain numbers.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

fn complain(failure: &Failure) {
    // Nobody is left to tell when this fails; the exit code tells too.
    let _ = writeln!(io::stderr(), "{}", failure.line());
}
