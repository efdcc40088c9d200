use crate::power;
use capsule_machine::{console, everyone, signals};
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use nix::sys::signal::Signal;
use nix::sys::wait::{waitpid, WaitPidFlag};
use std::os::fd::AsFd;

/// Keeps the machine up through a bug of ours: a panic is reported, and then PID 1 goes on without
/// supervision. It reaps, and it still powers off when asked; workloads and services stay.
pub fn survive() {
    std::panic::set_hook(Box::new(|info| {
        console::write(
            format!("init: bug: {info}\ninit: services are no longer supervised\n").as_bytes(),
        );
        if everyone::is_init() {
            idle_until_asked();
        }
    }));
}

fn idle_until_asked() {
    let Ok(signals) = signals::take() else {
        return;
    };
    loop {
        let mut polled = [PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
        let _ = poll(&mut polled, PollTimeout::NONE);
        for request in signals::read(&signals) {
            let power = match request {
                signals::Request::Reap => {
                    while waitpid(None, Some(WaitPidFlag::WNOHANG))
                        .is_ok_and(|status| status.pid().is_some())
                    {}
                    continue;
                }
                signals::Request::Restart => continue,
                signals::Request::PowerOff => power::Power::Off,
                signals::Request::Reboot => power::Power::Reboot,
            };
            everyone::signal(Signal::SIGKILL);
            power::end_now(power);
        }
    }
}
