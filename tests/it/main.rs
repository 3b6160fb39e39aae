//! All integration tests, in one binary: they need Rust and nothing else, not even the network.

mod argv;
mod config;

mod errors;
mod generated;
mod leaks;
mod panics;
mod protocol;
mod rules;
mod sandbox;
mod tokens;
