//! The loopback AWS itself: it must refuse what AWS refuses, or the cases that rely on it would show nothing. Signed
//! with AWS's own signer, sent by hand.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use crate::loopback::{Loopback, Setup};
use crate::sandbox::NOW;

const HOST: &str = "sts.eu-west-1.amazonaws.com";
const ASSUME_ROLE: &str = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa%2FADMIN&RoleSessionName=me";

fn start(settings: &Value) -> Loopback {
    Loopback::start(Setup { now: Some(NOW), ..Setup::from_json(settings) })
}

fn connect(url: &str) -> TcpStream {
    TcpStream::connect(url.trim_start_matches("http://")).expect("a port that listens")
}

/// Sends a request and gives the status and the body of the answer; 0 where the connection ends without one.
fn ask(stream: &mut (impl Read + Write), request: &str) -> (u16, String) {
    stream.write_all(request.as_bytes()).expect("a connection");
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        answer.push(byte[0]);
    }
    let head = String::from_utf8(answer).expect("text");
    let after = |name: &str| Some(head.split_once(name)?.1.split(['\r', ' ']).next().unwrap_or_default());
    let length = after("Content-Length: ").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    let status = after("HTTP/1.1 ").map_or(0, |status| status.parse().expect("a status"));
    (status, String::from_utf8(body).expect("text"))
}

/// A connection through the proxy to `host`, encrypted.
fn tunnel(loopback: &Loopback, host: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut stream = connect(&loopback.proxy());
    assert_eq!(ask(&mut stream, &format!("CONNECT {host}:443 HTTP/1.1\r\n\r\n")).0, 200);
    let mut roots = RootCertStore::empty();
    let ca = fs::read(loopback.ca()).expect("the CA's certificate");
    roots.add(CertificateDer::from_pem_slice(&ca).expect("PEM")).expect("a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).expect("a name");
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).expect("a client"), stream)
}

/// An AssumeRole request, signed for `region`.
fn signed(id: &str, secret: &str, token: Option<&str>, region: &str) -> String {
    let identity = Credentials::new(id, secret, token.map(str::to_owned), None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
        .settings(SigningSettings::default())
        .build()
        .expect("parameters")
        .into();
    let url = format!("https://{HOST}/");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let body = SignableBody::Bytes(ASSUME_ROLE.as_bytes());
    let request = SignableRequest::new("POST", url, headers.into_iter(), body).expect("a request");
    let (instructions, _) = sign(request, &params).expect("a signature").into_parts();
    let signature =
        instructions.headers().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
    let length = ASSUME_ROLE.len();
    format!(
        "POST / HTTP/1.1\r\nHost: {HOST}\r\ncontent-type: application/x-www-form-urlencoded\r\n{signature}\
         Content-Length: {length}\r\n\r\n{ASSUME_ROLE}"
    )
}

#[test]
fn signatures_are_verified() {
    let good = signed("AKIDBASE", "secretBASE", None, "eu-west-1");
    let in_session = signed("ASIAROLE", "secretROLE", Some("tokenROLE"), "eu-west-1");
    for (what, request, error) in [
        ("a good one", good.clone(), ""),
        ("a session's", in_session.clone(), ""),
        ("another role", good.replace("ADMIN", "OTHER"), "SignatureDoesNotMatch"),
        ("another time", good.replace("030405Z", "030406Z"), "SignatureDoesNotMatch"),
        ("the time not signed", good.replace(";x-amz-date", ""), "SignatureDoesNotMatch"),
        ("another secret", signed("AKIDBASE", "secretOTHER", None, "eu-west-1"), "SignatureDoesNotMatch"),
        ("another region", signed("AKIDBASE", "secretBASE", None, "us-east-1"), "SignatureDoesNotMatch"),
        ("no session token", signed("ASIAROLE", "secretROLE", None, "eu-west-1"), "InvalidClientTokenId"),
        ("another session token", in_session.replace("tokenROLE", "tokenOTHER"), "InvalidClientTokenId"),
        ("an unknown key", signed("AXXXBASE", "secretBASE", None, "eu-west-1"), "InvalidClientTokenId"),
        ("no signature", good.replace("authorization: ", "x: "), "MissingAuthenticationToken"),
    ] {
        let loopback = start(&Value::Bool(true));
        let (status, body) = ask(&mut tunnel(&loopback, HOST), &request);
        let call = loopback.report().calls.pop().expect("a call");
        if error.is_empty() {
            assert!(status == 200 && body.contains("<AccessKeyId>ASIAADMIN</AccessKeyId>"), "{what}: {body}");
            assert!(call.ends_with("role/a/ADMIN RoleSessionName=me"), "{what}: {call}");
        } else {
            assert!(status == 403 && body.contains(&format!("<Code>{error}</Code>")), "{what}: {status} {body}");
            assert!(call.ends_with(" (bad signature)"), "{what}: {call}");
        }
    }
}

#[test]
fn connections_stay_open_and_are_counted() {
    let loopback = start(&Value::Bool(true));
    let mut stream = tunnel(&loopback, HOST);
    for _ in 0..3 {
        assert_eq!(ask(&mut stream, &signed("AKIDBASE", "secretBASE", None, "eu-west-1")).0, 200);
    }
    let report = loopback.report();
    assert_eq!((report.calls.len(), report.connections, report.connects), (3, 1, 1));

    let address = loopback.aws().replace("http://", "");
    drop(loopback);
    TcpStream::connect(address).expect_err("nobody listens any more");
}

#[test]
fn the_proxy_demands_its_password_and_gives_tunnels_only() {
    let loopback = start(&json!({"proxy_auth": "user:password"}));
    let mut stream = connect(&loopback.proxy());
    let mut connect_as = |login: &str| {
        let login = STANDARD.encode(login);
        ask(&mut stream, &format!("CONNECT {HOST}:443 HTTP/1.1\r\nProxy-Authorization: Basic {login}\r\n\r\n")).0
    };
    assert_eq!((connect_as("user:wrong"), connect_as("user:password")), (407, 200));
    let mut stream = connect(&loopback.proxy());
    assert_eq!(ask(&mut stream, &format!("CONNECT {HOST}:443 HTTP/1.1\r\n\r\n")).0, 407);
    assert_eq!(ask(&mut stream, "GET http://169.254.170.2/creds HTTP/1.1\r\n\r\n").0, 403);
    let report = loopback.report();
    assert_eq!((report.calls, report.connects), (vec!["Proxied GET http://169.254.170.2/creds".to_owned()], 1));
}

#[test]
fn answers_come_as_scripted() {
    let loopback = start(&json!({"answers": {"Container": [
        {"status": 403, "code": "Denied", "message": "no"},
        {"status": 200, "body": "{proxy} {now+60}"},
        {"expires_in": 60},
        "ok",
        {"close": true},
    ]}}));
    let mut stream = connect(&loopback.aws());
    let mut get = || ask(&mut stream, "GET /creds HTTP/1.1\r\n\r\n");
    assert_eq!(get(), (403, r#"{"code":"Denied","message":"no"}"#.to_owned()));
    assert_eq!(get(), (200, format!("{} 2026-01-02T03:05:05Z", loopback.proxy())));
    let mut expiration = || serde_json::from_str::<Value>(&get().1).expect("JSON")["Expiration"].clone();
    assert_eq!([expiration(), expiration()], ["2026-01-02T03:05:05Z", "2026-01-02T09:04:05Z"]);
    assert_eq!(get(), (0, String::new()));
    let mut stream = connect(&loopback.aws());
    assert_eq!(ask(&mut stream, "GET /creds HTTP/1.1\r\n\r\n").0, 0, "the last answer is repeated");
}

#[test]
fn silence_lasts_until_somebody_leaves() {
    let loopback = start(&json!({"answers": {"Container": [{"hang": true}]}}));
    let mut stream = connect(&loopback.aws());
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    stream.write_all(b"GET /creds HTTP/1.1\r\n\r\n").expect("a connection");
    let error = stream.read(&mut [0]).expect_err("no answer and no end");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    drop(loopback);
    assert_eq!(stream.read(&mut [0]).expect("the end"), 0);
}

#[test]
fn metadata_and_the_portal_demand_their_tokens() {
    let loopback = start(&json!({"container_token": "right"}));
    let mut stream = connect(&loopback.aws());
    let mut status =
        |request: &str| ask(&mut stream, &request.replace('|', " HTTP/1.1\r\n").replace('$', "\r\n\r\n")).0;
    assert_eq!(status("GET /latest/meta-data/placement/region|x: y$"), 401);
    assert_eq!(status("PUT /latest/api/token|x: y$"), 400);
    assert_eq!(status("PUT /latest/api/token|X-aws-ec2-metadata-token-ttl-seconds: 60$"), 200);
    assert_eq!(status("GET /latest/meta-data/placement/region|X-aws-ec2-metadata-token: imds-token$"), 200);
    assert_eq!(status("GET /creds|Authorization: wrong$"), 401);
    assert_eq!(status("GET /creds|Authorization: right$"), 200);
    let portal = "GET /federation/credentials?role_name=r&account_id=1|x-amz-sso_bearer_token: ";
    assert_eq!(status(&format!("{portal}bad$")), 401);
    assert_eq!(status(&format!("{portal}good$")), 200);
}

#[test]
fn proofs_of_possession_are_verified() {
    let loopback = start(&Value::Bool(true));
    let host = "eu-west-1.signin.aws.amazon.com";
    let mut stream = tunnel(&loopback, host);
    let body = json!({"clientId": "c", "grantType": "refresh_token", "refreshToken": "r"}).to_string();
    let mut status = |proof: &str| {
        let length = body.len();
        ask(&mut stream, &format!("POST /v1/token HTTP/1.1\r\nDPoP: {proof}\r\nContent-Length: {length}\r\n\r\n{body}"))
            .0
    };
    let url = format!("https://{host}/v1/token");
    let good = proof(&url);
    let (signed, _) = good.rsplit_once('.').expect("a signature");
    let other = proof("https://example.com/v1/token");
    let (_, signature_of_other) = other.rsplit_once('.').expect("a signature");
    assert_eq!(status(&good), 200);
    assert_eq!(status(&other), 400);
    assert_eq!(status(&format!("{signed}.{signature_of_other}")), 400);
    let calls = loopback.report().calls;
    let proven: Vec<bool> = calls.iter().map(|call| call.contains(" dpop=ok ")).collect();
    assert_eq!(proven, [true, false, false], "{calls:?}");
}

/// A `DPoP` proof for a POST to `url` (RFC 9449, 4.2).
fn proof(url: &str) -> String {
    let key = SigningKey::from_slice(&[7; 32]).expect("a key");
    let point = key.verifying_key().to_encoded_point(false);
    let coordinate =
        |bytes: Option<&_>| URL_SAFE_NO_PAD.encode::<&[u8]>(bytes.map_or(&[], |bytes: &p256::FieldBytes| bytes));
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": coordinate(point.x()), "y": coordinate(point.y())});
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
    let payload = json!({"htm": "POST", "htu": url, "iat": NOW, "jti": "once"});
    let signed = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
