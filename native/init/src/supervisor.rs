use crate::clock::timeout_until;
use crate::journal::Journal;
use crate::kernel_log::KernelLog;
use crate::options::Options;
use crate::power::{is_embedded, Power};
use crate::service::Service;
use crate::service_file::parse_services;
use crate::shutdown::Shutdown;
use crate::trial::Trial;
use crate::unmount;
use crate::watchdog::Watchdog;
use capsule_machine::signals::{self, Request};
use nix::poll::{poll, PollFd, PollFlags};
use nix::sys::signalfd::SignalFd;
use nix::sys::wait::{waitpid, WaitPidFlag, WaitStatus};
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often PID 1 reads a services file again that it could not use.
const RELOAD_EVERY: Duration = Duration::from_secs(2);

/// The event loop of PID 1. One thread; it sleeps until a signal, a line or a moment.
pub struct Supervisor {
    journal: Journal,
    signals: SignalFd,
    services: Vec<Service>,
    services_file: PathBuf,
    load_at: Option<Instant>,
    /// The last complaint about the services file: one that stays is reported once.
    complaint: String,
    shutdown: Option<Shutdown>,
    with_mounts: bool,
    watchdog: Option<Watchdog>,
    trial: Option<Trial>,
    kernel: Option<KernelLog>,
}

impl Supervisor {
    pub fn new(mut journal: Journal, signals: SignalFd, options: &Options) -> Self {
        let is_machine = options.with_mounts && !is_embedded();
        let watchdog = is_machine.then(|| Watchdog::arm(&mut journal)).flatten();
        let kernel = is_machine.then(|| KernelLog::open(&mut journal)).flatten();
        Supervisor {
            journal,
            signals,
            services: Vec::new(),
            services_file: options.services.clone(),
            load_at: Some(Instant::now()),
            complaint: String::new(),
            shutdown: None,
            with_mounts: options.with_mounts,
            watchdog,
            trial: is_machine.then(|| Trial::begin(Instant::now())).flatten(),
            kernel,
        }
    }

    /// Runs until the capsule is to go down and everything is stopped.
    pub fn run(&mut self) -> Power {
        loop {
            self.tick();
            if let Some(shutdown) = self.shutdown.as_ref().filter(|it| it.is_over()) {
                let power = shutdown.power;
                self.finish();
                if let (Power::Off, Some(watchdog)) = (power, self.watchdog.take()) {
                    watchdog.disarm();
                }
                return power;
            }
            self.sleep();
            for request in signals::read(&self.signals) {
                self.obey(request);
            }
            self.reap();
        }
    }

    pub fn into_journal(self) -> Journal {
        self.journal
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if self.load_at.is_some_and(|at| at <= now) {
            self.load(now);
        }
        if let Some(trial) = &mut self.trial {
            if trial.tick(now, &mut self.journal) {
                self.obey(Request::Reboot);
            }
        }
        let is_lost = self.trial.as_ref().is_some_and(Trial::is_lost);
        if let Some(watchdog) = self.watchdog.as_mut().filter(|_| !is_lost) {
            watchdog.tick(now);
        }
        for service in &mut self.services {
            service.tick(now, &mut self.journal);
        }
        if let Some(shutdown) = &mut self.shutdown {
            shutdown.tick(&mut self.services, now, &mut self.journal);
        }
    }

    fn sleep(&mut self) {
        let is_lost = self.trial.as_ref().is_some_and(Trial::is_lost);
        let feeding = self.watchdog.iter().filter(|_| !is_lost);
        let moments = self
            .services
            .iter()
            .filter_map(Service::due_at)
            .chain(self.shutdown.iter().filter_map(Shutdown::due_at))
            .chain(self.load_at)
            .chain(self.trial.iter().filter_map(Trial::due_at))
            .chain(feeding.map(Watchdog::due_at));
        let timeout = timeout_until(Instant::now(), moments);
        let mut polled = vec![PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        for service in &self.services {
            polled.push(PollFd::new(service.output.as_fd(), PollFlags::POLLIN));
        }
        if let Some(kernel) = &self.kernel {
            polled.push(PollFd::new(kernel.as_fd(), PollFlags::POLLIN));
        }
        // Interrupted or failed: the loop goes round and looks at everything again.
        let _ = poll(&mut polled, timeout);
        let ready: Vec<bool> = polled
            .iter()
            .skip(1)
            .map(|fd| fd.any().unwrap_or(false))
            .collect();
        for (service, is_ready) in self.services.iter_mut().zip(ready) {
            if is_ready {
                service.output.read(&service.config.name, &mut self.journal);
            }
        }
        if let Some(kernel) = &mut self.kernel {
            kernel.read(&mut self.journal);
        }
    }

    fn obey(&mut self, request: Request) {
        let power = match request {
            Request::Reap => return,
            Request::Restart => {
                let now = Instant::now();
                for service in &mut self.services {
                    service.stop(now, &mut self.journal);
                }
                return;
            }
            Request::PowerOff => Power::Off,
            Request::Reboot => Power::Reboot,
        };
        if self.shutdown.is_some() {
            return;
        }
        self.journal.say(match power {
            Power::Off => "powering off",
            Power::Reboot => "rebooting",
        });
        self.load_at = None;
        // capsuled falls silent now, and that is no failure.
        self.trial = None;
        self.services.iter_mut().for_each(Service::stay_down);
        self.shutdown = Some(Shutdown::new(power, Instant::now()));
    }

    /// Takes in every child that has ended: services, and the orphans of everybody.
    fn reap(&mut self) {
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            let pid = match status {
                WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, _, _) => pid,
                WaitStatus::StillAlive => return,
                _ => continue,
            };
            let mut services = self.services.iter_mut();
            if let Some(service) = services.find(|service| service.pid() == Some(pid)) {
                service.ended(status, self.shutdown.is_none(), &mut self.journal);
            }
        }
    }

    fn load(&mut self, now: Instant) {
        match read_services(&self.services_file) {
            Ok(services) => {
                self.services = services;
                self.load_at = None;
                if self.services.is_empty() {
                    let file = self.services_file.display();
                    self.journal.say(&format!("{file} names no service"));
                }
            }
            Err(problems) => {
                self.load_at = Some(now + RELOAD_EVERY);
                let complaint = problems.join("; ");
                if complaint != self.complaint {
                    let file = self.services_file.display();
                    self.journal.say(&format!("{file}: {complaint}"));
                    self.complaint = complaint;
                }
            }
        }
    }

    /// Everybody has stopped: the disks are let go.
    fn finish(&mut self) {
        for service in &mut self.services {
            service.output.read(&service.config.name, &mut self.journal);
        }
        if !self.with_mounts {
            return;
        }
        self.journal.say("unmounting");
        self.journal.close();
        let watchdog = &mut self.watchdog;
        let feed = || watchdog.iter_mut().for_each(Watchdog::feed);
        for problem in unmount::all_fed(feed) {
            self.journal.say(&problem);
        }
    }
}

/// Of a machine, the services of its own come first: they need none of the others.
fn read_services(file: &PathBuf) -> Result<Vec<Service>, Vec<String>> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| vec![error.to_string()]);
    let machine = file.with_file_name("machine.conf");
    let mut text = String::new();
    if !is_embedded() && machine.exists() {
        text.push_str(&read(&machine)?);
    }
    text.push_str(&read(file)?);
    parse_services(&text)?
        .into_iter()
        .map(Service::new)
        .collect::<io::Result<_>>()
        .map_err(|error| vec![error.to_string()])
}
