//! How one loopback AWS differs from the usual one: the `aws` object of a case.

use std::collections::{HashMap, VecDeque};

use serde::Deserialize;

use super::eks::Cluster;

/// The settings of one loopback AWS.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// Its clock, in Unix seconds; the real one where there is none.
    pub now: Option<u64>,
    /// What is answered to each call, by its name: one after the other, the last again and again.
    pub answers: HashMap<String, VecDeque<Answer>>,
    /// The `user:password` that the proxy demands.
    pub proxy_auth: Option<String>,
    /// Instance metadata is of version 1: it has no tokens and demands none.
    pub imds_v1: bool,
    /// The `Authorization` that the container endpoint demands.
    pub container_token: Option<String>,
    /// The clusters of the account.
    pub clusters: Vec<Cluster>,
    /// How many clusters or access entries EKS tells at once; 100, as the real one, where nobody says.
    pub page_size: Option<usize>,
}

/// One scripted answer.
#[derive(Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Answer {
    /// `"ok"`: the default answer.
    Default(Word),
    /// A service error, in the service's format.
    Error(Failure),
    /// This body, whose placeholders are filled in.
    Raw { status: u16, body: String },
    /// The connection is closed without an answer; or it stays open without one.
    Nothing(Nothing),
    /// The default answer with another lifetime.
    ExpiresIn { expires_in: i64 },
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Ok,
}

/// `{"close": true}` or `{"hang": true}`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the key alone says it")]
pub enum Nothing {
    Close(bool),
    Hang(bool),
}

/// An error as a service tells it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Failure {
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }
}

impl Setup {
    /// From the `aws` of a case: an object, or `true`, which sets nothing.
    pub fn from_json(aws: &serde_json::Value) -> Self {
        if aws == true { Self::default() } else { Self::deserialize(aws).expect("the settings of a loopback AWS") }
    }

    /// The next scripted answer to a call that goes by these names, the most special first.
    pub fn next_answer(&mut self, names: &[String]) -> Answer {
        let script = names.iter().find(|name| self.answers.contains_key(*name));
        match script.and_then(|name| self.answers.get_mut(name)) {
            Some(answers) if answers.len() > 1 => answers.pop_front(),
            Some(answers) => answers.front().cloned(),
            None => None,
        }
        .unwrap_or(Answer::Default(Word::Ok))
    }
}
