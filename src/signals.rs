//! The signals that end a program, held off for a moment: while the terminal has no echo, while others wait for a lock
//! that only we remove.

#[cfg(unix)]
pub use unix::{Hold, Signals};

/// Elsewhere nothing is held off.
#[cfg(not(unix))]
pub struct Hold;

#[cfg(not(unix))]
impl Hold {
    /// See the one for Unix.
    ///
    /// # Errors
    /// None.
    pub fn begin() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// No signal ever comes.
    #[must_use]
    pub fn caught(&self) -> Option<i32> {
        None
    }

    /// Likewise.
    #[must_use]
    pub fn end(self) -> Option<i32> {
        None
    }
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, OnceLock};

    use rustix::process::Signal;
    use signal_hook::{SigId, flag, low_level};

    /// The signals that end a program. While they are not held off they do what they did before.
    pub struct Signals {
        held: Vec<Signal>,
        /// The place in `held` of the one that came, or [`NONE`].
        caught: Arc<AtomicUsize>,
        at_large: Arc<AtomicBool>,
    }

    const NONE: usize = usize::MAX;

    impl Signals {
        /// Begins a hold. One at a time.
        ///
        /// # Errors
        /// The system does not let us.
        pub fn hold() -> io::Result<&'static Self> {
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

        /// Once and for good: without unsafe code a former handler cannot be put back, only done as it does. What is
        /// ignored, since whoever started us wants that (`nohup`), stays ignored.
        fn register() -> io::Result<Self> {
            let (caught, at_large) = (Arc::new(AtomicUsize::new(NONE)), Arc::new(AtomicBool::new(true)));
            let ignored = ignored_signals();
            let mut held = vec![Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM];
            held.retain(|signal| ignored >> (signal.as_raw() - 1) & 1 == 0);
            for (place, signal) in held.iter().enumerate() {
                flag::register_conditional_default(signal.as_raw(), Arc::clone(&at_large))?;
                flag::register_usize(signal.as_raw(), Arc::clone(&caught), place)?;
            }
            Ok(Self { held, caught, at_large })
        }

        /// Whether this one is held off.
        #[must_use]
        pub fn holds(&self, signal: Signal) -> bool {
            self.held.contains(&signal)
        }

        /// The last one that came.
        #[must_use]
        pub fn caught(&self) -> Option<Signal> {
            self.held.get(self.caught.load(Ordering::SeqCst)).copied()
        }

        /// Ends the hold, and gives the signal that came until now.
        #[must_use]
        pub fn let_go(&self) -> Option<Signal> {
            self.at_large.store(true, Ordering::SeqCst);
            self.caught()
        }
    }

    /// A hold for work that may take a while: a second signal ends the process at once.
    pub struct Hold {
        signals: &'static Signals,
        second: Vec<SigId>,
    }

    impl Hold {
        /// Begins a hold. One at a time.
        ///
        /// # Errors
        /// The system does not let us.
        pub fn begin() -> io::Result<Self> {
            let signals = Signals::hold()?;
            let mut hold = Self { signals, second: Vec::new() };
            for signal in &signals.held {
                // It acts last, so that the first signal lets the second one do what signals do.
                hold.second.push(flag::register(signal.as_raw(), Arc::clone(&signals.at_large))?);
            }
            Ok(hold)
        }

        /// The number of the signal that came.
        #[must_use]
        pub fn caught(&self) -> Option<i32> {
            self.signals.caught().map(Signal::as_raw)
        }

        /// Ends the hold, and gives the signal that came until now.
        #[must_use]
        pub fn end(self) -> Option<i32> {
            self.signals.let_go().map(Signal::as_raw)
        }
    }

    impl Drop for Hold {
        fn drop(&mut self) {
            for id in self.second.drain(..) {
                low_level::unregister(id);
            }
            let _ = self.signals.let_go();
        }
    }

    /// A bit for each ignored signal. Only Linux tells without unsafe code.
    fn ignored_signals() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}
