//! The SSO portal, which gives keys for a bearer token, and SSO OIDC, which renews that token.

use serde_json::json;

use super::http::{Request, Response};
use super::service::{Aws, Call, Place, listed, parameter};
use super::setup::Failure;

/// The call that a request makes, where it is one of theirs.
pub fn call<'a>(aws: &'a Aws, request: &Request, place: &Place) -> Option<Call<'a>> {
    match (&*request.method, request.path()) {
        ("GET", "/federation/credentials") => Some(get_role_credentials(aws, request, place)),
        ("POST", "/token") => Some(create_token(request, place)),
        _ => None,
    }
}

fn get_role_credentials<'a>(aws: &'a Aws, request: &Request, place: &Place) -> Call<'a> {
    let query = request.query();
    let token = request.header("x-amz-sso_bearer_token").unwrap_or_default();
    let mut told = query.clone();
    told.push(("token".to_owned(), token.clone()));
    Call {
        names: vec!["GetRoleCredentials".to_owned()],
        line: format!("GetRoleCredentials {}{}", place.name, listed(told)),
        answer: Box::new(move |lifetime| {
            if !token.starts_with("good") {
                return Err(Failure::new(401, "UnauthorizedException", "Session token not found or invalid"));
            }
            let (Some(role), Some(_)) = (parameter(&query, "role_name"), parameter(&query, "account_id")) else {
                return Err(Failure::new(400, "InvalidRequestException", "role_name and account_id are required"));
            };
            Ok(Response::json(
                200,
                &json!({"roleCredentials": {
                    "accessKeyId": format!("ASIA{role}"),
                    "secretAccessKey": format!("secret{role}"),
                    "sessionToken": format!("token{role}"),
                    "expiration": aws.end(lifetime.unwrap_or(3600)) * 1000,
                }}),
            ))
        }),
        failure,
    }
}

fn create_token<'a>(request: &Request, place: &Place) -> Call<'a> {
    let parameters = request.json();
    Call {
        names: vec!["CreateToken".to_owned()],
        line: format!("CreateToken {}{}", place.name, listed(parameters.clone())),
        answer: Box::new(move |lifetime| {
            if parameter(&parameters, "grantType") != Some("refresh_token") {
                return Err(Failure::new(400, "UnsupportedGrantTypeException", "only refresh tokens serve here"));
            }
            if !parameter(&parameters, "refreshToken").is_some_and(|token| token.starts_with("refresh")) {
                return Err(Failure::new(400, "InvalidGrantException", "Invalid refresh token provided"));
            }
            Ok(Response::json(
                200,
                &json!({
                    "accessToken": "good-refreshed",
                    "tokenType": "Bearer",
                    "expiresIn": lifetime.unwrap_or(28800),
                    "refreshToken": "refresh-rotated",
                }),
            ))
        }),
        failure: oauth_failure,
    }
}

fn failure(failure: &Failure) -> Response {
    Response::json(failure.status, &json!({"message": failure.message})).header("x-amzn-errortype", &failure.code)
}

/// OAuth's own names are in the body: `invalid_grant` for `InvalidGrantException`.
fn oauth_failure(failure: &Failure) -> Response {
    let mut error = String::new();
    for character in failure.code.trim_end_matches("Exception").chars() {
        if character.is_ascii_uppercase() && !error.is_empty() {
            error.push('_');
        }
        error.push(character.to_ascii_lowercase());
    }
    Response::json(failure.status, &json!({"error": error, "error_description": failure.message}))
        .header("x-amzn-errortype", &failure.code)
}
