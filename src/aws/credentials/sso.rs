//! IAM Identity Center, once AWS SSO: the token that `aws sso login` got is exchanged for a role's credentials.
//!
//! After botocore's `SSOProvider` and `SSOTokenProvider`. A profile either names an `sso-session`, whose token can be
//! refreshed, or has all settings itself, the legacy way: then only a person can renew the token.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use sha1::{Digest as _, Sha1};

use super::slot::{self, SsoLogin};
use super::token_cache::{Fields, Session, end_of, text};
use super::{Context, Found, Outcome, Search, check};
use crate::aws::answer::Problem;
use crate::aws::endpoint::{self, Service};
use crate::aws::ini::Section;
use crate::aws::shlex;
use crate::cache::digest::{Digest, Name};
use crate::cache::sessions::Wanted;
use crate::config::Region;
use crate::error::{Failure, configuration, excerpt};
use crate::timestamp;

/// How long before its end a token is refreshed (botocore's `SSOTokenProvider._REFRESH_WINDOW`).
const REFRESH_WINDOW: Duration = Duration::from_mins(15);

/// By these AWS says that what a session holds is no longer good
/// (<https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html>).
const SESSION_IS_OVER: [&str; 5] = [
    "ExpiredTokenException",
    "InvalidClientException",
    "InvalidGrantException",
    "InvalidRequestException",
    "UnauthorizedClientException",
];

/// The credentials of the role that the profile names.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    if !["sso_role_name", "sso_account_id"].iter().any(|key| search.profile.has(key)) {
        return Ok(Outcome::NotAsked("the profile has neither sso_account_id nor sso_role_name"));
    }
    let sso = Sso::read(search)?;
    let session = Rc::new(sso.session()?);
    // Without a login nothing tells whose a session is that the AWS CLI has kept: `aws sso logout` is to end those, too.
    let is_in_files = search.context.trail.metadata(&session.file).is_ok();
    let name = sso.name()?;
    let errand: Name<'_> = Rc::new({
        let name = name.clone();
        move || name.clone().name()
    });
    // Whose the login is stands in its token, and nowhere else.
    let by = move |token: Option<&str>| name.clone().maybe(token).name();
    let used: Rc<RefCell<Option<String>>> = Rc::default();
    let identity: Name<'_> = Rc::new({
        let (used, session, by) = (Rc::clone(&used), Rc::clone(&session), by.clone());
        move || used.borrow().clone().unwrap_or_else(|| by(session.peek().as_ref().and_then(access_token)))
    });
    Ok(Outcome::Found(Found::session(errand, identity, is_in_files, move |errand, source| {
        let found = sso.context.cache.session(&sso.wanted(errand, source, is_in_files), || {
            let (credentials, token) = sso.fetch(&session)?;
            // From here on it is this login, should there be another one by now.
            used.replace(Some(by(Some(&token))));
            Ok(credentials)
        })?;
        used.replace(Some(found.source));
        Ok(found.credentials)
    })))
}

/// It becomes a header, which holds no control characters.
fn access_token(fields: &Fields) -> Option<&str> {
    text(fields.get("accessToken")).filter(|token| !token.contains(char::is_control))
}

/// The settings of a profile and its sso-session.
struct Sso<'a> {
    context: &'a Context<'a>,
    profile: &'a str,
    /// The name of the sso-session; `None` for the legacy way.
    session: Option<&'a str>,
    start_url: &'a str,
    region: String,
    account: &'a str,
    role: &'a str,
}

impl<'a> Sso<'a> {
    fn read(search: &Search<'a>) -> Result<Self> {
        let profile = search.profile;
        let session = session_of(search)?;
        let in_session = |key| session.and_then(|(_, section)| section.get(key)).filter(|value| !value.is_empty());
        let of_either = |key| profile.get(key).or_else(|| in_session(key));
        // The token is the session's own affair (botocore's `SSOTokenProvider._load_sso_config`).
        let of_session = |key| if session.is_some() { in_session(key) } else { profile.get(key) };
        let settings = [
            ("sso_role_name", of_either("sso_role_name")),
            ("sso_account_id", of_either("sso_account_id")),
            ("sso_start_url", of_session("sso_start_url")),
            ("sso_region", of_session("sso_region")),
        ];
        let session = session.map(|(name, _)| name);
        let [(_, Some(role)), (_, Some(account)), (_, Some(start_url)), (_, Some(region))] = settings else {
            let missing = settings.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| *key);
            return Err(incomplete(search.name, session, &missing.collect::<Vec<&str>>().join(", ")).into());
        };
        let known = Region::parse(&region.to_ascii_lowercase()).map(|region| region.name);
        let region = known.ok_or_else(|| {
            let region = excerpt(region);
            configuration(format!("profile `{}`: its sso_region `{region}` is not the name of a region", search.name))
                .hint("regions are written like eu-west-1")
        })?;
        Ok(Self { context: search.context, profile: search.name, session, start_url, region, account, role })
    }

    /// Names what is asked for.
    fn name(&self) -> Result<Digest> {
        let login = self.login();
        let (kind, login) = match login {
            SsoLogin::Session(name) => ("session", name),
            SsoLogin::StartUrl(url) => ("start URL", url),
        };
        let endpoint =
            endpoint::configured(Service::Sso, self.context.profiles, self.context.selected, self.context.world)?;
        let digest = Digest::new("SSO").maybe(endpoint).input(kind).input(login);
        Ok(digest.input(&self.region).input(self.account).input(self.role))
    }

    fn login(&self) -> SsoLogin<'a> {
        self.session.map_or(SsoLogin::StartUrl(self.start_url), SsoLogin::Session)
    }

    fn wanted(&self, errand: Name<'a>, source: Name<'a>, is_in_files: bool) -> Wanted<'a> {
        Wanted {
            errand,
            source,
            slot: Some(slot::of_sso(self.account, self.role, self.login())),
            provider: Some("sso"),
            role: format!("{} in {} by SSO", excerpt(self.role), excerpt(self.account)),
            account: Some(self.account.to_owned()),
            profile: self.profile.to_owned(),
            // The login is in the file's name.
            rival: Box::new(|| None),
            is_in_files,
            trail: self.context.trail,
        }
    }

    /// Asks for the role's credentials, with a login that is good; and the token by which others know that login.
    fn fetch(&self, session: &Session<'_>) -> Result<(Credentials, String)> {
        let mut old = None;
        let fields = match self.session {
            Some(_) => session.refreshed(|fields, now| {
                old = access_token(fields).map(str::to_owned);
                self.refresh(session, fields, now)
            })?,
            None => session.as_it_is()?,
        };
        let token = access_token(&fields).ok_or_else(|| session.bad_file("has no usable accessToken"))?;
        let credentials = self.role_credentials(session, token)?;
        // Where its file could not be replaced, the old one is still there.
        let there = session.peek();
        let old = old.filter(|old| there.as_ref().and_then(access_token) == Some(old));
        Ok((credentials, old.unwrap_or_else(|| token.to_owned())))
    }

    /// The session that `aws sso login` began.
    fn session(&self) -> Result<Session<'a>> {
        let (name, login) = match self.session {
            Some(session) => (
                format!("the SSO session `{}`", excerpt(session)),
                format!("aws sso login --sso-session {}", shlex::quote(session)),
            ),
            None => (
                format!("the SSO session of profile `{}`", self.profile),
                format!("aws sso login --profile {}", shlex::quote(self.profile)),
            ),
        };
        let home = self.context.world.home().ok_or_else(|| {
            configuration(format!("{name} cannot be looked up: there is no home directory")).hint("set HOME")
        })?;
        // botocore's `SSOTokenLoader`.
        let key = Sha1::digest(self.session.unwrap_or(self.start_url));
        Ok(Session {
            context: self.context,
            name,
            login,
            file: home.join(".aws/sso/cache").join(format!("{key:x}.json")),
            end: |fields| fields.get("expiresAt"),
            window: REFRESH_WINDOW,
        })
    }

    /// A new token for the refresh token of the old one.
    fn refresh(&self, session: &Session<'_>, fields: &Fields, now: SystemTime) -> Result<Fields> {
        let refresh_token = session.need(fields, "refreshToken")?;
        let (id, secret) = (session.need(fields, "clientId")?, session.need(fields, "clientSecret")?);
        let registration_end = timestamp::parse(session.need(fields, "registrationExpiresAt")?);
        if registration_end.is_none_or(|end| end <= now) {
            return Err(session.cannot_be_refreshed("the registration of its client has expired").into());
        }
        let client = aws_sdk_ssooidc::Client::new(&self.config(Service::SsoOidc)?);
        let request = client.create_token().client_id(id).client_secret(secret);
        let request = request.grant_type("refresh_token").refresh_token(refresh_token);
        let operation = format!("CreateToken for {}", session.name);
        let answer = self.context.network.call(&operation, &[refresh_token, secret], request.send());
        let answer = answer.map_err(|problem| match problem {
            Problem::Refused(refusal) if SESSION_IS_OVER.contains(&&*refusal.code) => {
                self.context.cache.was_refused();
                session.cannot_be_refreshed(&format!("AWS answered {}", refusal.code)).into()
            }
            problem => problem.into_error(),
        })?;

        let token = answer.access_token().filter(|token| !token.is_empty());
        let end = end_of(now, answer.expires_in());
        let (token, end) = token.zip(end).with_context(|| format!("{operation}: the answer holds no token"))?;
        let mut fields = fields.clone();
        fields.insert("accessToken".to_owned(), token.into());
        fields.insert("expiresAt".to_owned(), timestamp::text(end).into());
        // Where AWS gives no other, the old one stays good (RFC 6749, section 6).
        if let Some(refresh_token) = answer.refresh_token() {
            fields.insert("refreshToken".to_owned(), refresh_token.into());
        }
        Ok(fields)
    }

    fn role_credentials(&self, session: &Session<'_>, token: &str) -> Result<Credentials> {
        let operation = format!("GetRoleCredentials of {} in {}", excerpt(self.role), excerpt(self.account));
        let client = aws_sdk_sso::Client::new(&self.config(Service::Sso)?);
        let request = client.get_role_credentials();
        let request = request.account_id(self.account).role_name(self.role).access_token(token);
        let answer = self.context.network.call(&operation, &[token], request.send());
        let answer = answer.map_err(|problem| match problem {
            Problem::Refused(refusal) if refusal.code == "UnauthorizedException" => {
                self.context.cache.was_refused();
                session.failure(format!("AWS does not accept {}: {}", session.name, refusal.message)).into()
            }
            problem => problem.into_error(),
        })?;

        let incomplete = || format!("{operation}: the answer holds no credentials");
        let given = answer.role_credentials().with_context(incomplete)?;
        let text = |value: Option<&str>| -> Result<String> {
            let value = value.filter(|value| !value.is_empty()).with_context(incomplete)?;
            check::key(value, || format!("what {operation} gave"))?;
            Ok(value.to_owned())
        };
        let milliseconds = u64::try_from(given.expiration()).ok().filter(|&milliseconds| milliseconds > 0);
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds.with_context(incomplete)?);
        let (id, secret) = (text(given.access_key_id())?, text(given.secret_access_key())?);
        Ok(Credentials::new(id, secret, Some(text(given.session_token())?), Some(end), "SSO"))
    }

    /// What a client of SSO's services is configured with. They have dual-stack hosts, and no FIPS hosts in most regions:
    /// that switch is for STS alone.
    fn config(&self, service: Service) -> Result<SdkConfig> {
        let Context { profiles, selected, network, sts, world, .. } = self.context;
        let url = endpoint::configured(service, profiles, *selected, world)?;
        let mut config = network.sdk_config(&self.region, url.as_deref())?;
        // A configured endpoint is taken as it is.
        config.set_use_dual_stack(Some(url.is_none() && sts.options().dual_stack));
        Ok(config.build())
    }
}

fn incomplete(profile: &str, session: Option<&str>, missing: &str) -> Failure {
    let hint = match session {
        Some(_) if missing.contains("sso_account_id") || missing.contains("sso_role_name") => {
            "sso_account_id and sso_role_name belong into the profile".to_owned()
        }
        Some(session) => format!("sso_start_url and sso_region belong into [sso-session {}]", excerpt(session)),
        None => "add them to the profile".to_owned(),
    };
    configuration(format!("profile `{profile}` asks for SSO, and these settings are missing: {missing}")).hint(hint)
}

/// The sso-session of a profile: its name and section. What both have must be the same in both.
fn session_of<'a>(search: &Search<'a>) -> Result<Option<(&'a str, Section<'a>)>> {
    let (name, profile) = (search.name, search.profile);
    if !profile.has("sso_session") {
        return Ok(None);
    }
    let session = profile.get("sso_session").unwrap_or_default();
    let section = search.context.profiles.sso_session(session).ok_or_else(|| {
        configuration(format!("profile `{name}`: its sso_session `{}` does not exist", excerpt(session)))
            .hint("correct sso_session, or add the section that it names to the config file")
    })?;
    let in_section = |key: &str| section.get(key).filter(|value| !value.is_empty());
    match section.keys().find(|key| profile.has(key) && profile.get(key) != in_section(key)) {
        None => Ok(Some((session, section))),
        Some(key) => {
            let session = excerpt(session);
            Err(configuration(format!("profile `{name}` and its sso-session `{session}` differ in {key}"))
                .hint("take it out of one of them")
                .into())
        }
    }
}
