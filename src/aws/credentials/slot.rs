//! The names of the files in which the AWS CLI keeps sessions: the SHA-1 of the request's parameters, as Python's
//! `json.dumps` writes them.
//!
//! botocore's `AssumeRoleCredentialFetcher._create_cache_key` and `SSOCredentialFetcher._create_cache_key`. A name does
//! not hide anything and need not: what is in it stands in the AWS config.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

use super::{Search, assume_role};
use crate::aws::profiles::Profile;
use crate::aws::role::Role;
use crate::error::excerpt;

/// The file of a role's session. Only what is configured is in its name: a session name, for one, that is made up for
/// the occasion is not.
pub(super) fn of_role(role: &Role) -> String {
    let mut members = Vec::new();
    let mut add = |name: &str, value: Option<String>| members.extend(value.map(|value| format!("\"{name}\": {value}")));
    // In the order of their names.
    add("DurationSeconds", role.duration.map(|seconds| seconds.to_string()));
    add("ExternalId", role.external_id.as_deref().map(string));
    add("RoleArn", Some(string(&role.arn)));
    add("RoleSessionName", role.session_name.as_deref().map(string));
    add("SerialNumber", role.mfa_serial.as_deref().map(string));
    file(&format!("{{{}}}", members.join(", ")))
}

/// The file of a web identity's session.
pub(super) fn of_web_identity(role_arn: &str, session_name: Option<&str>) -> String {
    let session_name = session_name.map(str::to_owned);
    of_role(&Role { arn: role_arn.to_owned(), session_name, external_id: None, duration: None, mfa_serial: None })
}

/// The file of a role's credentials from SSO. `login` is the name of the session, or else the start URL.
pub(super) fn of_sso(account: &str, role: &str, login: SsoLogin<'_>) -> String {
    let (name, value) = match login {
        SsoLogin::Session(session) => ("sessionName", session),
        SsoLogin::StartUrl(url) => ("startUrl", url),
    };
    // This one without blanks.
    file(&format!(r#"{{"accountId":{},"roleName":{},"{name}":{}}}"#, string(account), string(role), string(value)))
}

/// By what SSO's login goes.
#[derive(Clone, Copy)]
pub(super) enum SsoLogin<'a> {
    Session(&'a str),
    StartUrl(&'a str),
}

/// What the name of the file leaves out: by what means the role is assumed.
#[derive(PartialEq, Eq)]
pub(super) enum Source<'a> {
    Profile(&'a str),
    /// By a `credential_source`.
    Named(&'a str),
    TokenFile(&'a str),
}

/// Another profile that goes by the same file with another source: the AWS CLI would take the session of either for both.
pub(super) fn rival(search: &Search<'_>, role_arn: &str, slot: &str, source: &Source<'_>) -> Option<String> {
    let profiles = search.context.profiles;
    let is_rival = |name: &str| {
        let claim = profiles.get(name).and_then(claim);
        name != search.name && claim.is_some_and(|(its_slot, its_source)| its_slot == slot && its_source != *source)
    };
    let rival = profiles.having("role_arn", role_arn).find(|name| is_rival(name))?;
    Some(format!("profile `{}` has that role by other means", excerpt(&rival)))
}

/// The file by which a profile with a role goes, and its source.
fn claim(profile: Profile<'_>) -> Option<(String, Source<'_>)> {
    let role = assume_role::parameters(profile);
    if let Some(file) = profile.get("web_identity_token_file") {
        return Some((of_web_identity(&role.arn, role.session_name.as_deref()), Source::TokenFile(file)));
    }
    let source = match profile.get("source_profile") {
        Some(name) => Source::Profile(name),
        None => Source::Named(profile.get("credential_source")?),
    };
    Some((of_role(&role), source))
}

fn file(text: &str) -> String {
    format!("{:x}.json", Sha1::digest(text))
}

/// A string as Python writes it: ASCII, with everything else in UTF-16's code units.
fn string(text: &str) -> String {
    let mut json = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            ' '..='~' => json.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen on disk, left there by AWS CLI v2 and botocore.
    #[test]
    fn names_that_the_aws_cli_gave() {
        let role = |name: &str| Role {
            arn: format!("arn:aws:iam::123456789012:role/{name}"),
            session_name: None,
            external_id: None,
            duration: None,
            mfa_serial: None,
        };
        assert_eq!(of_role(&role("A")), "2807bfcd7c5bd8aa285ad333d88b7686b1fa34f9.json");
        assert_eq!(of_role(&role("B")), "9deccde993e123b98dabbcb64c6975ed09162c9e.json");
        let full = Role {
            session_name: Some("SN".to_owned()),
            external_id: Some("EX".to_owned()),
            duration: Some(3600),
            mfa_serial: Some("arn:aws:iam::1:mfa/ü".to_owned()),
            ..role("A")
        };
        assert_eq!(of_role(&full), "56705255c9366ff28fe52844f45444ec98db74c6.json");
        let sso = |login| of_sso("111122223333", "Admin", login);
        assert_eq!(sso(SsoLogin::Session("my")), "4d09414be2cca3aaa683315b677763c4504def01.json");
        let url = SsoLogin::StartUrl("https://d-abc.awsapps.com/start");
        assert_eq!(sso(url), "e4036aeca759d8f3e4127e00fb05a5513fb88f99.json");
    }
}
