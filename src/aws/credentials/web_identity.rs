//! Web identities: a token in a file is exchanged for a role's credentials. EKS's IAM roles for service accounts, and
//! whatever else speaks OIDC.
//!
//! Each of the three settings comes from its variable, else from the profile (botocore's
//! `AssumeRoleWithWebIdentityProvider`).

use std::path::Path;
use std::rc::Rc;

use anyhow::Result;

use super::slot::{self, Source};
use super::{Found, Outcome, Search};
use crate::aws::answer::Problem;
use crate::aws::role::{account_of, is_role_arn, is_session_name};
use crate::aws::small_file::{self, shown};
use crate::cache::digest::{Digest, Name};
use crate::cache::sessions::Wanted;
use crate::error::{configuration, excerpt};
use crate::world::{AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, AWS_WEB_IDENTITY_TOKEN_FILE, Variable};

/// The longest token that STS takes
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>).
const MAX_TOKEN_BYTES: u64 = 20_000;

/// The credentials of the role that the token's bearer may assume.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    let context = search.context;
    let Some((file, origin)) = setting(search, AWS_WEB_IDENTITY_TOKEN_FILE, "web_identity_token_file")? else {
        return Ok(Outcome::NotAsked("neither AWS_WEB_IDENTITY_TOKEN_FILE nor web_identity_token_file is set"));
    };
    let Some((role_arn, role_origin)) = setting(search, AWS_ROLE_ARN, "role_arn")? else {
        return Err(configuration(format!("{origin} is set, but no role"))
            .hint("set AWS_ROLE_ARN, or role_arn in the profile; or neither")
            .into());
    };
    if !is_role_arn(&role_arn) {
        return Err(configuration(format!("{role_origin} `{}` is not the ARN of a role", excerpt(&role_arn)))
            .hint("such an ARN reads arn:aws:iam::ACCOUNT:role/NAME")
            .into());
    }
    let name = setting(search, AWS_ROLE_SESSION_NAME, "role_session_name")?;
    if let Some((name, origin)) = name.as_ref().filter(|(name, _)| !is_session_name(name)) {
        return Err(configuration(format!("{origin} `{}` is not a session name", excerpt(name)))
            .hint("2 to 64 letters, digits and characters of _+=,.@-")
            .into());
    }
    let _ = context.trail.metadata(Path::new(&file));
    let token = read(Path::new(&file), &origin)?;
    let session_name = name.map(|(name, _)| name);
    // Whose the token is stands in itself.
    let name = Digest::new("web identity").input(context.sts.endpoint_name()?).input(&role_arn);
    let name = name.maybe(session_name.as_ref()).input(&token).name();
    let name: Name<'_> = Rc::new(move || name.clone());
    let is_in_files = search.profile.get("web_identity_token_file") == Some(&file);
    let search = *search;
    Ok(Outcome::Found(Found::session(Rc::clone(&name), name, is_in_files, move |errand, source| {
        let slot = slot::of_web_identity(&role_arn, session_name.as_deref());
        let wanted = Wanted {
            errand,
            source,
            slot: Some(slot.clone()),
            provider: None,
            account: account_of(&role_arn),
            role: role_arn.clone(),
            profile: search.name.to_owned(),
            rival: Box::new(|| slot::rival(&search, &role_arn, &slot, &Source::TokenFile(&file))),
            is_in_files,
            trail: context.trail,
        };
        let session = context.cache.session(&wanted, || {
            context.sts.check()?;
            let session = context.sts.assume_role_with_web_identity(&role_arn, session_name.as_deref(), &token);
            session.map_err(Problem::into_error)
        });
        Ok(session?.credentials)
    })))
}

/// The value of a setting, and what it is called where it stands.
fn setting(search: &Search<'_>, variable: Variable, key: &str) -> Result<Option<(String, String)>> {
    if search.environment
        && let Some(value) = search.context.world.text(variable)?
    {
        return Ok(Some((value, variable.name.to_owned())));
    }
    let value = search.profile.get(key);
    Ok(value.map(|value| (value.to_owned(), format!("{key} of profile `{}`", search.name))))
}

fn read(path: &Path, origin: &str) -> Result<String> {
    small_file::read_trimmed(path, MAX_TOKEN_BYTES).map_err(|error| {
        configuration(format!("cannot read the web identity token {} ({origin}): {error}", shown(path)))
            .hint("check the path, and what writes the token there")
            .into()
    })
}
