//! A cluster's API server, as far as it tells who somebody is to it: whoever has a token, and what a script says.

use serde_json::{Value, json};

use super::http::{Request, Response};
use super::service::{Call, Place};
use super::setup::Failure;

/// The call that a request makes, where it is one of Kubernetes'.
pub fn call<'a>(request: &Request, place: &Place) -> Option<Call<'a>> {
    let path = request.path().strip_prefix("/apis/authentication.k8s.io/")?;
    let (version, _) = path.split_once("/selfsubjectreviews").filter(|_| request.method == "POST")?;
    let version = version.to_owned();
    let bearer = request.header("authorization").unwrap_or_default();
    let has_token = bearer.starts_with("Bearer k8s-aws-v1.");
    Some(Call {
        names: vec![format!("SelfSubjectReview {version}"), "SelfSubjectReview".to_owned()],
        line: format!("SelfSubjectReview {} {version}", place.name),
        answer: Box::new(move |_| match has_token {
            true => Ok(Response::json(201, &review(&version))),
            false => Err(Failure::new(401, "Unauthorized", "Unauthorized")),
        }),
        failure,
    })
}

fn review(version: &str) -> Value {
    json!({
        "kind": "SelfSubjectReview",
        "apiVersion": format!("authentication.k8s.io/{version}"),
        "metadata": {"creationTimestamp": null},
        "status": {"userInfo": {
            "username": "dev",
            "uid": "aws-iam-authenticator:123456789012:AIDAEXAMPLE",
            "groups": ["developers", "system:authenticated"],
        }},
    })
}

fn failure(failure: &Failure) -> Response {
    Response::json(
        failure.status,
        &json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": failure.message,
            "reason": failure.code,
            "code": failure.status,
        }),
    )
}
