//! All integration tests, in one binary: they need Rust and nothing else, not even the network.

#![allow(clippy::disallowed_methods, clippy::expect_used, reason = "a test may look at its own process, and may panic")]

mod argv;
mod binary;
mod case;
mod chain_rows;
mod config;
mod credentials;
mod errors;
mod generated;
mod leaks;
#[path = "../loopback/mod.rs"]
mod loopback;
mod network;
mod panics;
mod protocol;
mod rules;
mod sandbox;
mod secrets;
mod tokens;
