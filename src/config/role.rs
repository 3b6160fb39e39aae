//! `--role-arn` and the flags that go with it.

use anyhow::Result;

use crate::aws::role::Role;
use crate::cli;
use crate::error::usage;
use crate::world::World;

/// The session name of `--role-arn` where none is given: what `aws eks get-token` sends, so that mappings and trust
/// policies which know it go on working (awscli's `customizations/eks/get_token.py`).
pub(super) const SESSION_NAME: &str = "EKSGetTokenAuth";

/// A role to assume with the credentials that were found.
#[derive(Debug, PartialEq, Eq)]
pub struct FlaggedRole {
    pub role: Role,
    /// Whether the caller's own session name takes the place of the role's, where the caller has one.
    pub forward_session_name: bool,
}

/// What the flags ask for.
pub(super) fn resolve(flags: &cli::Role, world: &World) -> Result<Option<FlaggedRole>> {
    let cli::Role { role_arn, external_id, session_name, forward_session_name, duration, mfa_serial, mfa_code } = flags;
    if let Some(code) = mfa_code
        && !is_mfa_code(code)
    {
        return Err(usage("--mfa-code is not a code of 6 digits").hint("give what the MFA device shows").into());
    }
    let Some(arn) = role_arn else {
        let alone = match (duration, mfa_serial) {
            (Some(_), _) => Some("--duration"),
            (None, Some(_)) => Some("--mfa-serial"),
            (None, None) => None,
        };
        if let Some(flag) = alone {
            return Err(usage(format!("{flag} is given without --role-arn"))
                .hint("give the role, or put the setting into the profile")
                .into());
        }
        // aws-iam-authenticator ignores these, and the AWS CLI its --session-name.
        if external_id.is_some() || session_name.is_some() || forward_session_name.is_some() {
            world.debug(|| "flags about a role have no effect without --role-arn".to_owned());
        }
        return Ok(None);
    };
    if session_name.is_some() && forward_session_name.is_some() {
        return Err(usage("both --session-name and --forward-session-name are given").hint("give one of them").into());
    }
    let role = Role {
        arn: arn.clone(),
        session_name: session_name.clone().or_else(|| Some(SESSION_NAME.to_owned())),
        external_id: external_id.clone(),
        duration: *duration,
        mfa_serial: mfa_serial.clone(),
    };
    match role.invalid_parameter() {
        None => Ok(Some(FlaggedRole { role, forward_session_name: forward_session_name.is_some() })),
        Some(invalid) => {
            Err(usage(format!("{} `{}` is invalid", invalid.parameter.flag(), invalid.value)).hint(invalid.rule).into())
        }
    }
}

/// Whether `text` is a code that an MFA device shows.
#[must_use]
pub fn is_mfa_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}
