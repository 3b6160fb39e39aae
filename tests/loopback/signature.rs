//! Signature Version 4, verified by recomputing it from what was received
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::http::{Request, encoded};
use super::service::parameter;
use super::setup::Failure;

/// Who signed a request, as it claims, and what is wrong with the claim.
pub struct Signature {
    pub key_id: Option<String>,
    /// The region of its scope.
    pub region: Option<String>,
    pub verdict: Result<(), Failure>,
}

/// What an `Authorization` header says.
struct Authorization {
    key_id: String,
    date: String,
    region: String,
    service: String,
    signed_headers: String,
    signature: String,
}

/// Checks the signature of a request to `service`, in `region` where that is known.
pub fn check(request: &Request, service: &str, region: Option<&str>) -> Signature {
    let Some(header) = request.header("authorization") else {
        let failure = Failure::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        return Signature { key_id: None, region: None, verdict: Err(failure) };
    };
    let Some(authorization) = parse(&header) else {
        let failure = Failure::new(400, "IncompleteSignature", "The Authorization header is not understood");
        return Signature { key_id: None, region: None, verdict: Err(failure) };
    };
    let verdict = check_token(request.header("x-amz-security-token"), &authorization.key_id)
        .and_then(|secret| check_signature(request, &authorization, &secret, service, region));
    Signature { key_id: Some(authorization.key_id), region: Some(authorization.region), verdict }
}

/// Checks a presigned request: the same, with the signature and what belongs to it in the query.
pub fn check_presigned(request: &Request, service: &str, region: Option<&str>, now: i64) -> Signature {
    let query = request.query();
    let parameter = |name: &str| parameter(&query, name).unwrap_or_default().to_owned();
    let claim = format!(
        "AWS4-HMAC-SHA256 Credential={}, SignedHeaders={}, Signature={}",
        parameter("X-Amz-Credential"),
        parameter("X-Amz-SignedHeaders"),
        parameter("X-Amz-Signature")
    );
    let Some(authorization) = parse(&claim) else {
        let failure = Failure::new(400, "IncompleteSignature", "The query parameters are not understood");
        return Signature { key_id: None, region: None, verdict: Err(failure) };
    };
    let token = Some(parameter("X-Amz-Security-Token")).filter(|token| !token.is_empty());
    let time = parameter("X-Amz-Date");
    let verdict = check_age(&time, now)
        .and_then(|()| check_token(token, &authorization.key_id))
        .and_then(|secret| check_signature_at(request, &authorization, &secret, service, region, &time));
    Signature { key_id: Some(authorization.key_id), region: Some(authorization.region), verdict }
}

/// A presigned request serves for 15 minutes, and clocks may differ by 5.
fn check_age(time: &str, now: i64) -> Result<(), Failure> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let signed_at = PrimitiveDateTime::parse(time, format).expect("a time").assume_utc().unix_timestamp();
    let refuse = |why: &str| Err(Failure::new(403, "SignatureDoesNotMatch", &format!("Signature {why}: {time}")));
    match now - signed_at {
        901.. => refuse("expired"),
        ..=-301 => refuse("not yet current"),
        _ => Ok(()),
    }
}

/// `AWS4-HMAC-SHA256 Credential=ID/20260102/eu-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=...`
fn parse(header: &str) -> Option<Authorization> {
    let fields: Vec<&str> = header.strip_prefix("AWS4-HMAC-SHA256 ")?.split(',').map(str::trim).collect();
    let field = |name: &str| fields.iter().find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let [key_id, date, region, service, "aws4_request"] = field("Credential")?.split('/').collect::<Vec<_>>()[..]
    else {
        return None;
    };
    Some(Authorization {
        key_id: key_id.to_owned(),
        date: date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        signed_headers: field("SignedHeaders")?.to_owned(),
        signature: field("Signature")?.to_owned(),
    })
}

/// The secret of a known key whose session token is the right one. Keys are known by their names: `AKIDBASE` has the
/// secret `secretBASE`, `ASIABASE` the session token `tokenBASE` besides.
fn check_token(token: Option<String>, key_id: &str) -> Result<String, Failure> {
    let unknown =
        || Failure::new(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    let (name, token_fits) = match key_id {
        // AWS's documentation's example, whose secret follows no rule.
        "AKIAIOSFODNN7EXAMPLE" => ("", token.is_none()),
        _ => match (key_id.strip_prefix("AKID"), key_id.strip_prefix("ASIA")) {
            (Some(name), _) => (name, token.is_none_or(|token| token == format!("token{name}"))),
            (_, Some(name)) => (name, token == Some(format!("token{name}"))),
            (None, None) => return Err(unknown()),
        },
    };
    let secret = if name.is_empty() { "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" } else { &format!("secret{name}") };
    if token_fits { Ok(secret.to_owned()) } else { Err(unknown()) }
}

fn check_signature(
    request: &Request,
    authorization: &Authorization,
    secret: &str,
    service: &str,
    region: Option<&str>,
) -> Result<(), Failure> {
    let time = request.header("x-amz-date").unwrap_or_default();
    check_signature_at(request, authorization, secret, service, region, &time)
}

fn check_signature_at(
    request: &Request,
    authorization: &Authorization,
    secret: &str,
    service: &str,
    region: Option<&str>,
    time: &str,
) -> Result<(), Failure> {
    let wrong = |why: &str| Err(Failure::new(403, "SignatureDoesNotMatch", why));
    if authorization.service != service || region.is_some_and(|region| region != authorization.region) {
        return wrong("Credential should be scoped to a valid region and the correct service.");
    }
    let signed: Vec<&str> = authorization.signed_headers.split(';').collect();
    let must_be_signed = ["host", "x-amz-date", "x-amz-security-token"];
    if must_be_signed.iter().any(|name| request.header(name).is_some() && !signed.contains(name)) {
        return wrong("A header that must be signed is not.");
    }
    if !time.starts_with(&authorization.date) {
        return wrong("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
    }
    if signature(request, authorization, secret, time) != authorization.signature {
        return wrong("The request signature we calculated does not match the signature you provided.");
    }
    Ok(())
}

fn signature(request: &Request, authorization: &Authorization, secret: &str, time: &str) -> String {
    let Authorization { date, region, service, .. } = authorization;
    let canonical = hex(&Sha256::digest(canonical_request(request, &authorization.signed_headers)));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/aws4_request\n{canonical}");
    let key = [date, region, service, "aws4_request"]
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part));
    hex(&hmac(&key, &to_sign))
}

fn canonical_request(request: &Request, signed_headers: &str) -> String {
    let query = request.query();
    let query = query.iter().filter(|(name, _)| name != "X-Amz-Signature");
    let mut query: Vec<String> =
        query.map(|(name, value)| format!("{}={}", encoded(name, ""), encoded(value, ""))).collect();
    query.sort();
    let header = |name| {
        let value = request.header(name).unwrap_or_default();
        format!("{name}:{}\n", value.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let headers: Vec<String> = signed_headers.split(';').map(header).collect();
    [
        &request.method,
        // Encoded once more than it was sent, as every service but S3 has it.
        &encoded(request.path(), "/"),
        &query.join("&"),
        &headers.concat(),
        signed_headers,
        &hex(&Sha256::digest(&request.body)),
    ]
    .join("\n")
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}
