//! One file a command, each of them thin.

pub(crate) mod cache;
pub(crate) mod completions;
pub(crate) mod get_token;
pub(crate) mod version;
