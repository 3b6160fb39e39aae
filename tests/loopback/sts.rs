//! STS: the query protocol, a form in and XML out; and the request inside a token, as a cluster replays it, JSON out.

use serde_json::json;

use super::http::{Request, Response};
use super::service::{Aws, Call, Place, listed, parameter};
use super::setup::Failure;
use super::signature;

/// How long a role's session lasts where nobody says.
const LIFETIME: i64 = 3600;

/// The call that a request makes, where it is one of STS's.
pub fn call<'a>(aws: &'a Aws, request: &Request, place: &Place) -> Option<Call<'a>> {
    if request.method == "GET" && parameter(&request.query(), "X-Amz-Signature").is_some() {
        return Some(replay(aws, request, place));
    }
    let parameters = request.form();
    let action = parameter(&parameters, "Action").filter(|_| request.method == "POST")?.to_owned();
    let (key_id, verdict) = match (request.header("authorization"), &*action) {
        // The one operation that needs no signature.
        (None, "AssumeRoleWithWebIdentity") => (None, Ok(())),
        _ => {
            let signature = signature::check(request, "sts", region(&place.name));
            (signature.key_id, signature.verdict)
        }
    };
    Some(Call {
        names: vec![action.clone()],
        line: line(&action, place, request.path(), key_id.as_deref(), &parameters, verdict.is_ok()),
        answer: Box::new(move |lifetime| {
            verdict.clone()?;
            match &*action {
                "AssumeRole" | "AssumeRoleWithWebIdentity" => assume_role(aws, &action, &parameters, lifetime),
                "GetCallerIdentity" => Ok(caller_identity(aws, key_id.as_deref().unwrap_or_default())),
                _ => Err(Failure::new(400, "InvalidAction", &format!("Could not find operation {action}"))),
            }
        }),
        failure,
    })
}

/// The request inside a token. The cluster's name is in a header, which the signature covers.
fn replay<'a>(aws: &'a Aws, request: &Request, place: &Place) -> Call<'a> {
    let now = i64::try_from(aws.now()).expect("a near time");
    let signature = signature::check_presigned(request, "sts", region(&place.name), now);
    let cluster = request.header("x-k8s-aws-id").unwrap_or_default();
    let key_id = signature.key_id.unwrap_or_default();
    let wants_json = request.header("accept").is_some_and(|accept| accept == "application/json");
    let suffix = if signature.verdict.is_ok() { "" } else { " (bad signature)" };
    Call {
        names: vec!["Replay".to_owned()],
        line: format!("Replay {} as {key_id} for {cluster}{suffix}", place.name),
        answer: Box::new(move |_| {
            signature.verdict.clone()?;
            let (service, arn, user) = caller(aws, &key_id);
            let arn = format!("arn:aws:{service}::123456789012:{arn}");
            let result = json!({"Account": "123456789012", "Arn": arn, "UserId": user});
            let body = json!({"GetCallerIdentityResponse": {"GetCallerIdentityResult": result}});
            assert!(wants_json, "a cluster asks for JSON");
            Ok(Response::json(200, &body))
        }),
        failure: |failure| {
            let error = json!({"Code": failure.code, "Message": failure.message, "Type": "Sender"});
            Response::json(failure.status, &json!({"Error": error, "RequestId": REQUEST_ID}))
        },
    }
}

/// The region of `sts.eu-west-1.amazonaws.com` and its like; none where the host has no place in the real world.
fn region(host: &str) -> Option<&str> {
    match host.split('.').collect::<Vec<_>>()[..] {
        ["sts", "amazonaws", "com"] => Some("us-east-1"),
        ["sts" | "sts-fips", region, ..] => Some(region),
        _ => None,
    }
}

fn line(
    action: &str,
    place: &Place,
    path: &str,
    id: Option<&str>,
    parameters: &[(String, String)],
    ok: bool,
) -> String {
    let path = path.trim_end_matches('/');
    let signer = id.map_or_else(String::new, |id| format!(" as {id}"));
    let told = parameters.iter().filter(|(name, _)| !matches!(&**name, "Action" | "Version")).cloned();
    let told = told.map(|(name, value)| {
        let is_default = name == "RoleSessionName"
            && value.strip_prefix("botocore-session-").is_some_and(|end| end.bytes().all(|byte| byte.is_ascii_digit()));
        let value = if is_default { "botocore-session-*".to_owned() } else { value };
        (name, value)
    });
    let suffix = if ok { "" } else { " (bad signature)" };
    format!("{action} {}{path}{signer}{}{suffix}", place.name, listed(told.collect()))
}

fn assume_role(
    aws: &Aws,
    action: &str,
    parameters: &[(String, String)],
    lifetime: Option<i64>,
) -> Result<Response, Failure> {
    let needed = |name: &str| {
        let missing = || Failure::new(400, "ValidationError", &format!("Value null at '{name}' must not be null"));
        parameter(parameters, name).ok_or_else(missing)
    };
    let (role, session) = (needed("RoleArn")?, needed("RoleSessionName")?);
    if action == "AssumeRoleWithWebIdentity" {
        needed("WebIdentityToken")?;
    }
    let name = role.rsplit('/').next().unwrap_or_default();
    let asked = parameter(parameters, "DurationSeconds").and_then(|seconds| seconds.parse().ok());
    let expiration = aws.expiration(lifetime.or(asked).unwrap_or(LIFETIME));
    aws.remember_session(&format!("ASIA{name}"), session);
    let (name, session) = (escaped(name), escaped(session));
    Ok(success(
        action,
        &format!(
            "<Credentials><AccessKeyId>ASIA{name}</AccessKeyId><SecretAccessKey>secret{name}</SecretAccessKey>\
             <SessionToken>token{name}</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
             <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/{name}/{session}</Arn>\
             <AssumedRoleId>AROAEXAMPLE:{session}</AssumedRoleId></AssumedRoleUser>"
        ),
    ))
}

fn caller_identity(aws: &Aws, key_id: &str) -> Response {
    let (service, arn, user) = caller(aws, key_id);
    let (arn, user) = (escaped(&arn), escaped(&user));
    success(
        "GetCallerIdentity",
        &format!(
            "<Arn>arn:aws:{service}::123456789012:{arn}</Arn><UserId>{user}</UserId><Account>123456789012</Account>"
        ),
    )
}

/// Whose keys they are: the ARN's service and resource, and the user id.
fn caller(aws: &Aws, key_id: &str) -> (&'static str, String, String) {
    match aws.session(key_id) {
        Some(session) => {
            let role = key_id.trim_start_matches("ASIA");
            ("sts", format!("assumed-role/{role}/{session}"), format!("AROAEXAMPLE:{session}"))
        }
        None => ("iam", format!("user/{}", key_id.trim_start_matches("AKID")), "AIDAEXAMPLE".to_owned()),
    }
}

fn success(action: &str, result: &str) -> Response {
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>"
    );
    Response::new(200, "text/xml", body)
}

fn failure(failure: &Failure) -> Response {
    let side = if failure.status < 500 { "Sender" } else { "Receiver" };
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>{side}</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>",
        escaped(&failure.code),
        escaped(&failure.message)
    );
    Response::new(failure.status, "text/xml", body)
}

const REQUEST_ID: &str = "01234567-89ab-cdef-0123-456789abcdef";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
