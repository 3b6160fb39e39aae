//! Roles to assume: `role_arn` of a profile, with all the roles below it, and `--role-arn`.
//!
//! After botocore's `AssumeRoleProvider`. A chain is walked down to the credentials that begin it before the first
//! request, so that a mistake anywhere in it costs no network.

use anyhow::Result;
use aws_credential_types::Credentials;

use super::{Context, OF_A_PROFILE, Outcome, Search, ask, check, container, environment, instance_metadata};
use crate::aws::answer::Problem;
use crate::aws::profiles::Profile;
use crate::aws::role::{Role, is_session_name};
use crate::config::FlaggedRole;
use crate::error::{configuration, excerpt};

/// The role of the profile: `role_arn` without a web identity token file.
pub(super) fn of_profile(search: &Search<'_>) -> Result<Outcome> {
    if !has_role(search.profile) {
        return Ok(Outcome::NotAsked("the profile has no role_arn, or has it for a web identity"));
    }
    search.context.sts.check()?;
    let (hops, mut credentials) = walk_down(*search)?;
    for Hop { profile, role } in hops.iter().rev() {
        credentials = assume(search.context, credentials, role, &format!("profile `{profile}`"), profile)?;
    }
    Ok(Outcome::Found(credentials))
}

/// The role of `--role-arn`, assumed with the credentials that were found.
pub(super) fn of_flag(context: &Context<'_>, caller: Credentials, flagged: &FlaggedRole) -> Result<Credentials> {
    let mut role = flagged.role.clone();
    if flagged.forward_session_name
        && let Some(name) = context.sts.session_name_of(caller.clone()).map_err(Problem::into_error)?
    {
        if !is_session_name(&name) {
            return Err(configuration(format!("the session name `{}` cannot be forwarded", excerpt(&name)))
                .hint("give one with --session-name")
                .into());
        }
        context.world.debug(|| format!("forwarding the session name {name}"));
        role.session_name = Some(name);
    }
    assume(context, caller, &role, "--role-arn", "")
}

/// How many roles may stand on each other. Each is a request, and all of them together have 20 seconds.
const MAX_HOPS: usize = 100;

/// A role, and the profile that asks for it.
struct Hop<'a> {
    profile: &'a str,
    role: Role,
}

/// The roles to assume, the last one first, and the credentials to begin with.
fn walk_down<'a>(start: Search<'a>) -> Result<(Vec<Hop<'a>>, Credentials)> {
    let context = start.context;
    let mut at = start;
    let mut hops: Vec<Hop<'a>> = Vec::new();
    loop {
        hops.push(Hop { profile: at.name, role: role_of(&at)? });
        let parent = at.name;
        let (name, profile) = match source_of(&at)? {
            RoleSource::CredentialSource(source) => return Ok((hops, named(&at, source)?)),
            RoleSource::Profile(name) => {
                let profile = context.profiles.get(name).ok_or_else(|| {
                    configuration(format!("profile `{parent}`: its source_profile `{}` does not exist", excerpt(name)))
                        .hint("correct source_profile")
                })?;
                (name, profile)
            }
        };
        // Only itself, for its own keys, may be named twice.
        if hops.iter().any(|hop| hop.profile == name) && (name != parent || !has_keys(profile)) {
            let mut path: Vec<&str> = hops.iter().map(|hop| hop.profile).collect();
            path.push(name);
            return Err(configuration(format!("the source_profile settings form a loop: {}", path.join(" -> ")))
                .hint("let one of these profiles have credentials of its own")
                .into());
        }
        if hops.len() == MAX_HOPS {
            return Err(configuration(format!(
                "profile `{}`: more than {MAX_HOPS} roles stand on each other",
                start.name
            ))
            .hint("shorten the chain of source_profile settings")
            .into());
        }
        at = Search { name, profile, environment: false, ..at };
        if has_keys(profile) || !has_role(profile) {
            return match ask(&[OF_A_PROFILE], &at)? {
                Ok(credentials) => Ok((hops, credentials)),
                Err(account) => Err(configuration(format!(
                    "profile `{parent}`: its source_profile `{name}` has no credentials: {}",
                    account.join("; ")
                ))
                .hint("correct source_profile")
                .into()),
            };
        }
    }
}

fn has_role(profile: Profile<'_>) -> bool {
    profile.has("role_arn") && profile.get("web_identity_token_file").is_none()
}

/// One half of a pair is enough to say that keys are meant.
fn has_keys(profile: Profile<'_>) -> bool {
    profile.has("aws_access_key_id") || profile.has("aws_secret_access_key")
}

fn role_of(search: &Search<'_>) -> Result<Role> {
    let text = |key| search.profile.get(key).map(str::to_owned);
    let duration = search.profile.get("duration_seconds").and_then(|text| match text.trim().parse() {
        Ok(seconds) => Some(seconds),
        Err(_) => {
            // As the AWS CLI does.
            search.context.world.debug(|| format!("duration_seconds of profile {} is no number: ignored", search.name));
            None
        }
    });
    let role = Role {
        arn: text("role_arn").unwrap_or_default(),
        session_name: text("role_session_name"),
        external_id: text("external_id"),
        duration,
        mfa_serial: text("mfa_serial"),
    };
    match role.invalid_parameter() {
        None => Ok(role),
        Some(invalid) => {
            let (key, value) = (invalid.parameter.key(), excerpt(&invalid.value));
            let message = format!("profile `{}`: {key} `{value}` is invalid", search.name);
            Err(configuration(message).hint(invalid.rule).into())
        }
    }
}

/// Where the credentials come from that a role is assumed with.
enum RoleSource<'a> {
    Profile(&'a str),
    CredentialSource(CredentialSource),
}

/// The values of `credential_source`, exactly as they are written.
#[derive(Clone, Copy)]
enum CredentialSource {
    Environment,
    EcsContainer,
    Ec2InstanceMetadata,
}

fn source_of<'a>(search: &Search<'a>) -> Result<RoleSource<'a>> {
    let complain =
        |what: String, hint| Err(configuration(format!("profile `{}` {what}", search.name)).hint(hint).into());
    match (search.profile.get("source_profile"), search.profile.get("credential_source")) {
        (Some(name), None) => Ok(RoleSource::Profile(name)),
        (None, Some("Environment")) => Ok(RoleSource::CredentialSource(CredentialSource::Environment)),
        (None, Some("EcsContainer")) => Ok(RoleSource::CredentialSource(CredentialSource::EcsContainer)),
        (None, Some("Ec2InstanceMetadata")) => Ok(RoleSource::CredentialSource(CredentialSource::Ec2InstanceMetadata)),
        (None, Some(other)) => complain(
            format!("has the unknown credential_source `{}`", excerpt(other)),
            "Environment, EcsContainer or Ec2InstanceMetadata is meant",
        ),
        (Some(_), Some(_)) => complain("has both source_profile and credential_source".to_owned(), "keep one of them"),
        (None, None) => complain(
            "has role_arn, but neither source_profile nor credential_source".to_owned(),
            "say with one of them which credentials assume the role",
        ),
    }
}

fn named(search: &Search<'_>, source: CredentialSource) -> Result<Credentials> {
    let outcome = match source {
        CredentialSource::Environment => environment::read(search.context.world),
        CredentialSource::EcsContainer => container::keys(search),
        CredentialSource::Ec2InstanceMetadata => instance_metadata::keys(search),
    };
    let why = match outcome? {
        Outcome::Found(credentials) => {
            check::alive(&credentials, "the credential_source", search.context.world)?;
            return Ok(credentials);
        }
        Outcome::Nothing(why) => why,
        Outcome::NotAsked(why) => why.to_owned(),
    };
    Err(configuration(format!("profile `{}`: its credential_source has no credentials: {why}", search.name))
        .hint("correct credential_source, or what it names")
        .into())
}

/// Assumes `role`, with a code of its MFA device where it has one. `place` says in messages what asks for the role;
/// `profile` is empty where that is no profile.
fn assume(context: &Context<'_>, caller: Credentials, role: &Role, place: &str, profile: &str) -> Result<Credentials> {
    let Some(serial) = &role.mfa_serial else {
        return context.sts.assume_role(caller, role, None).map_err(Problem::into_error);
    };
    let mut questions = context.mfa.questions(serial, place, profile);
    loop {
        let code = questions.next_code()?;
        match context.sts.assume_role(caller.clone(), role, Some(&code)) {
            Ok(credentials) => return Ok(credentials),
            Err(Problem::Refused(refusal)) if questions.may_ask_again(&refusal) => {}
            Err(Problem::Refused(refusal)) if refusal.is_about_the_code() => {
                return Err(refusal.into_failure().hint("wait for the device's next code: each serves once").into());
            }
            Err(problem) => return Err(problem.into_error()),
        }
    }
}
