//! The tests' loopback AWS for other programs: the suites of `e2e/`, and its recordings of what the AWS CLI does.
//!
//! One JSON line in, one out. `{"start": {...}, "now": seconds or null}` gives `{"aws": URL, "proxy": URL, "ca": path}`;
//! `{"report": true}` what it was asked so far; `{"stop": true}` the same, and ends what was started. The program ends
//! with its standard input.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    dead_code,
    reason = "a tool of the tests', with the tests' module"
)]

use std::io::BufRead as _;

use serde_json::{Value, json};

#[path = "../tests/loopback/mod.rs"]
mod loopback;

use loopback::{Loopback, Setup};

fn main() {
    let mut running: Option<Loopback> = None;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let answer = match (request.get("start"), &running) {
            (Some(settings), _) => {
                let setup = Setup { now: request["now"].as_u64(), ..Setup::from_json(settings) };
                let started = Loopback::start(setup);
                let places = json!({"aws": started.aws(), "proxy": started.proxy(), "ca": started.ca()});
                running = Some(started);
                places
            }
            (None, Some(started)) => json!(started.report()),
            (None, None) => panic!("no loopback AWS has been started"),
        };
        if request.get("stop").is_some() {
            running = None;
        }
        println!("{answer}");
    }
}
