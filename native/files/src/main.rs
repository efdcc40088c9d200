//! Works on the files of a container from outside: nothing of the container is run or loaded. It enters
//! the container's root for good, so that every path and link is followed inside of it, and then packs a
//! path to its output, unpacks its input, or describes a path. The driver of capsuled starts one for
//! each copy and takes it away with that copy.

mod arguments;
mod counted;
mod cover;
mod hidden_path;
mod look;
mod root;

use arguments::{Arguments, Work, USAGE};
use capsule_archive::failure::{At, Failure, Outcome};
use capsule_archive::measure::{measure, remark};
use capsule_archive::own_folder::allow_deep_trees;
use capsule_archive::pack::{pack, Pack};
use capsule_archive::reopen::Reopen;
use capsule_archive::sift::sift;
use capsule_archive::unpack::unpack;
use capsule_archive::warnings::Warnings;
use capsule_archive::{Seekable, Stream};
use counted::Counted;
use root::{Root, Unmounted};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

/// Few system calls for large files, and little memory.
const BUFFER_BYTES: usize = 256 * 1024;

fn main() -> ExitCode {
    die_with_parent();
    let Some(arguments) = arguments::parse(std::env::args_os().skip(1)) else {
        complain(&Failure::new("failed", Path::new(""), USAGE));
        return ExitCode::from(2);
    };
    let done = match arguments {
        Arguments::Measure => measure_input(),
        Arguments::Sift(folder) => sift_input(&folder),
        Arguments::Files { root, work } => {
            let mut lines = io::stderr();
            let mut warnings = Warnings::new(&mut lines);
            let done = work_on(&root, work, &mut warnings);
            warnings.finish();
            done
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn work_on(root: &Root, work: Work, warnings: &mut Warnings) -> Outcome<()> {
    // Before a root is entered: its /proc may be anything.
    let reopen = Reopen::new()?;
    let Unmounted { hidden, absent } = root::enter(root)?;
    allow_deep_trees();
    // SAFETY: umask cannot fail and touches nothing but this process.
    unsafe { libc::umask(0o022) };
    match &work {
        Work::Pack { path, .. } | Work::Unpack { path, .. } | Work::Look(path) => {
            hidden_path::check(path, hidden)?;
        }
    }
    match work {
        Work::Pack { path, volume_bytes } => {
            let comment = volume_bytes.map(remark);
            let what = Pack {
                path: &path,
                comment: comment.as_deref(),
                left_out: &[],
                keeps_access: comment.is_some(),
                hidden,
                reopen: &reopen,
            };
            let output = Counted::new(raw(io::stdout().as_fd())?);
            let output = BufWriter::with_capacity(BUFFER_BYTES, output);
            let output = pack(&what, output, warnings)?;
            report(output.get_ref().bytes);
            Ok(())
        }
        Work::Unpack { path, owner } => {
            let input = Counted::new(raw(io::stdin().as_fd())?);
            let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
            let source = Stream(&mut input);
            unpack(&path, (owner, hidden), source, (&reopen, warnings))?;
            // A folder that the archive has brought: the workload would mount something over it.
            if let Some(path) = absent.iter().find(|path| path.symlink_metadata().is_ok()) {
                return hidden_by_archive(path);
            }
            // The sender may still be at the padding behind the archive: a closed connection would look like a cut.
            io::copy(&mut input, &mut io::sink()).at(&path)?;
            report(input.get_ref().bytes);
            Ok(())
        }
        Work::Look(path) => print(&look::look(&path)?),
    }
}

/// The stream itself: those of the library search for ends of lines, and have small buffers.
fn raw(stream: impl AsFd) -> Outcome<File> {
    let owned = stream.as_fd().try_clone_to_owned();
    owned.map(File::from).at(Path::new("stream"))
}

/// Reports the size of the archive, which the client compares with its own count.
fn report(bytes: u64) {
    write_line(&format!("bytes\t{bytes}"));
}

fn hidden_by_archive(path: &Path) -> Outcome<()> {
    let why = "it was not there before, and what belongs there is not mounted";
    Err(Failure::of("unmounted", path.as_os_str().as_bytes(), why))
}

/// Measures the filesystem that the archive on the input, a file, needs: lines `key=value`.
fn measure_input() -> Outcome<()> {
    let failed = |error: io::Error| Failure::io(Path::new("input"), &error);
    let input = io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
    let found = measure(Seekable::new(File::from(input)).map_err(failed)?)?;
    print(&format!(
        "entries={}\nbytes={}\nvolume={}\n",
        found.entries,
        found.bytes,
        found.volume_bytes.unwrap_or(0),
    ))
}

/// Passes the archive on without its large blobs, and then reports them: `blob`, name and size, separated by tabs.
fn sift_input(folder: &Path) -> Outcome<()> {
    let mut input = Counted::new(raw(io::stdin().as_fd())?);
    let input_buffer = BufReader::with_capacity(BUFFER_BYTES, &mut input);
    let mut output = BufWriter::with_capacity(BUFFER_BYTES, raw(io::stdout().as_fd())?);
    let sifted = sift(folder, input_buffer, &mut output)?;
    for blob in &sifted.blobs {
        write_line(&format!("blob\t{}\t{}", blob.name, blob.bytes));
    }
    if sifted.is_whole {
        write_line("whole");
    }
    report(input.bytes);
    Ok(())
}

fn print(text: &str) -> Outcome<()> {
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::io(Path::new("output"), &error))
}

/// A capsuled that is killed leaves no copy behind.
fn die_with_parent() {
    // SAFETY: a plain call with plain numbers.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

fn complain(failure: &Failure) {
    write_line(&failure.line());
}

fn write_line(line: &str) {
    // When this fails, no reader is left; the exit code has the result too.
    let _ = writeln!(io::stderr(), "{line}");
}
