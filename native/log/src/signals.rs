use nix::sys::signal::{signal, SigHandler, Signal};

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
