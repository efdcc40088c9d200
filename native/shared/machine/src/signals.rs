use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// The request of a signal to PID 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    Reap,
    /// Stop the services and start them again; workloads stay.
    Restart,
    PowerOff,
    Reboot,
}

/// Takes every signal off its default way and into a descriptor of the event loop.
pub fn take() -> nix::Result<SignalFd> {
    let mut all = SigSet::all();
    // A fault of our own must reach its handler, not wait in a queue.
    for fault in [
        Signal::SIGSEGV,
        Signal::SIGBUS,
        Signal::SIGILL,
        Signal::SIGFPE,
        Signal::SIGABRT,
    ] {
        all.remove(fault);
    }
    all.thread_set_mask()?;
    SignalFd::with_flags(&all, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

/// The waiting requests, in order; signals without a meaning are dropped.
pub fn read(signals: &SignalFd) -> Vec<Request> {
    let mut requests = Vec::new();
    while let Ok(Some(info)) = signals.read_signal() {
        let signal = i32::try_from(info.ssi_signo).map(Signal::try_from);
        if let Ok(Ok(signal)) = signal {
            let is_by_kernel = info.ssi_code == libc::SI_KERNEL;
            requests.extend(request_of(signal, is_by_kernel));
        }
    }
    requests
}

/// The kernel's own INT is Control-Alt-Delete: reboot(2).
fn request_of(signal: Signal, is_by_kernel: bool) -> Option<Request> {
    match signal {
        Signal::SIGCHLD => Some(Request::Reap),
        Signal::SIGINT if is_by_kernel => Some(Request::Reboot),
        Signal::SIGTERM | Signal::SIGINT | Signal::SIGPWR => Some(Request::PowerOff),
        Signal::SIGHUP | Signal::SIGUSR1 => Some(Request::Reboot),
        Signal::SIGUSR2 => Some(Request::Restart),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_alt_delete_reboots_and_an_interrupt_powers_off() {
        assert_eq!(request_of(Signal::SIGINT, true), Some(Request::Reboot));
        assert_eq!(request_of(Signal::SIGINT, false), Some(Request::PowerOff));
        assert_eq!(request_of(Signal::SIGWINCH, true), None);
    }
}
