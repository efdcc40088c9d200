use crate::power;
use crate::unmount;
use capsule_machine::{console, everyone, signals};
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use nix::sys::signal::Signal;
use nix::sys::wait::{waitpid, WaitPidFlag};
use std::os::fd::AsFd;

/// Between two times of writing everything out.
const WRITE_OUT_EVERY_MS: u16 = 10_000;

/// Keeps the machine up through a bug of ours: a panic is reported, and then PID 1 goes on without
/// supervision. It reaps, and it still powers off when asked; workloads and services stay. A watchdog ends this within a
/// minute, so what they have written does not wait in memory.
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
        unmount::write_out();
        let _ = poll(&mut polled, PollTimeout::from(WRITE_OUT_EVERY_MS));
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
            unmount::write_out();
            power::end_now(power);
        }
    }
}
