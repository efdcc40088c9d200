use nix::sys::signal::{signal, SigHandler, SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// The shim sends TERM when its task is deleted, and a power-off sends it to everybody. The last
/// lines are still in the pipes then, so only their end ends this program.
pub fn ignore_all_but_kill() {
    const IGNORED: [Signal; 8] = [
        Signal::SIGTERM,
        Signal::SIGINT,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGUSR1,
        Signal::SIGUSR2,
        Signal::SIGALRM,
        Signal::SIGPIPE,
    ];
    for ignored in IGNORED {
        // SAFETY: SIG_IGN runs no code of ours. It cannot fail for these signals.
        let _ = unsafe { signal(ignored, SigHandler::SigIgn) };
    }
}

/// TERM as something to wait for. One that came while it was ignored is lost, so its sender waits for
/// the sockets first.
pub fn take_term() -> nix::Result<SignalFd> {
    let mut term = SigSet::empty();
    term.add(Signal::SIGTERM);
    term.thread_set_mask()?;
    // SAFETY: the default runs no code of ours, and the signal is held back.
    unsafe { signal(Signal::SIGTERM, SigHandler::SigDfl) }?;
    SignalFd::with_flags(&term, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}
