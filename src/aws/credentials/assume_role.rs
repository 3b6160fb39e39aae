//! Roles to assume: `role_arn` of a profile, with all the roles below it, and `--role-arn`.
//!
//! After botocore's `AssumeRoleProvider`. A chain is walked down to the credentials that begin it before the first
//! request, so that a mistake anywhere in it costs no network.

use std::rc::Rc;

use anyhow::Result;
use aws_credential_types::Credentials;

use super::slot::{self, Source};
use super::{
    Context, Found, Nothing, OF_A_PROFILE, Outcome, Search, ask, check, container, environment, instance_metadata,
};
use crate::aws::answer::Problem;
use crate::aws::profiles::Profile;
use crate::aws::role::{Role, account_of, is_session_name};
use crate::cache::digest::{Digest, Name};
use crate::cache::sessions::Wanted;
use crate::config::FlaggedRole;
use crate::error::{configuration, excerpt};

/// The role of the profile: `role_arn` without a web identity token file.
pub(super) fn of_profile<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    if !has_role(search.profile) {
        return Ok(Outcome::NotAsked("the profile has no role_arn, or has it for a web identity"));
    }
    let (hops, mut found) = walk_down(*search)?;
    for hop in hops.into_iter().rev() {
        found = session_of(hop, found)?;
    }
    Ok(Outcome::Found(found))
}

/// The session of a hop's role, assumed with the credentials of whatever is below it.
fn session_of<'a>(hop: Hop<'a>, caller: Found<'a>) -> Result<Found<'a>> {
    let context = hop.search.context;
    let digest = name_of(context, &hop.role)?;
    let (errand, identity) = names(&digest, &caller);
    let is_in_files = caller.is_in_files;
    Ok(Found::session(errand, identity, is_in_files, move |errand, source| {
        let Hop { search, role, source: below } = hop;
        let slot = slot::of_role(&role);
        let wanted = Wanted {
            errand,
            source,
            slot: Some(slot.clone()),
            provider: None,
            role: role.arn.clone(),
            account: account_of(&role.arn),
            profile: search.name.to_owned(),
            rival: Box::new(|| slot::rival(&search, &role.arn, &slot, &below)),
            is_in_files,
            trail: context.trail,
        };
        let session = context.cache.session(&wanted, || {
            context.sts.check()?;
            assume(context, caller.get()?, &role, &format!("profile `{}`", search.name), search.name)
        });
        Ok(session?.credentials)
    }))
}

/// The role of `--role-arn`, assumed with the credentials that were found.
pub(super) fn of_flag<'a>(context: &'a Context<'a>, caller: Found<'a>, flagged: &'a FlaggedRole) -> Result<Found<'a>> {
    let FlaggedRole { role, forward_session_name } = flagged;
    // Whoever the caller is, the name that is forwarded is its own.
    let digest = name_of(context, role)?.input(forward_session_name.to_string());
    let (errand, identity) = names(&digest, &caller);
    Ok(Found::session(errand, identity, false, move |errand, source| {
        let wanted = Wanted {
            errand,
            source,
            // The AWS CLI keeps no session of `--role-arn`.
            slot: None,
            provider: None,
            role: role.arn.clone(),
            account: account_of(&role.arn),
            profile: String::new(),
            rival: Box::new(|| None),
            is_in_files: false,
            trail: context.trail,
        };
        let session = context.cache.session(&wanted, || {
            context.sts.check()?;
            let caller = caller.get()?;
            let mut role = role.clone();
            if *forward_session_name {
                forward(context, &caller, &mut role)?;
            }
            assume(context, caller, &role, "--role-arn", "")
        });
        Ok(session?.credentials)
    }))
}

/// Gives the role's session the caller's own session name, where that has one.
fn forward(context: &Context<'_>, caller: &Credentials, role: &mut Role) -> Result<()> {
    let Some(name) = context.sts.session_name_of(caller.clone()).map_err(Problem::into_error)? else { return Ok(()) };
    if !is_session_name(&name) {
        return Err(configuration(format!("the session name `{}` cannot be forwarded", excerpt(&name)))
            .hint("give one with --session-name")
            .into());
    }
    context.world.debug(|| format!("forwarding the session name {name}"));
    role.session_name = Some(name);
    Ok(())
}

/// What of a role makes a difference to its session.
fn name_of(context: &Context<'_>, role: &Role) -> Result<Digest> {
    // No `..`: a parameter that nobody thinks of must not compile.
    let Role { arn, session_name, external_id, duration, mfa_serial } = role;
    let digest = Digest::new("role").input(context.sts.endpoint_name()?).input(arn);
    let digest = digest.maybe(session_name.as_ref()).maybe(external_id.as_ref());
    Ok(digest.maybe(duration.map(|seconds| seconds.to_string())).maybe(mfa_serial.as_ref()))
}

/// The names of an errand to a role, and of its session: whose they are depends on the caller's.
fn names<'a>(role: &Digest, caller: &Found<'a>) -> (Name<'a>, Name<'a>) {
    let name = |callers: &Name<'a>| -> Name<'a> {
        let (role, callers) = (role.clone(), Rc::clone(callers));
        Rc::new(move || role.clone().input(callers()).name())
    };
    (name(&caller.errand), name(&caller.identity))
}

/// How many roles may stand on each other. Each is a request, and all of them together have 20 seconds.
const MAX_HOPS: usize = 100;

/// A role, the profile that asks for it, and by what means.
struct Hop<'a> {
    search: Search<'a>,
    role: Role,
    source: Source<'a>,
}

/// The roles to assume, the last one first, and the credentials to begin with.
fn walk_down<'a>(start: Search<'a>) -> Result<(Vec<Hop<'a>>, Found<'a>)> {
    let context = start.context;
    let mut at = start;
    let mut hops: Vec<Hop<'a>> = Vec::new();
    loop {
        let role = role_of(&at)?;
        let parent = at.name;
        let (name, profile) = match source_of(&at)? {
            RoleSource::CredentialSource(source, name) => {
                hops.push(Hop { search: at, role, source: Source::Named(name) });
                return Ok((hops, named(&at, source)?));
            }
            RoleSource::Profile(name) => {
                hops.push(Hop { search: at, role, source: Source::Profile(name) });
                let profile = context.profiles.get(name).ok_or_else(|| {
                    configuration(format!("profile `{parent}`: its source_profile `{}` does not exist", excerpt(name)))
                        .hint("correct source_profile")
                })?;
                (name, profile)
            }
        };
        // Only itself, for its own keys, may be named twice.
        if hops.iter().any(|hop| hop.search.name == name) && (name != parent || !has_keys(profile)) {
            let mut path: Vec<&str> = hops.iter().map(|hop| hop.search.name).collect();
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
                (Some((_, found)), _) => Ok((hops, found)),
                (None, account) => Err(configuration(format!(
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

/// A profile's role, as it is written.
pub(super) fn parameters(profile: Profile<'_>) -> Role {
    let text = |key| profile.get(key).map(str::to_owned);
    Role {
        arn: text("role_arn").unwrap_or_default(),
        session_name: text("role_session_name"),
        external_id: text("external_id"),
        // What is no number is ignored, as the AWS CLI does.
        duration: profile.get("duration_seconds").and_then(|text| text.trim().parse().ok()),
        mfa_serial: text("mfa_serial"),
    }
}

fn role_of(search: &Search<'_>) -> Result<Role> {
    let role = parameters(search.profile);
    if role.duration.is_none() && search.profile.get("duration_seconds").is_some() {
        search.context.world.debug(|| format!("duration_seconds of profile {} is no number: ignored", search.name));
    }
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
    /// With the setting's own word.
    CredentialSource(CredentialSource, &'a str),
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
        (None, Some(word @ "Environment")) => Ok(RoleSource::CredentialSource(CredentialSource::Environment, word)),
        (None, Some(word @ "EcsContainer")) => Ok(RoleSource::CredentialSource(CredentialSource::EcsContainer, word)),
        (None, Some(word @ "Ec2InstanceMetadata")) => {
            Ok(RoleSource::CredentialSource(CredentialSource::Ec2InstanceMetadata, word))
        }
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

fn named<'a>(search: &Search<'a>, source: CredentialSource) -> Result<Found<'a>> {
    let search = *search;
    let nothing = move |why: String| {
        configuration(format!("profile `{}`: its credential_source has no credentials: {why}", search.name))
            .hint("correct credential_source, or what it names")
    };
    let outcome = match source {
        CredentialSource::Environment => environment::read(search.context.world),
        CredentialSource::EcsContainer => container::keys(&search),
        CredentialSource::Ec2InstanceMetadata => instance_metadata::keys(&search),
    };
    match outcome? {
        Outcome::Found(found) => Ok(found.then(move |credentials| {
            let credentials = credentials.map_err(|error| match error.downcast::<Nothing>() {
                Ok(Nothing(why)) => nothing(why).into(),
                Err(error) => error,
            })?;
            check::alive(&credentials, "the credential_source", search.context.world)?;
            Ok(credentials)
        })),
        Outcome::Nothing(why) => Err(nothing(why).into()),
        Outcome::NotAsked(why) => Err(nothing(why.to_owned()).into()),
    }
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
