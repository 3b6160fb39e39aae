//! The AWS side: files and profiles, credentials, partitions and endpoints, and the requests to AWS.

pub(crate) mod answer;
pub(crate) mod arn;
mod connector;
pub(crate) mod credentials;
pub(crate) mod eks;
pub mod endpoint;
pub mod ini;
pub(crate) mod network;
pub mod partition;
pub(crate) mod profiles;
mod proxy;
pub(crate) mod role;
mod shlex;
mod small_file;
pub(crate) mod sts;
mod trust;
