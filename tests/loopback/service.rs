//! What becomes of a request: which call it is, the line about it, and its answer.

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

use super::eks::{self, Cluster};
use super::http::{self, Request, Response};
use super::placeholders::{self, timestamp};
use super::setup::{Answer, Failure, Nothing, Setup};
use super::{kubernetes, metadata, signin, sso, sts};

/// What all connections share.
pub struct Aws {
    state: Mutex<State>,
    /// The placeholders that this AWS knows: its own addresses.
    pub places: Vec<(&'static str, String)>,
}

struct State {
    setup: Setup,
    calls: Vec<String>,
    connects: usize,
    /// What crossed the wire, as text: calls, headers, answers.
    transcript: Vec<String>,
    /// The session names of the keys that were given out, by access key id.
    sessions: HashMap<String, String>,
}

/// Where a request was sent.
pub struct Place {
    /// How a call's line names it: a host, or `{aws}`.
    pub name: String,
    /// The URL that it stands for.
    pub url: String,
}

/// A request, understood.
pub struct Call<'a> {
    /// The names by which scripted answers may go, the most special first.
    pub names: Vec<String>,
    pub line: String,
    /// The default answer. It takes the lifetime that a script gives the credentials, if any.
    pub answer: Box<dyn Fn(Option<i64>) -> Result<Response, Failure> + 'a>,
    /// A failure in the service's own format.
    pub failure: fn(&Failure) -> Response,
}

impl Place {
    pub fn plain(aws: &Aws) -> Self {
        let url = aws.places.iter().find(|(name, _)| *name == "aws").expect("the plain port").1.clone();
        Self { name: "{aws}".to_owned(), url }
    }

    pub fn tunnel(host: &str) -> Self {
        Self { name: host.to_owned(), url: format!("https://{host}") }
    }
}

impl Aws {
    pub fn new(setup: Setup, places: Vec<(&'static str, String)>) -> Self {
        let (calls, transcript, sessions) = (Vec::new(), Vec::new(), HashMap::new());
        Self { state: Mutex::new(State { setup, calls, connects: 0, transcript, sessions }), places }
    }

    /// Serves the requests of one connection.
    pub fn serve(&self, stream: impl Read + Write, place: &Place) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = http::read(&mut stream)? {
            match self.answer(&request, place) {
                Ok(response) => {
                    self.state().transcript.extend([request.headers(), response.text()]);
                    response.write(stream.get_mut())?;
                }
                Err(Nothing::Close(_)) => break,
                // Until the client has enough of it.
                Err(Nothing::Hang(_)) => return io::copy(&mut stream, &mut io::sink()).map(|_| ()),
            }
        }
        Ok(())
    }

    fn answer(&self, request: &Request, place: &Place) -> Result<Response, Nothing> {
        let call = [sts::call, eks::call, sso::call, signin::call, metadata::call];
        let of_aws = call.iter().find_map(|call| call(self, request, place));
        let Some(call) = of_aws.or_else(|| kubernetes::call(request, place)) else {
            self.note(&format!("Unknown {} {}{}", request.method, place.name, request.target));
            return Ok(Response::new(404, "text/plain", "no such call"));
        };
        self.note(&call.line);
        let or_failure = |answer: Result<Response, Failure>| answer.unwrap_or_else(|failure| (call.failure)(&failure));
        let answer = self.state().setup.next_answer(&call.names);
        match answer {
            Answer::Default(_) => Ok(or_failure((call.answer)(None))),
            Answer::ExpiresIn { expires_in } => Ok(or_failure((call.answer)(Some(expires_in)))),
            Answer::Error(failure) => Ok((call.failure)(&failure)),
            Answer::Raw { status, body } => {
                Ok(Response::new(status, "text/plain", placeholders::fill(&body, self.now(), &self.places)))
            }
            Answer::Nothing(nothing) => Err(nothing),
        }
    }

    /// The clock, in Unix seconds.
    pub fn now(&self) -> u64 {
        let real = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock after 1970").as_secs();
        self.state().setup.now.unwrap_or_else(real)
    }

    /// When credentials end that are given out now.
    pub fn end(&self, lifetime: i64) -> u64 {
        self.now().saturating_add_signed(lifetime)
    }

    pub fn expiration(&self, lifetime: i64) -> String {
        timestamp(self.end(lifetime))
    }

    pub fn proxy_auth(&self) -> Option<String> {
        self.state().setup.proxy_auth.clone()
    }

    pub fn container_token(&self) -> Option<String> {
        self.state().setup.container_token.clone()
    }

    pub fn clusters(&self) -> Vec<Cluster> {
        self.state().setup.clusters.clone()
    }

    /// How much of a list an answer has at most.
    pub fn page_size(&self) -> usize {
        self.state().setup.page_size.unwrap_or(100)
    }

    pub fn imds_v1(&self) -> bool {
        self.state().setup.imds_v1
    }

    pub fn remember_session(&self, key_id: &str, session: &str) {
        self.state().sessions.insert(key_id.to_owned(), session.to_owned());
    }

    pub fn session(&self, key_id: &str) -> Option<String> {
        self.state().sessions.get(key_id).cloned()
    }

    /// Keeps the line of a call. It is one line whatever was sent.
    pub fn note(&self, line: &str) {
        let line = line.replace(['\n', '\r'], "\\n");
        let mut state = self.state();
        state.transcript.push(line.clone());
        state.calls.push(line);
    }

    pub fn count_connect(&self) {
        self.state().connects += 1;
    }

    /// The calls and the number of tunnels so far.
    pub fn log(&self) -> (Vec<String>, usize) {
        let state = self.state();
        (state.calls.clone(), state.connects)
    }

    pub fn transcript(&self) -> String {
        self.state().transcript.join("\n")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics with the state")
    }
}

/// The value of a parameter.
pub fn parameter<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

/// Parameters as a call's line has them: sorted, each behind a blank.
pub fn listed(mut parameters: Vec<(String, String)>) -> String {
    parameters.sort();
    parameters.iter().map(|(name, value)| format!(" {name}={value}")).collect::<Vec<_>>().concat()
}
