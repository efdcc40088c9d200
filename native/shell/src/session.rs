use crate::arguments::Request;
use crate::control::{Control, Order};
use crate::input::{show, Input};
use crate::launch::{launch, Launched};
use crate::place;
use capsule_machine::everyone;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use nix::pty::Winsize;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{waitpid, WaitPidFlag, WaitStatus};
use nix::unistd::Pid;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

const EXIT_NOT_FOUND: u8 = 127;
const EXIT_NOT_EXECUTABLE: u8 = 126;
/// As a shell reports a program that TERM has ended.
const EXIT_LEFT: u8 = 128 + 15;

/// Runs the request to its end, or to that of its caller; gives back the exit code.
pub fn run(request: &Request) -> Result<u8, String> {
    let failed = |doing: &str, error: &dyn std::fmt::Display| format!("cannot {doing}: {error}");
    let control = Control::take()?;
    capsule_proc::keep_descriptors_private().map_err(|it| failed("keep descriptors", &it))?;
    everyone::adopt_orphans().map_err(|it| failed("adopt orphans", &it))?;
    place::own_mounts().map_err(|it| failed("make mounts of its own", &it))?;
    place::give_up_protection().map_err(|it| failed("join the other processes", &it))?;
    let signals = take_signals().map_err(|it| failed("take signals", &it))?;
    let Launched { child, terminal } = match launch(request) {
        Ok(launched) => launched,
        Err(error) => return Ok(report(request, &error)),
    };
    let mut session = Session {
        control,
        signals,
        terminal,
        input: Input::new(),
        child: Pid::from_raw(child.id() as i32),
    };
    let code = session.until_over();
    end_everything();
    Ok(code)
}

fn report(request: &Request, error: &io::Error) -> u8 {
    crate::say(&format!("{}: {error}", request.program.to_string_lossy()));
    match error.kind() {
        io::ErrorKind::NotFound => EXIT_NOT_FOUND,
        _ => EXIT_NOT_EXECUTABLE,
    }
}

/// The program gets its own mask back: the standard library clears it.
fn take_signals() -> nix::Result<SignalFd> {
    let taken: SigSet = [Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP]
        .into_iter()
        .collect();
    taken.thread_block()?;
    SignalFd::with_flags(&taken, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

struct Session {
    control: Control,
    signals: SignalFd,
    terminal: Option<OwnedFd>,
    input: Input,
    child: Pid,
}

impl Session {
    fn until_over(&mut self) -> u8 {
        loop {
            let ready = self.wait();
            if ready.signals {
                if let Some(code) = self.read_signals() {
                    self.show_rest();
                    return code;
                }
            }
            if ready.control && !self.obey() {
                return EXIT_LEFT;
            }
            if ready.keys {
                self.input.take();
            }
            self.relay(ready.terminal);
        }
    }

    fn wait(&self) -> Ready {
        let stdin = io::stdin();
        let keys = match self.terminal.is_some() && self.input.wants_keys() {
            true => PollFlags::POLLIN,
            false => PollFlags::empty(),
        };
        let mut polled = vec![
            PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.control.as_fd(), PollFlags::POLLIN),
        ];
        // A closed input is always ready: it is looked at only while keys are wanted.
        let keys_at = polled.len();
        if !keys.is_empty() {
            polled.push(PollFd::new(stdin.as_fd(), keys));
        }
        let terminal_at = polled.len();
        if let Some(terminal) = &self.terminal {
            polled.push(PollFd::new(terminal.as_fd(), self.input.events()));
        }
        // Interrupted or failed: the loop goes round and looks again.
        let _ = poll(&mut polled, PollTimeout::NONE);
        let seen = |at: usize| polled.get(at).and_then(PollFd::revents);
        let is_ready = |at: usize| seen(at).is_some_and(|events| !events.is_empty());
        Ready {
            signals: is_ready(0),
            control: is_ready(1),
            keys: !keys.is_empty() && is_ready(keys_at),
            terminal: match self.terminal {
                Some(_) => seen(terminal_at).unwrap_or(PollFlags::empty()),
                None => PollFlags::empty(),
            },
        }
    }

    /// The exit code once the program has ended, or a signal asks this process to end.
    fn read_signals(&self) -> Option<u8> {
        let mut code = None;
        while let Ok(Some(info)) = self.signals.read_signal() {
            if info.ssi_signo != Signal::SIGCHLD as u32 {
                code = Some(EXIT_LEFT);
            }
        }
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            match status {
                WaitStatus::Exited(pid, exit) if pid == self.child => code = Some(exit as u8),
                WaitStatus::Signaled(pid, signal, _) if pid == self.child => {
                    code = Some(128 + signal as u8);
                }
                WaitStatus::StillAlive => break,
                _ => {}
            }
        }
        code
    }

    /// False when the caller is gone.
    fn obey(&mut self) -> bool {
        let Some(orders) = self.control.read() else {
            return false;
        };
        for order in orders {
            match order {
                Order::Resize(size) => self.resize(&size),
                // SAFETY: plain numbers. nix knows no real-time signals. The program is not reaped yet.
                Order::Signal(number) => unsafe {
                    libc::kill(self.child.as_raw(), number);
                },
            }
        }
        true
    }

    fn resize(&self, size: &Winsize) {
        if let Some(terminal) = &self.terminal {
            // SAFETY: the request reads a winsize, which lives across the call.
            unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, size) };
        }
    }

    fn relay(&mut self, events: PollFlags) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        if events.contains(PollFlags::POLLOUT) {
            self.input.pass(terminal);
        }
        let has_output = events.intersects(PollFlags::POLLIN | PollFlags::POLLHUP);
        if has_output && !show(terminal, io::stdout().as_fd()) {
            self.terminal = None;
        }
    }

    /// The last words of the program are still in its terminal.
    fn show_rest(&self) {
        if let Some(terminal) = &self.terminal {
            while show(terminal, io::stdout().as_fd()) {}
        }
    }
}

struct Ready {
    signals: bool,
    control: bool,
    keys: bool,
    terminal: PollFlags,
}

/// Kills what the program has left. Orphans of the killed come to this process, until there are none.
fn end_everything() {
    loop {
        everyone::signal(Signal::SIGKILL);
        if waitpid(None, None).is_err() {
            return;
        }
    }
}
