//! All integration tests, in one binary: they need Rust and nothing else, not even the network.

#![allow(clippy::disallowed_methods, clippy::expect_used, reason = "a test may look at its own process, and may panic")]

mod api_server;
mod argv;
mod binary;
#[cfg(unix)]
mod cache;
#[cfg(unix)]
mod cache_changes;
#[cfg(unix)]
mod cache_command;
#[cfg(unix)]
mod cache_damage;
#[cfg(unix)]
mod cache_foreign;
#[cfg(unix)]
mod cache_identity;
#[cfg(unix)]
mod cache_key;
#[cfg(unix)]
mod cache_limits;
#[cfg(unix)]
mod cache_profiles;
#[cfg(unix)]
mod cache_scene;
mod case;
mod chain_rows;
mod config;
mod convert;
mod convert_bytes;
mod credentials;
#[cfg(unix)]
mod doctor;
mod errors;
mod generated;
mod inspect;
mod kubeconfig_edits;
mod kubeconfig_exec;
mod kubeconfig_properties;
#[cfg(unix)]
mod kubeconfig_store;
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
#[cfg(unix)]
mod update_flags;
#[cfg(unix)]
mod update_kubeconfig;
#[cfg(unix)]
mod update_refusals;
#[cfg(unix)]
mod update_scene;
