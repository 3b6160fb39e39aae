//! Codes of MFA devices: from `--mfa-code`, else from the person at the terminal.
//!
//! A device shows a code for 30 seconds and AWS takes each but once: none is sent twice.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::Result;

use crate::aws::answer::Refusal;
use crate::aws::shlex;
use crate::cache::{Busy, Cache};
use crate::config::is_mfa_code;
use crate::error::{configuration, interrupted};
use crate::terminal::Unanswered;
use crate::world::World;

/// How long a person may take for one code (DESIGN section 4).
const PATIENCE: Duration = Duration::from_mins(1);

/// How many codes are sent at most. Further ones would go on to lock the user out of the device.
const TRIES: usize = 3;

/// How many answers are taken for one code: some cannot be one, or are used.
const ANSWERS: usize = 5;

/// Where codes come from.
pub struct Mfa<'a> {
    /// The one of `--mfa-code`, until it is used.
    given: RefCell<Option<String>>,
    /// All that were sent in this run, whatever for.
    sent: RefCell<Vec<String>>,
    /// Whether the client lets us ask.
    interactive: bool,
    cache: &'a Cache<'a>,
    world: &'a World,
}

impl<'a> Mfa<'a> {
    /// Codes: first the one that is `given`; others only where a person may be asked.
    #[must_use]
    pub fn new(given: Option<&str>, interactive: bool, cache: &'a Cache<'a>, world: &'a World) -> Self {
        Self { given: RefCell::new(given.map(str::to_owned)), sent: RefCell::default(), interactive, cache, world }
    }

    /// Whether a code was given that nothing asked for.
    pub(super) fn is_unused(&self) -> bool {
        self.given.borrow().is_some()
    }

    /// The questions about one device. `place` and `profile` say who needs the code.
    pub(super) fn questions<'m>(&'m self, serial: &'m str, place: &'m str, profile: &'m str) -> Questions<'m, 'a> {
        Questions { mfa: self, serial, place, profile, sent: 0, was_given: false, complaint: "" }
    }
}

/// The questions about one device, until one code is right.
pub(super) struct Questions<'m, 'a> {
    mfa: &'m Mfa<'a>,
    serial: &'m str,
    place: &'m str,
    profile: &'m str,
    sent: usize,
    /// Whether the last code was the one of `--mfa-code`: a script's, which nobody is there to correct.
    was_given: bool,
    /// What was wrong with the last code.
    complaint: &'static str,
}

impl Questions<'_, '_> {
    /// The next code to send.
    ///
    /// # Errors
    /// There is nobody to ask, or no answer.
    pub(super) fn next_code(&mut self) -> Result<String> {
        let given = self.mfa.given.take();
        self.was_given = given.is_some();
        let code = match given {
            Some(code) => code,
            None => self.ask()?,
        };
        self.sent += 1;
        self.mfa.sent.borrow_mut().push(code.clone());
        Ok(code)
    }

    /// Whether AWS refused the code and another may be tried.
    pub(super) fn may_ask_again(&mut self, refusal: &Refusal) -> bool {
        self.complaint = "AWS refused that code. ";
        refusal.is_about_the_code() && self.sent < TRIES && !self.was_given
    }

    fn ask(&mut self) -> Result<String> {
        if !self.mfa.interactive {
            return Err(self.nobody("the client says that nobody can be asked"));
        }
        self.mfa.cache.announce(Busy::Person);
        for _ in 0..ANSWERS {
            let prompt = format!("{}Enter MFA code for {}: ", self.complaint, self.serial);
            let answer = self.mfa.world.ask(&prompt, PATIENCE);
            if !matches!(answer, Err(Unanswered::NoTerminal)) {
                self.mfa.cache.has_met_person();
            }
            let code = match answer {
                Ok(answer) => answer.trim().to_owned(),
                Err(Unanswered::NoTerminal) => return Err(self.nobody("there is no terminal to ask on")),
                Err(Unanswered::Interrupted(signal)) => return Err(interrupted(signal).into()),
                Err(Unanswered::TimedOut) => {
                    return Err(self.unanswered(&format!("nobody typed it within {} s", PATIENCE.as_secs())));
                }
                Err(Unanswered::EndOfInput) => return Err(self.unanswered("no code was typed")),
                Err(Unanswered::Failed(error)) => return Err(self.unanswered(&format!("the terminal failed: {error}"))),
            };
            if !is_mfa_code(&code) {
                self.complaint = "A code has 6 digits. ";
            } else if self.mfa.sent.borrow().contains(&code) {
                self.complaint = "That code is used: wait for the next one. ";
            } else {
                self.mfa.cache.announce(Busy::Aws);
                return Ok(code);
            }
        }
        Err(self.unanswered("no code of 6 digits was typed"))
    }

    fn nobody(&self, why: &str) -> anyhow::Error {
        let hint = match self.profile {
            _ if !self.mfa.cache.keeps_sessions() => {
                "run kubectl in a terminal (interactiveMode: IfAvailable), or give --mfa-code CODE".to_owned()
            }
            "" => "run it once in a terminal, with the same arguments: its session is kept; or give --mfa-code CODE"
                .to_owned(),
            // Any cluster will do.
            name => format!(
                "run `ekscred get-token --profile {} --cluster-name NAME` once in a terminal: its session is kept",
                shlex::quote(name)
            ),
        };
        configuration(format!("{} needs an MFA code of {}, and {why}", self.place, self.serial)).hint(hint).into()
    }

    fn unanswered(&self, why: &str) -> anyhow::Error {
        let message = format!("{} needs an MFA code of {}: {why}", self.place, self.serial);
        configuration(message).hint("run it again and type the code").into()
    }
}
