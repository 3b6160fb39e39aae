//! Sources of credentials that this version knows of and cannot use.
//!
//! Each stands at its place in the order, so that a profile which asks for one is refused with its name, and never
//! answered with whatever other keys lie about. A key that is there and empty asks, too: the AWS CLI fails on it.

use anyhow::Result;

use super::{Outcome, Search};
use crate::error::{Failure, configuration};
use crate::world::{
    AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_ROLE_ARN,
    AWS_WEB_IDENTITY_TOKEN_FILE,
};

/// A role in the profile: `role_arn` without a web identity token file.
pub(super) fn assume_role(search: &Search<'_>) -> Result<Outcome> {
    let asked = search.profile.has("role_arn") && search.profile.get("web_identity_token_file").is_none();
    refuse_where(asked, || of_profile(search, "an assumed role (role_arn)"))
}

/// A web identity, from the environment (EKS's IAM roles for service accounts) or the profile.
pub(super) fn web_identity(search: &Search<'_>) -> Result<Outcome> {
    let from_environment = |variable| match search.choice.is_from_flag() {
        true => Ok(None),
        false => search.world.text(variable),
    };
    if from_environment(AWS_WEB_IDENTITY_TOKEN_FILE)?.is_some() {
        if from_environment(AWS_ROLE_ARN)?.is_none() && search.profile.get("role_arn").is_none() {
            return Err(configuration("AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not")
                .hint("set both, or neither")
                .into());
        }
        return Err(not_supported("the environment asks for a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)").into());
    }
    let asked = search.profile.get("web_identity_token_file").is_some();
    refuse_where(asked, || of_profile(search, "a web identity (web_identity_token_file)"))
}

/// AWS IAM Identity Center: `sso_role_name` or `sso_account_id`; other `sso_` keys alone do not ask for it.
pub(super) fn sso(search: &Search<'_>) -> Result<Outcome> {
    let asked = ["sso_role_name", "sso_account_id"].iter().any(|key| search.profile.has(key));
    refuse_where(asked, || of_profile(search, "SSO (sso_account_id, sso_role_name)"))
}

/// `aws login`.
pub(super) fn login(search: &Search<'_>) -> Result<Outcome> {
    refuse_where(search.profile.get("login_session").is_some(), || of_profile(search, "aws login (login_session)"))
}

/// An external process.
pub(super) fn process(search: &Search<'_>) -> Result<Outcome> {
    let asked = search.profile.has("credential_process");
    refuse_where(asked, || of_profile(search, "a process (credential_process)"))
}

/// A container's credentials endpoint: ECS, EKS Pod Identity.
pub(super) fn container(search: &Search<'_>) -> Result<Outcome> {
    for variable in [AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI] {
        if search.world.text(variable)?.is_some() {
            let what = format!("the environment asks for container credentials ({})", variable.name);
            return Err(not_supported(&what).into());
        }
    }
    Ok(Outcome::Nothing("container: no AWS_CONTAINER_CREDENTIALS_*_URI is set".to_owned()))
}

/// EC2 instance metadata: where the AWS CLI would look last.
#[expect(clippy::unnecessary_wraps, reason = "a source, called as all sources are")]
pub(super) fn instance_metadata(_: &Search<'_>) -> Result<Outcome> {
    Ok(Outcome::Nothing("instance metadata: not supported by this version".to_owned()))
}

fn refuse_where(asked: bool, what: impl FnOnce() -> String) -> Result<Outcome> {
    if asked { Err(not_supported(&what()).into()) } else { Ok(Outcome::NotAsked) }
}

fn of_profile(search: &Search<'_>, what: &str) -> String {
    format!("profile `{}` gets its credentials from {what}", search.choice.name)
}

/// The refusal, for flags too: `what` asks for a source that this version lacks.
pub(crate) fn not_supported(what: &str) -> Failure {
    configuration(format!("{what}, which this version of ekscred does not support")).hint(
        "use a profile or environment variables that hold access keys, or keep `aws` as the command for this user",
    )
}
