use crate::failure::{Failure, Outcome};
use crate::hidden::Hidden;
use crate::own_folder::with_own_folder;
use crate::owner::Owner;
use crate::pack::{pack, Pack, OUTPUT};
use crate::reopen::Reopen;
use crate::source::Stream;
use crate::unpack::unpack;
use crate::warnings::Warnings;
use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::thread;

const BUFFER_BYTES: usize = 256 * 1024;

/// Copies what is in a folder into another one that is there, with all that files have beside their bytes;
/// the other folder becomes as the first one is, and all of it is on the disk. Names in `left_out` are left
/// out, at the top only. Warnings go to a stream as lines.
pub fn transfer(
    from: &Path,
    to: &Path,
    left_out: &[&str],
    mut warn: impl Write + Send,
) -> Outcome<()> {
    let reopen = Reopen::new()?;
    let failed = |error: io::Error| Failure::io(from, &error);
    let (output, input) = {
        let (input, output) = pipe2(OFlag::O_CLOEXEC).map_err(|error| failed(error.into()))?;
        (File::from(output), File::from(input))
    };
    let what = Pack {
        path: &from.join("."),
        comment: None,
        left_out,
        keeps_access: true,
        hidden: Hidden::default(),
        reopen: &reopen,
    };
    let (packed, unpacked, lines) = thread::scope(|scope| {
        let packing = scope.spawn(|| {
            let mut lines = Vec::new();
            let output = BufWriter::with_capacity(BUFFER_BYTES, output);
            let packed = with_own_folder(|| {
                let mut warnings = Warnings::new(&mut lines);
                let done = pack(&what, output, &mut warnings).map(drop);
                warnings.finish();
                done
            });
            (packed, lines)
        });
        let input = Stream(BufReader::with_capacity(BUFFER_BYTES, input));
        let unpacked = with_own_folder(|| {
            let mut warnings = Warnings::new(&mut warn);
            let how = (Owner::KeptOfTarget, Hidden::default());
            let done = unpack(to, how, input, (&reopen, &mut warnings));
            warnings.finish();
            done
        });
        let panicked = || {
            (
                Err(io::Error::other("the packing has panicked")),
                Vec::new(),
            )
        };
        let (packed, lines) = packing.join().unwrap_or_else(|_| panicked());
        (packed, unpacked, lines)
    });
    // A caller that cannot be reached goes on all the same.
    let _ = warn.write_all(&lines);
    let unpacked = unpacked.map_err(failed)?;
    match packed.map_err(failed)? {
        // A reader that has failed breaks the pipe of the writer.
        Err(failure) if unpacked.is_ok() || failure.path != OUTPUT => Err(failure),
        _ => unpacked,
    }
}
