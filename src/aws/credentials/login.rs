//! `aws login`: credentials of a console session, which AWS Sign-In refreshes for whoever holds the session's private
//! key.
//!
//! After botocore's `LoginProvider`. The key never leaves the machine: each request carries a proof of possession,
//! signed with it (`DPoP`, <https://www.rfc-editor.org/rfc/rfc9449>).

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use aws_credential_types::Credentials;
use aws_sdk_signin::Client;
use aws_sdk_signin::operation::create_o_auth2_token::CreateOAuth2TokenError;
use aws_sdk_signin::types::{CreateOAuth2TokenRequestBody, CreateOAuth2TokenResponseBody};
use aws_sdk_sts::error::SdkError;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::token_cache::{Fields, Session, end_of, text};
use super::{Context, Found, Outcome, Search, check};
use crate::aws::answer::Problem;
use crate::aws::endpoint::{self, GLOBAL_SIGNING_REGION, Service};
use crate::aws::profiles::expand;
use crate::aws::shlex;
use crate::cache::digest::Digest;
use crate::error::configuration;
use crate::replace::unique;
use crate::timestamp;
use crate::world::{AWS_LOGIN_CACHE_DIRECTORY, World};

/// How long before their end the credentials are refreshed (botocore's `LoginCredentialFetcher._REFRESH_THRESHOLD`).
const REFRESH_WINDOW: Duration = Duration::from_mins(5);

/// By these AWS says that only a person can renew the session.
const SESSION_IS_OVER: [&str; 5] =
    ["AUTHCODE_EXPIRED", "INVALID_REQUEST", "TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED", "invalid_grant"];

/// The credentials of the profile's console session.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    let Some(login_session) = search.profile.get("login_session") else {
        return Ok(Outcome::NotAsked("the profile has no login_session"));
    };
    let session = Session {
        context: search.context,
        name: format!("the login session of profile `{}`", search.name),
        login: match search.name {
            "default" => "aws login".to_owned(),
            name => format!("aws login --profile {}", shlex::quote(name)),
        },
        file: directory(search.context.world)?.join(format!("{:x}.json", Sha256::digest(login_session.trim()))),
        end: |fields| fields.get("accessToken")?.get("expiresAt"),
        window: REFRESH_WINDOW,
    };
    let _ = search.context.trail.metadata(&session.file);
    // The session's name is the ARN of whose it is.
    let name = move || Digest::new("aws login").input(login_session.trim());
    let found = Found::new(name, move || {
        let fields = session.refreshed(|fields, now| refresh(&session, fields, now))?;
        credentials(&session, &fields)
    });
    Ok(Outcome::Found(found.in_files()))
}

fn directory(world: &World) -> Result<PathBuf> {
    if let Some(directory) = world.raw(AWS_LOGIN_CACHE_DIRECTORY) {
        return Ok(expand(&directory, world).into());
    }
    let home = world.home().ok_or_else(|| {
        configuration("the sessions of `aws login` cannot be looked up: there is no home directory").hint("set HOME")
    })?;
    Ok(home.join(".aws/login/cache"))
}

fn credentials(session: &Session<'_>, fields: &Fields) -> Result<Credentials> {
    let token = fields.get("accessToken").unwrap_or(&Value::Null);
    let need = |name: &str| -> Result<String> {
        let value = text(token.get(name)).ok_or_else(|| session.bad_file(&format!("has no {name}")))?;
        check::key(value, || format!("{name} in {}", session.file.display()))?;
        Ok(value.to_owned())
    };
    let end = text(token.get("expiresAt")).and_then(timestamp::parse);
    let (id, secret) = (need("accessKeyId")?, need("secretAccessKey")?);
    Ok(Credentials::new(id, secret, Some(need("sessionToken")?), end, "aws login"))
}

/// New credentials for the refresh token of the old ones.
fn refresh(session: &Session<'_>, fields: &Fields, now: SystemTime) -> Result<Fields> {
    let refresh_token = session.need(fields, "refreshToken")?;
    let key = private_key(session.need(fields, "dpopKey")?);
    let key = key.ok_or_else(|| session.cannot_be_refreshed("its dpopKey is not a private key"))?;
    let body = CreateOAuth2TokenRequestBody::builder()
        .client_id(session.need(fields, "clientId")?)
        .grant_type("refresh_token")
        .refresh_token(refresh_token)
        .build()?;
    let request = client(session.context)?.create_o_auth2_token().token_input(body);
    // For each attempt anew: no proof is taken twice.
    let request = request.customize().mutate_request(move |request| {
        let proof = proof(&key, request.uri(), now);
        request.headers_mut().insert("DPoP", proof);
    });

    let operation = format!("CreateOAuth2Token for {}", session.name);
    let mut reason = None;
    let sent = async { request.send().await.inspect_err(|error| reason = reason_in(error)) };
    let answer = session.context.network.call(&operation, &[refresh_token], sent);
    let answer = answer.map_err(|problem| explained(problem, reason.as_deref(), session))?;
    let given = answer.token_output().with_context(|| format!("{operation}: the answer holds no credentials"))?;
    updated(fields, given, now).with_context(|| format!("{operation}: the answer holds no credentials"))
}

fn client(context: &Context<'_>) -> Result<Client> {
    let url = endpoint::configured(Service::Signin, context.profiles, context.selected, context.world)?;
    // Any region's Sign-In refreshes any session: the AWS CLI asks that of the command, too.
    let region = context.sts.region.get().map_or(GLOBAL_SIGNING_REGION, String::as_str);
    Ok(Client::new(&context.network.sdk_config(region, url.as_deref())?.build()))
}

/// The fields with what AWS gave in place of the old; `None` where it is not all there.
fn updated(fields: &Fields, given: &CreateOAuth2TokenResponseBody, now: SystemTime) -> Option<Fields> {
    let keys = given.access_token()?;
    let end = timestamp::text(end_of(now, given.expires_in())?);
    let mut fields = fields.clone();
    let token = fields.get_mut("accessToken")?.as_object_mut()?;
    for (name, value) in [
        ("accessKeyId", keys.access_key_id()),
        ("secretAccessKey", keys.secret_access_key()),
        ("sessionToken", keys.session_token()),
        ("expiresAt", &end),
    ] {
        // What is missing in the answer, the SDK makes an empty text.
        let value = Some(value).filter(|value| !value.is_empty())?;
        token.insert(name.to_owned(), value.into());
    }
    let refresh_token = Some(given.refresh_token()).filter(|token| !token.is_empty())?;
    fields.insert("refreshToken".to_owned(), refresh_token.into());
    Some(fields)
}

/// OAuth's own name for what is wrong.
fn reason_in<R>(error: &SdkError<CreateOAuth2TokenError, R>) -> Option<String> {
    use CreateOAuth2TokenError as E;
    let code = match error.as_service_error()? {
        E::AccessDeniedException(error) => error.error(),
        E::ValidationException(error) => error.error(),
        _ => return None,
    };
    Some(code.as_str().to_owned())
}

fn explained(problem: Problem, reason: Option<&str>, session: &Session<'_>) -> anyhow::Error {
    match (problem, reason) {
        (Problem::Refused(refusal), Some(reason)) if SESSION_IS_OVER.contains(&reason) => {
            session.context.cache.was_refused();
            session.cannot_be_refreshed(&format!("AWS answered {reason}: {}", refusal.message)).into()
        }
        (Problem::Refused(refusal), Some("INSUFFICIENT_PERMISSIONS")) => {
            refusal.into_failure().hint("ask for the permission signin:CreateOAuth2Token").into()
        }
        (problem, _) => problem.into_error(),
    }
}

/// The key in a PEM file of OpenSSL's older kind (SEC 1), however its lines are broken: botocore does not look, either.
fn private_key(pem: &str) -> Option<SigningKey> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let key = SecretKey::from_sec1_der(&STANDARD.decode(base64).ok()?).ok()?;
    Some(SigningKey::from(key))
}

/// The proof, a JWT, that we hold the private key when we send a request to `url`.
fn proof(key: &SigningKey, url: &str, now: SystemTime) -> String {
    let point = key.verifying_key().to_encoded_point(false);
    let coordinate = |bytes: Option<&p256::FieldBytes>| bytes.map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let public_key = json!({"kty": "EC", "crv": "P-256", "x": coordinate(point.x()), "y": coordinate(point.y())});
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": public_key});
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let id = format!("{}{}", unique(), unique());
    let payload = json!({"htm": "POST", "htu": url, "iat": seconds, "jti": id});
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&header), encode(&payload));
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
