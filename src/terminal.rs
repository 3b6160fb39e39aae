//! Asks the person at the terminal for a secret: one line, without echo.
//!
//! On the controlling terminal, never on standard input or error: a plugin's input may be `/dev/null` or a pipe that
//! never ends while a person sits there. However the question ends, the terminal is then as it was before: a signal is
//! held off until that is done, and the panic hook calls [`restore`].

use std::io;
#[cfg(not(unix))]
use std::time::Duration;

#[cfg(unix)]
pub use unix::{ask, is_there, restore};

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// Nobody can be asked: there is no terminal, we are in its background, or another program reads its keys.
    NoTerminal,
    /// Nobody answered in time.
    TimedOut,
    /// The person ended the input (Ctrl-D) in place of an answer.
    EndOfInput,
    /// The signal of this number came, from the keyboard or elsewhere: the program should end, with exit code 128 + n.
    Interrupted(i32),
    /// The terminal failed, or gave a line that is too long.
    Failed(io::Error),
}

/// Windows' console is not spoken to yet.
#[cfg(not(unix))]
pub fn ask(_prompt: &str, _patience: Duration) -> Result<String, Unanswered> {
    Err(Unanswered::NoTerminal)
}

/// See [`ask`].
#[cfg(not(unix))]
#[must_use]
pub fn is_there() -> bool {
    false
}

/// Nothing is ever changed here.
#[cfg(not(unix))]
pub fn restore() {}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::sync::{Arc, Mutex, PoisonError, TryLockError};
    use std::time::{Duration, Instant};

    use rustix::event::{Timespec, poll};
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::{Errno, read, write};
    use rustix::process::{Signal, getpgrp, kill_current_process_group};
    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcgetpgrp, tcsetattr,
    };

    use super::Unanswered;
    use crate::signals::Signals;

    /// The longest answer. No code or password comes near it.
    const MAX_BYTES: usize = 1024;

    /// How often the terminal is looked at. `poll` cannot tell when the answer is there: that of macOS does not work on
    /// `/dev/tty` (rustix's documentation of `poll`).
    const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

    /// What stands for "no key" among the special ones: `_POSIX_VDISABLE`, 0 in Linux as in System V, 255 in BSD.
    const NO_KEY: u8 = if cfg!(any(target_vendor = "apple", target_os = "freebsd")) { 0xff } else { 0 };

    /// Asks for one line on the controlling terminal, without echo, and waits for it no longer than `patience`.
    /// Backspace works, what was typed before the question is dropped. One question at a time.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub fn ask(prompt: &str, patience: Duration) -> Result<String, Unanswered> {
        let (terminal, before) = find_terminal().ok_or(Unanswered::NoTerminal)?;
        let signals = Signals::hold().map_err(Unanswered::Failed)?;
        #[expect(clippy::disallowed_methods, reason = "how long somebody waits decides nothing about a signature")]
        let question = Question { terminal: Arc::new(terminal), before, signals, asked: Instant::now(), patience };

        let reaction = question.put(prompt);
        restore();
        if let Ok(Reaction::Key(signal)) = reaction {
            let _ = kill_current_process_group(signal); // as the terminal would have done
        }
        match (signals.let_go(), reaction) {
            (Some(signal), _) | (None, Ok(Reaction::Key(signal))) => Err(Unanswered::Interrupted(signal.as_raw())),
            (None, Ok(Reaction::Line(line))) => Ok(line),
            (None, Err(unanswered)) => Err(unanswered),
        }
    }

    /// Whether a person can be asked at this moment.
    #[must_use]
    pub fn is_there() -> bool {
        find_terminal().is_some()
    }

    /// The terminal of an open question, and how to leave it. Here, and not in the question, for the panic hook.
    static HIDDEN: Mutex<Option<Hidden>> = Mutex::new(None);

    struct Hidden {
        terminal: Arc<OwnedFd>,
        before: Termios,
    }

    /// Puts the terminal back where a question is open. For any time and any thread: it neither waits nor panics.
    pub fn restore() {
        let hidden = match HIDDEN.try_lock() {
            Ok(mut hidden) => hidden.take(),
            Err(TryLockError::Poisoned(hidden)) => hidden.into_inner().take(),
            Err(TryLockError::WouldBlock) => None,
        };
        let Some(Hidden { terminal, before }) = hidden else { return };
        // A shell that has taken the terminal back would have us stopped for this.
        if is_in_foreground(&terminal).unwrap_or(false) {
            // Half a secret must not end up on the shell's command line.
            let _ = tcflush(&terminal, QueueSelector::IFlush);
            let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
            let _ = write(&terminal, b"\n"); // the one that the person typed was not echoed
        }
    }

    /// The controlling terminal, where a person can be asked on it, and its settings.
    ///
    /// In the background we would be stopped for asking. And where the terminal does not collect lines, another program
    /// reads every key right now: k9s, fzf, `watch`, or a shell that completes `kubectl get <TAB>`.
    fn find_terminal() -> Option<(OwnedFd, Termios)> {
        // NONBLOCK concerns this descriptor only.
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
        before: Termios,
        signals: &'static Signals,
        asked: Instant,
        patience: Duration,
    }

    enum Reaction {
        Line(String),
        /// The key that makes the terminal send this signal (Ctrl-C).
        Key(Signal),
    }

    impl Question {
        fn put(&self, prompt: &str) -> Result<Reaction, Unanswered> {
            self.hide().map_err(Unanswered::Failed)?;
            let mut unsaid = prompt.as_bytes();
            let mut line = Vec::new();
            loop {
                self.check()?;
                if !unsaid.is_empty() {
                    // Nothing is taken while the output is stopped, by Ctrl-S.
                    unsaid = &unsaid[if_ready(write(&self.terminal, unsaid))?.unwrap_or(0)..];
                }
                let mut bytes = [0; MAX_BYTES];
                match if_ready(read(&self.terminal, &mut bytes))? {
                    None => {
                        let _ = poll(&mut [], Some(&GLANCE)); // a signal ends it at once
                    }
                    // Ctrl-D, or else the terminal is gone, which is seen once more.
                    Some(0) if line.is_empty() => return self.check().and(Err(Unanswered::EndOfInput)),
                    Some(0) => return Ok(Reaction::Line(text(&line))),
                    Some(count) => line.extend_from_slice(&bytes[..count]),
                }
                if line.len() > MAX_BYTES {
                    return Err(Unanswered::Failed(io::Error::other(format!("an answer of over {MAX_BYTES} bytes"))));
                }
                if let Some(reaction) = self.reaction(&line) {
                    return Ok(reaction);
                }
            }
        }

        /// Turns the echo off, and drops what was typed ahead.
        ///
        /// Ctrl-Z does nothing: who stops a program gets the terminal as it is then. Ctrl-C and Ctrl-\ become ends of
        /// the line. From the terminal kubectl would get their signals as soon as we do and, having nothing to tidy up,
        /// would end first. Then its shell has the terminal, and we can do nothing about the echo any more.
        fn hide(&self) -> io::Result<()> {
            let mut settings = self.before.clone();
            settings.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
            let codes = &mut settings.special_codes;
            for (key, end_of_line, signal) in SIGNAL_KEYS {
                if self.signals.holds(signal) {
                    codes[end_of_line] = codes[key];
                    codes[key] = NO_KEY;
                }
            }
            codes[SpecialCodeIndex::VSUSP] = NO_KEY;
            #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
            {
                codes[SpecialCodeIndex::VDSUSP] = NO_KEY; // Ctrl-Y, which stops the program that reads it
            }
            let hidden = Hidden { terminal: Arc::clone(&self.terminal), before: self.before.clone() };
            *HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(hidden);
            tcsetattr(&self.terminal, OptionalActions::Now, &settings)?;
            Ok(tcflush(&self.terminal, QueueSelector::IFlush)?)
        }

        /// Whether there is still somebody to be asked.
        fn check(&self) -> Result<(), Unanswered> {
            if let Some(signal) = self.signals.caught() {
                return Err(Unanswered::Interrupted(signal.as_raw()));
            }
            if self.asked.elapsed() >= self.patience {
                return Err(Unanswered::TimedOut);
            }
            match is_in_foreground(&self.terminal) {
                Ok(true) => Ok(()),
                // Whoever started us has ended, and the shell took the terminal back.
                Ok(false) => Err(Unanswered::NoTerminal),
                Err(_) => Err(hung_up()),
            }
        }

        /// What the person did, if it is complete.
        fn reaction(&self, line: &[u8]) -> Option<Reaction> {
            let last = *line.last()?;
            if last == b'\n' {
                return Some(Reaction::Line(text(line)));
            }
            let is_it = |(key, _, signal): &_| self.before.special_codes[*key] == last && self.signals.holds(*signal);
            let (_, _, signal) = SIGNAL_KEYS.into_iter().find(is_it).filter(|_| last != NO_KEY)?;
            Some(Reaction::Key(signal))
        }
    }

    /// A special key, the one that takes its place in [`Question::hide`], and the signal that it sends.
    const SIGNAL_KEYS: [(SpecialCodeIndex, SpecialCodeIndex, Signal); 2] = [
        (SpecialCodeIndex::VINTR, SpecialCodeIndex::VEOL, Signal::INT),
        (SpecialCodeIndex::VQUIT, SpecialCodeIndex::VEOL2, Signal::QUIT),
    ];

    /// The result of a read or a write; none where it would have to wait.
    fn if_ready(result: rustix::io::Result<usize>) -> Result<Option<usize>, Unanswered> {
        match result {
            Ok(count) => Ok(Some(count)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(Errno::IO) => Err(hung_up()),
            Err(error) => Err(Unanswered::Failed(error.into())),
        }
    }

    /// The terminal is gone: its window was closed. The kernel is about to tell us with this signal.
    fn hung_up() -> Unanswered {
        Unanswered::Interrupted(Signal::HUP.as_raw())
    }

    /// What is no UTF-8 is no code either. The caller sees that, as of every other slip.
    fn text(line: &[u8]) -> String {
        String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned()
    }
}
