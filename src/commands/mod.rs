//! One file a command, each of them thin.

pub(crate) mod cache;
pub(crate) mod completions;
pub(crate) mod convert_kubeconfig;
pub(crate) mod doctor;
pub(crate) mod get_token;
pub(crate) mod inspect;
pub(crate) mod update_kubeconfig;
pub(crate) mod version;
