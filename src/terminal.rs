//! Asks the person at the terminal for a secret: one line, without echo.
//!
//! On the controlling terminal, never on standard input or error: a plugin's input may be `/dev/null` or a pipe that
//! never ends while a person sits there. However the question ends, the terminal is then as it was before. What ends
//! it from outside is held off until then: the signals below, and a panic, whose hook calls [`restore`].

use std::io;
#[cfg(not(unix))]
use std::time::Duration;

#[cfg(unix)]
pub use unix::{ask, restore};

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// Nobody can be asked: there is no terminal, we are in its background, or a full-screen program has it.
    NoTerminal,
    /// Nobody answered in time.
    TimedOut,
    /// The person ended the input (Ctrl-D) in place of an answer.
    EndOfInput,
    /// The signal of this number came. The program should now end, with the exit code 128 + n.
    Interrupted(i32),
    /// The terminal failed, or gave a line that is too long.
    Failed(io::Error),
}

/// Windows' console is not spoken to yet.
#[cfg(not(unix))]
pub fn ask(_prompt: &str, _patience: Duration) -> Result<String, Unanswered> {
    Err(Unanswered::NoTerminal)
}

/// Nothing is ever changed here.
#[cfg(not(unix))]
pub fn restore() {}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};
    use std::time::{Duration, Instant};

    use rustix::event::{Timespec, poll};
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::{Errno, read, write};
    use rustix::process::getpgrp;
    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcgetpgrp, tcsetattr,
    };
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag;

    use super::Unanswered;

    /// The longest answer. No code or password comes near it.
    const MAX_BYTES: usize = 1024;

    /// How often the terminal is asked for the answer. `poll` cannot tell when it is there: that of macOS does not work
    /// on `/dev/tty` (says rustix's documentation of it).
    const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

    /// What takes a special character out of service: `_POSIX_VDISABLE`, which is 0 in System V and Linux, 255 in BSD.
    const DISABLED: u8 = if cfg!(any(target_vendor = "apple", target_os = "freebsd")) { 0xff } else { 0 };

    /// Asks for one line on the controlling terminal, without echo, and waits for it no longer than `patience`.
    /// Backspace works, what was typed before the question is dropped. One question at a time.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub fn ask(prompt: &str, patience: Duration) -> Result<String, Unanswered> {
        let (terminal, before) = find_terminal().ok_or(Unanswered::NoTerminal)?;
        let signals = Signals::hold().map_err(Unanswered::Failed)?;
        #[expect(clippy::disallowed_methods, reason = "how long somebody waits decides nothing about a signature")]
        let question = Question { terminal: Arc::new(terminal), signals, asked: Instant::now(), patience };

        let answer = question.put(prompt, before);
        restore();
        match signals.let_go() {
            Some(signal) => Err(Unanswered::Interrupted(signal)),
            None => answer,
        }
    }

    /// The terminal of an open question, and how to leave it. Here, and not with the question, for the panic hook.
    static HIDDEN: Mutex<Option<Hidden>> = Mutex::new(None);

    struct Hidden {
        terminal: Arc<OwnedFd>,
        before: Termios,
    }

    /// Puts the terminal back if a question is open. Safe to call at any time, from any thread: it neither waits nor panics.
    pub fn restore() {
        let hidden = match HIDDEN.try_lock() {
            Ok(mut hidden) => hidden.take(),
            Err(TryLockError::Poisoned(hidden)) => hidden.into_inner().take(),
            Err(TryLockError::WouldBlock) => None,
        };
        let Some(Hidden { terminal, before }) = hidden else { return };
        // On Ctrl-C a shell may be quicker than we are. Then the terminal is its own again, and it stops whoever meddles.
        if is_in_foreground(&terminal).unwrap_or(false) {
            // The half of a secret must not end up on the shell's command line.
            let _ = tcflush(&terminal, QueueSelector::IFlush);
            let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
            let _ = write(&terminal, b"\n"); // that of the person was not echoed
        }
    }

    /// The controlling terminal, where a person can be asked, and its settings.
    ///
    /// In the background we would be stopped for asking. And where lines are not edited by the terminal, another program
    /// reads every key at this moment: k9s, fzf, `watch`, or a shell that completes `kubectl get <TAB>`.
    fn find_terminal() -> Option<(OwnedFd, Termios)> {
        // NONBLOCK, since somebody may have stopped the output with Ctrl-S. It is of this descriptor only.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let terminal = open("/dev/tty", flags, Mode::empty()).ok()?;
        let settings = tcgetattr(&terminal).ok()?;
        let free = is_in_foreground(&terminal).ok()? && settings.local_modes.contains(LocalModes::ICANON);
        free.then_some((terminal, settings))
    }

    /// Fails where the terminal is gone.
    fn is_in_foreground(terminal: &OwnedFd) -> io::Result<bool> {
        Ok(tcgetpgrp(terminal)? == getpgrp())
    }

    struct Question {
        terminal: Arc<OwnedFd>,
        signals: &'static Signals,
        asked: Instant,
        patience: Duration,
    }

    impl Question {
        fn put(&self, prompt: &str, before: Termios) -> Result<String, Unanswered> {
            self.hide(before).map_err(Unanswered::Failed)?;
            self.say(prompt)?;
            self.hear()
        }

        /// Turns the echo off, and Ctrl-Z: a stopped program would leave the terminal so. Drops what was typed ahead.
        fn hide(&self, before: Termios) -> io::Result<()> {
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
            hidden.special_codes[SpecialCodeIndex::VSUSP] = DISABLED;
            #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
            {
                hidden.special_codes[SpecialCodeIndex::VDSUSP] = DISABLED; // Ctrl-Y, the same a little later
            }
            *HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Hidden { terminal: Arc::clone(&self.terminal), before });
            tcsetattr(&self.terminal, OptionalActions::Now, &hidden)?;
            Ok(tcflush(&self.terminal, QueueSelector::IFlush)?)
        }

        fn say(&self, prompt: &str) -> Result<(), Unanswered> {
            let mut rest = prompt.as_bytes();
            while !rest.is_empty() {
                rest = &rest[self.once_ready(|terminal| write(terminal, rest))?..];
            }
            Ok(())
        }

        fn hear(&self) -> Result<String, Unanswered> {
            let mut line = Vec::new();
            while line.last() != Some(&b'\n') {
                let mut bytes = [0; MAX_BYTES];
                match self.once_ready(|terminal| read(terminal, &mut bytes))? {
                    // Ctrl-D, or else the terminal is gone.
                    0 if line.is_empty() => {
                        self.check()?;
                        return Err(Unanswered::EndOfInput);
                    }
                    0 => break,
                    count => line.extend_from_slice(&bytes[..count]),
                }
                if line.len() > MAX_BYTES {
                    return Err(Unanswered::Failed(io::Error::other(format!("an answer of over {MAX_BYTES} bytes"))));
                }
            }
            // What is no UTF-8 is no code either. The caller sees that, as of every other slip.
            Ok(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned())
        }

        /// Reads or writes, as soon as the terminal is ready for it.
        fn once_ready(
            &self,
            mut attempt: impl FnMut(&OwnedFd) -> rustix::io::Result<usize>,
        ) -> Result<usize, Unanswered> {
            loop {
                self.check()?;
                match attempt(&self.terminal) {
                    Err(Errno::AGAIN | Errno::INTR) => {
                        let _ = poll(&mut [], Some(&GLANCE)); // a signal ends it at once
                    }
                    Err(Errno::IO) => return Err(Unanswered::Interrupted(SIGHUP)), // the terminal is gone
                    result => return result.map_err(|error| Unanswered::Failed(error.into())),
                }
            }
        }

        /// Whether there is still somebody to be asked.
        fn check(&self) -> Result<(), Unanswered> {
            if let Some(signal) = self.signals.caught() {
                return Err(Unanswered::Interrupted(signal));
            }
            if self.asked.elapsed() >= self.patience {
                return Err(Unanswered::TimedOut);
            }
            match is_in_foreground(&self.terminal) {
                Ok(true) => Ok(()),
                // Whoever started us has ended, and the shell took the terminal back.
                Ok(false) => Err(Unanswered::NoTerminal),
                // It is gone, of which the kernel is about to tell us with this signal.
                Err(_) => Err(Unanswered::Interrupted(SIGHUP)),
            }
        }
    }

    /// The signals that end a program, held off while a question is open. At all other times they do what they did before.
    struct Signals {
        /// The place in [`ENDING`] of the one that came, or [`NONE`].
        caught: Arc<AtomicUsize>,
        at_large: Arc<AtomicBool>,
    }

    const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
    const NONE: usize = usize::MAX;

    impl Signals {
        fn hold() -> io::Result<&'static Self> {
            static SIGNALS: OnceLock<Signals> = OnceLock::new();
            let signals = match SIGNALS.get() {
                Some(signals) => signals,
                None => {
                    let signals = Self::register()?;
                    SIGNALS.get_or_init(|| signals)
                }
            };
            signals.caught.store(NONE, Ordering::SeqCst);
            signals.at_large.store(false, Ordering::SeqCst);
            Ok(signals)
        }

        /// Once and for good: without unsafe code a former handler cannot be put back, only done as it does.
        fn register() -> io::Result<Self> {
            let signals = Self { caught: Arc::new(AtomicUsize::new(NONE)), at_large: Arc::new(AtomicBool::new(true)) };
            let ignored = ignored_signals();
            for (place, signal) in ENDING.into_iter().enumerate() {
                if ignored >> (signal - 1) & 1 == 0 {
                    flag::register_conditional_default(signal, Arc::clone(&signals.at_large))?;
                    flag::register_usize(signal, Arc::clone(&signals.caught), place)?;
                }
            }
            Ok(signals)
        }

        fn caught(&self) -> Option<i32> {
            ENDING.get(self.caught.load(Ordering::SeqCst)).copied()
        }

        /// Ends the hold, and tells of a signal that came until this moment.
        fn let_go(&self) -> Option<i32> {
            self.at_large.store(true, Ordering::SeqCst);
            self.caught()
        }
    }

    /// A bit per signal that who started us wants ignored, as `nohup` does. Only Linux tells without unsafe code.
    fn ignored_signals() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}
