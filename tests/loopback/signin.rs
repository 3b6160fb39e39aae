//! Sign-in, which renews the keys of `aws login` for a refresh token and a proof that its holder has the private key
//! (a `DPoP` header, RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};

use super::http::{Request, Response};
use super::service::{Aws, Call, Place, listed, parameter};
use super::setup::Failure;

/// The call that a request makes, where it is sign-in's.
pub fn call<'a>(_: &'a Aws, request: &Request, place: &Place) -> Option<Call<'a>> {
    if (&*request.method, request.path()) != ("POST", "/v1/token") {
        return None;
    }
    let parameters = request.json();
    let url = format!("{}{}", place.url, request.target);
    let proven = request.header("dpop").is_some_and(|proof| proves(&proof, &url).is_some());
    let mut told = parameters.clone();
    told.push(("dpop".to_owned(), if proven { "ok" } else { "bad" }.to_owned()));
    Some(Call {
        names: vec!["CreateOAuth2Token".to_owned()],
        line: format!("CreateOAuth2Token {}{}", place.name, listed(told)),
        answer: Box::new(move |lifetime| {
            if !proven {
                return Err(Failure::new(400, "ValidationException", "Invalid DPoP proof"));
            }
            if parameter(&parameters, "grantType") != Some("refresh_token") {
                return Err(Failure::new(400, "ValidationException", "only refresh tokens serve here"));
            }
            Ok(Response::json(
                200,
                &json!({
                    "accessToken": {
                        "accessKeyId": "ASIALOGINREFRESHED",
                        "secretAccessKey": "secretLOGINREFRESHED",
                        "sessionToken": "tokenLOGINREFRESHED",
                    },
                    "tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4",
                    "expiresIn": lifetime.unwrap_or(900),
                    "refreshToken": "refresh-rotated",
                }),
            ))
        }),
        failure,
    })
}

/// Something where `proof` is a JWT for a POST to `url`, signed by the key that it names itself.
fn proves(proof: &str, url: &str) -> Option<()> {
    let (signed, signature) = proof.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let object = |text: &str| serde_json::from_slice::<Value>(&bytes(text)?).ok();
    let (header, payload) = (object(header)?, object(payload)?);

    let key = &header["jwk"];
    let point = [vec![4], bytes(key["x"].as_str()?)?, bytes(key["y"].as_str()?)?].concat(); // SEC1, uncompressed
    let verifier = VerifyingKey::from_sec1_bytes(&point).ok()?;
    verifier.verify(signed.as_bytes(), &Signature::from_slice(&bytes(signature)?).ok()?).ok()?;

    let is_proof =
        header["typ"] == "dpop+jwt" && header["alg"] == "ES256" && key["kty"] == "EC" && key["crv"] == "P-256";
    let is_ours = payload["htm"] == "POST" && payload["htu"] == url;
    let is_fresh = payload["jti"].is_string() && payload["iat"].is_u64();
    (is_proof && is_ours && is_fresh).then_some(())
}

/// What went wrong is in `error`; a code like `TOKEN_EXPIRED` is one of these, of an `AccessDeniedException`.
fn failure(failure: &Failure) -> Response {
    let is_error = failure.code.chars().all(|character| character.is_ascii_uppercase() || character == '_');
    let (kind, error) =
        if is_error { ("AccessDeniedException", &*failure.code) } else { (&*failure.code, "INVALID_REQUEST") };
    Response::json(failure.status, &json!({"error": error, "message": failure.message}))
        .header("x-amzn-errortype", kind)
}
