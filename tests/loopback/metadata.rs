//! Instance metadata (IMDS) and the container endpoint: ECS's and EKS Pod Identity's.

use serde_json::json;

use super::http::{Request, Response};
use super::service::{Aws, Call, Place};
use super::setup::Failure;

const TOKEN: &str = "imds-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const ROLES: &str = "/latest/meta-data/iam/security-credentials";

/// The call that a request makes. Whatever is read and is not metadata, is a container's.
pub fn call<'a>(aws: &'a Aws, request: &Request, place: &Place) -> Option<Call<'a>> {
    match (&*request.method, request.path().starts_with("/latest/")) {
        ("GET" | "PUT", true) => Some(metadata(aws, request)),
        ("GET", false) => Some(container(aws, request, place)),
        _ => None,
    }
}

fn metadata<'a>(aws: &'a Aws, request: &Request) -> Call<'a> {
    let (is_put, path) = (request.method == "PUT", request.target.clone());
    let (token, ttl) = (request.header("x-aws-ec2-metadata-token"), request.header(TTL));
    let has_token = token.as_deref() == Some(TOKEN);
    let name = format!("IMDS {} {path}", request.method);
    let suffix = if is_put || has_token { "" } else { " without token" };
    Call {
        line: format!("{name}{suffix}"),
        names: vec![name, "IMDS".to_owned()],
        answer: Box::new(move |lifetime| {
            if is_put {
                return new_token(aws, &path, ttl.as_deref());
            }
            if !has_token && (token.is_some() || !aws.imds_v1()) {
                return Err(Failure::new(401, "Unauthorized", ""));
            }
            document(aws, &path, lifetime)
        }),
        failure: |failure| {
            Response::new(failure.status, "text/plain", format!("{}: {}", failure.code, failure.message))
        },
    }
}

fn new_token(aws: &Aws, path: &str, ttl: Option<&str>) -> Result<Response, Failure> {
    match ttl {
        _ if aws.imds_v1() => Err(Failure::new(403, "Forbidden", "")),
        Some(ttl) if path == "/latest/api/token" => Ok(Response::new(200, "text/plain", TOKEN).header(TTL, ttl)),
        Some(_) => Err(Failure::new(404, "Not Found", "")),
        None => Err(Failure::new(400, "Bad Request", "no lifetime")),
    }
}

fn document(aws: &Aws, path: &str, lifetime: Option<i64>) -> Result<Response, Failure> {
    let text = match path.trim_end_matches('/') {
        "/latest/meta-data/placement/region" => "eu-central-1",
        "/latest/meta-data/placement/availability-zone" => "eu-central-1a",
        ROLES => "node-role",
        path if path.strip_prefix(ROLES) == Some("/node-role") => {
            let credentials = json!({
                "Code": "Success",
                "LastUpdated": aws.expiration(-60),
                "Type": "AWS-HMAC",
                "AccessKeyId": "ASIANODE",
                "SecretAccessKey": "secretNODE",
                "Token": "tokenNODE",
                "Expiration": aws.expiration(lifetime.unwrap_or(6 * 3600)),
            });
            // Real instances serve it as text.
            return Ok(Response::new(200, "text/plain", credentials.to_string()));
        }
        _ => return Err(Failure::new(404, "Not Found", path)),
    };
    Ok(Response::new(200, "text/plain", text))
}

fn container<'a>(aws: &'a Aws, request: &Request, place: &Place) -> Call<'a> {
    let authorization = request.header("authorization");
    // Through the proxy it would not be where a container's credentials are; the line says so.
    let target =
        if place.name == "{aws}" { request.target.clone() } else { format!("{}{}", place.url, request.target) };
    let shown = authorization.as_ref().map_or_else(String::new, |token| format!(" authorization={token}"));
    Call {
        names: vec!["Container".to_owned()],
        line: format!("Container GET {target}{shown}"),
        answer: Box::new(move |lifetime| {
            if aws.container_token().is_some_and(|token| authorization.as_deref() != Some(&*token)) {
                return Err(Failure::new(401, "Unauthorized", "the Authorization is not the one of this container"));
            }
            Ok(Response::json(
                200,
                &json!({
                    "AccessKeyId": "ASIACONTAINER",
                    "SecretAccessKey": "secretCONTAINER",
                    "Token": "tokenCONTAINER",
                    "Expiration": aws.expiration(lifetime.unwrap_or(6 * 3600)),
                }),
            ))
        }),
        failure: |failure| Response::json(failure.status, &json!({"code": failure.code, "message": failure.message})),
    }
}
