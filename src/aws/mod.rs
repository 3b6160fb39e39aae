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
pub(crate) mod proxy;
pub(crate) mod role;
mod shlex;
pub(crate) mod small_file;
pub(crate) mod sts;
pub(crate) mod trust;
