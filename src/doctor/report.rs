//! What the doctor says: a row of steps, each done, failed or not possible, as text for a person and as JSON for a report.

use std::fmt::Write as _;

use anyhow::Error;
use serde_json::{Map, Value, json};

use crate::error::{Failure, one_line};
use crate::world::{NO_COLOR, TERM, World};

/// The steps, in their order.
pub(crate) const STEPS: [&str; 7] =
    ["kubeconfig", "settings", "credentials", "identity", "cluster", "access", "api-server"];

/// What became of a step.
enum State {
    Done,
    Failed(Failure),
    /// It could not be taken, and why.
    Skipped(String),
}

/// A step that was taken, or not.
struct Step {
    name: &'static str,
    state: State,
    findings: Findings,
}

/// What was seen on the way.
#[derive(Default)]
pub(crate) struct Findings {
    /// Half a sentence: what the step comes to where it is done.
    headline: String,
    facts: Vec<(&'static str, String)>,
    /// What to do, where the step does not fail and something should be done all the same.
    advice: Option<String>,
    /// Whether a failure is none where the API server lets the token in.
    is_in_doubt: bool,
}

/// Why a step ends before its end.
pub(crate) enum Stop {
    Failed(Error),
    /// It is not possible, and why: half a sentence. That is not the fault.
    Skipped(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.into())
    }
}

impl Findings {
    /// Notes a fact, where there is one. `value` holds no secret.
    pub(crate) fn note(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.facts.push((name, value));
        }
    }

    /// Says what the step comes to.
    pub(crate) fn headline(&mut self, text: impl Into<String>) {
        self.headline = text.into();
    }

    /// Says that what fails from here on is nothing that a token needs: the API server has the last word.
    pub(crate) fn doubt(&mut self) {
        self.is_in_doubt = true;
    }

    /// Says what to do, though nothing is broken for certain.
    pub(crate) fn advise(&mut self, text: impl Into<String>) {
        self.advice = Some(text.into());
    }
}

/// All steps so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// Takes the next step: `take` notes what it sees, and gives what further steps go on with.
    pub(crate) fn step<T>(
        &mut self,
        name: &'static str,
        take: impl FnOnce(&mut Findings) -> Result<T, Stop>,
    ) -> Option<T> {
        let mut findings = Findings::default();
        let outcome = take(&mut findings);
        let (state, value) = match outcome {
            Ok(value) => (State::Done, Some(value)),
            Err(Stop::Failed(error)) => (State::Failed(Failure::of(&error)), None),
            Err(Stop::Skipped(why)) => (State::Skipped(why), None),
        };
        self.steps.push(Step { name, state, findings });
        value
    }

    /// Says of all steps that were not taken why they were not.
    pub(crate) fn end(&mut self, why: &str) {
        for name in STEPS.into_iter().skip(self.steps.len()) {
            self.step::<()>(name, |_| Err(Stop::Skipped(why.to_owned())));
        }
    }

    /// Takes back what was in doubt, and says why.
    pub(crate) fn excuse(&mut self, why: &str) {
        for step in self.steps.iter_mut().filter(|step| step.findings.is_in_doubt) {
            if let State::Failed(failure) = &step.state {
                step.state = State::Skipped(format!("{failure}, {why}"));
                step.findings.advice = None;
            }
        }
    }

    /// Whether the last step was taken and none failed: where that one is not possible, nothing is known for certain.
    fn is_healthy(&self) -> bool {
        let is_done = self.steps.last().is_some_and(|step| matches!(step.state, State::Done));
        is_done && !self.has_failed()
    }

    /// Whether a step failed so far.
    pub(crate) fn has_failed(&self) -> bool {
        self.first_failure().is_some()
    }

    /// What the first step that failed says.
    pub(crate) fn first_failure(&self) -> Option<(&'static str, &Failure)> {
        self.steps.iter().find_map(|step| match &step.state {
            State::Failed(failure) => Some((step.name, failure)),
            State::Done | State::Skipped(_) => None,
        })
    }

    /// The report as a document.
    pub(crate) fn document(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(Step::document).collect();
        json!({
            "ekscred": env!("CARGO_PKG_VERSION"),
            "healthy": self.is_healthy(),
            "steps": steps,
        })
    }

    /// The report for a person: a line a step, what was seen below it, what to do behind an arrow.
    pub(crate) fn text(&self, world: &World) -> String {
        let paint = Paint::of(world);
        let mut text = String::new();
        for step in &self.steps {
            step.write(&mut text, &paint);
        }
        text
    }
}

impl Step {
    fn problem(&self) -> Option<String> {
        match &self.state {
            State::Done => None,
            State::Failed(failure) => Some(failure.to_string()),
            State::Skipped(why) => Some(why.clone()),
        }
    }

    fn remedy(&self) -> Option<&str> {
        let of_failure = match &self.state {
            State::Failed(failure) => failure.remedy(),
            State::Done | State::Skipped(_) => None,
        };
        of_failure.or(self.findings.advice.as_deref())
    }

    fn document(&self) -> Value {
        let state = match self.state {
            State::Done => "done",
            State::Failed(_) => "failed",
            State::Skipped(_) => "skipped",
        };
        let facts: Map<String, Value> =
            self.findings.facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        json!({
            "step": self.name,
            "state": state,
            "facts": facts,
            "problem": self.problem(),
            "remedy": self.remedy(),
        })
    }

    fn write(&self, text: &mut String, paint: &Paint) {
        let (state, line) = match &self.state {
            State::Done => (paint.green("done   "), self.findings.headline.clone()),
            State::Failed(failure) => (paint.red("failed "), failure.to_string()),
            State::Skipped(why) => (paint.yellow("skipped"), why.clone()),
        };
        let _ = writeln!(text, "{:11}  {state}  {}", self.name, one_line(&line));
        let width = self.findings.facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in &self.findings.facts {
            let _ = writeln!(text, "    {name:width$}  {}", one_line(value));
        }
        if let Some(remedy) = self.remedy() {
            let _ = writeln!(text, "    {} {}", paint.bold("->"), one_line(remedy));
        }
    }
}

/// Colours, for a terminal that has them and a person who wants them (<https://no-color.org>).
struct Paint {
    colours: bool,
}

impl Paint {
    fn of(world: &World) -> Self {
        let is_dumb = world.raw(TERM).is_none_or(|term| term == "dumb");
        Self { colours: world.is_read_by_person() && !is_dumb && world.raw(NO_COLOR).is_none() }
    }

    fn green(&self, text: &str) -> String {
        self.in_colour("32", text)
    }

    fn red(&self, text: &str) -> String {
        self.in_colour("1;31", text)
    }

    fn yellow(&self, text: &str) -> String {
        self.in_colour("33", text)
    }

    fn bold(&self, text: &str) -> String {
        self.in_colour("1", text)
    }

    fn in_colour(&self, code: &str, text: &str) -> String {
        match self.colours {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }
}
