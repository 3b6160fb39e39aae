//! The AWS side: files and profiles, credentials, partitions and endpoints.

pub(crate) mod arn;
pub(crate) mod credentials;
pub mod endpoint;
pub mod ini;
pub mod partition;
pub(crate) mod profiles;
mod shlex;
