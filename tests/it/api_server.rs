//! The API server, asked who a token is: what it may answer, and what may be in the way.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ekscred::api_server::{Answer, Cause, Problem, Target, ask};
use ekscred::terminal::Unanswered;
use ekscred::world::{Host, World};
use serde_json::{Value, json};

use crate::loopback::authority::Authority;
use crate::loopback::http::{self, Request, Response};
use crate::loopback::server::Server;
use crate::sandbox::NOW;

const BEARER: &str = "k8s-aws-v1.aSecretToken";

/// What an API server does with each request.
type Script = dyn Fn(&Request) -> Response + Send + Sync;

/// An API server on loopback, or a proxy before one, with certificates of an authority of its own.
struct Api {
    server: Server,
    authority: Arc<Authority>,
    /// What it was asked: a request's first line, headers and body.
    asked: Arc<Mutex<Vec<String>>>,
}

/// What goes before TLS.
type Greeting = fn(TcpStream) -> io::Result<Option<TcpStream>>;

impl Api {
    /// A server whose certificate is for `name`.
    fn start(name: &'static str, script: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self::behind(|stream| Ok(Some(stream)), name, script)
    }

    fn behind(
        greeting: Greeting,
        name: &'static str,
        script: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let (authority, asked) = (Arc::new(Authority::new()), Arc::new(Mutex::new(Vec::new())));
        let script: Arc<Script> = Arc::new(script);
        let server = Server::bind().serve({
            let (authority, asked) = (Arc::clone(&authority), Arc::clone(&asked));
            move |stream| {
                let Some(stream) = greeting(stream)? else { return Ok(()) };
                answer(authority.accept(name, stream), &asked, &*script)
            }
        });
        Self { server, authority, asked }
    }

    fn url(&self) -> String {
        self.server.url().replace("http", "https")
    }

    fn address(&self) -> String {
        self.server.url().replace("http://", "")
    }

    fn ca(&self) -> Vec<u8> {
        self.authority.pem().as_bytes().to_vec()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no thread panics with it").clone()
    }
}

fn answer(stream: impl Read + Write, asked: &Mutex<Vec<String>>, script: &Script) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = http::read(&mut stream)? {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let text = format!("{} {}\n{}{body}", request.method, request.target, request.headers());
        asked.lock().expect("no thread panics with it").push(text);
        script(&request).write(stream.get_mut())?;
    }
    Ok(())
}

/// A world with the time and these variables.
fn world(now: u64, variables: &[(&str, String)]) -> World {
    let variables: HashMap<String, OsString> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
    World::new(Host {
        variable: Box::new(move |name| variables.get(name).cloned()),
        environment: Box::new(Vec::new),
        clock: Box::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(now)),
        home: Box::new(|| None),
        directory: Box::new(|| Ok("/".into())),
        stdin: RefCell::new(Box::new(io::empty())),
        stdout: RefCell::new(Box::new(io::sink())),
        stderr: RefCell::new(Box::new(io::sink())),
        stderr_is_terminal: false,
        stdout_is_terminal: Box::new(|| false),
        ask: Box::new(|_, _| Err(Unanswered::NoTerminal)),
        has_terminal: Box::new(|| false),
    })
}

fn ask_in(world: &World, target: &Target<'_>, bearer: &str) -> Result<Answer, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(ask(target, bearer, world));
    // A name lookup must not keep the test.
    runtime.shutdown_background();
    answer
}

fn who(target: &Target<'_>) -> Result<Answer, Problem> {
    ask_in(&world(NOW, &[]), target, BEARER)
}

/// Fails for `cause`, and says `words`; never the token.
#[track_caller]
fn assert_problem(answer: Result<Answer, Problem>, cause: Cause, words: &str) {
    let problem = answer.expect_err("a problem");
    let text = format!("{problem} {:?}", problem.cause);
    let all = format!("{problem:?}");
    assert!(!all.contains("aSecretToken") && !all.contains("s3cr"), "{all}");
    assert!(problem.cause == cause && text.contains(words), "{text}");
}

fn review(version: &str) -> Response {
    let user =
        json!({"username": "dev", "uid": "aws-iam-authenticator:1:AIDA", "groups": ["a", "system:authenticated"]});
    let body = json!({
        "kind": "SelfSubjectReview",
        "apiVersion": format!("authentication.k8s.io/{version}"),
        "status": {"userInfo": user},
    });
    Response::json(201, &body)
}

fn dev() -> Answer {
    Answer::Known {
        username: "dev".to_owned(),
        uid: Some("aws-iam-authenticator:1:AIDA".to_owned()),
        groups: vec!["a".to_owned(), "system:authenticated".to_owned()],
    }
}

fn status(code: u16, message: &str) -> Response {
    Response::json(code, &json!({"kind": "Status", "apiVersion": "v1", "message": message, "code": code}))
}

#[test]
fn the_server_tells_who_a_token_is() {
    let api = Api::start("127.0.0.1", |_| review("v1"));
    let (url, ca) = (api.url() + "/", Some(api.ca()));
    assert_eq!(who(&Target { server: &url, ca, ..Target::default() }).expect("an answer"), dev());
    let asked = api.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("POST /apis/authentication.k8s.io/v1/selfsubjectreviews\n"), "{}", asked[0]);
    for line in
        [&format!("authorization: Bearer {BEARER}"), &format!("host: {}", api.address()), "accept: application/json"]
    {
        assert!(asked[0].contains(&format!("\n{line}\n")), "{}", asked[0]);
    }
    assert!(
        asked[0].ends_with(r#"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#),
        "{}",
        asked[0]
    );
}

#[test]
fn a_server_behind_a_path() {
    let api = Api::start("127.0.0.1", |_| review("v1"));
    let url = api.url() + "/k8s/clusters/c-1";
    who(&Target { server: &url, ca: Some(api.ca()), ..Target::default() }).expect("an answer");
    assert!(api.asked()[0].starts_with("POST /k8s/clusters/c-1/apis/authentication.k8s.io/v1/"));
}

#[test]
fn older_versions_are_asked_for_where_newer_ones_are_missing() {
    // As Kubernetes tells that it does not have a version.
    let missing = || Response::new(404, "text/plain", "404 page not found\n").header("Audit-Id", "1");
    for (oldest, answer, count) in
        [("v1", dev(), 1), ("v1beta1", dev(), 2), ("v1alpha1", dev(), 3), ("none", Answer::Unnamed, 3)]
    {
        let api = Api::start("127.0.0.1", move |request| {
            let has_it = request.target.contains(&format!("/{oldest}/"));
            if has_it { review(oldest) } else { missing() }
        });
        let (url, ca) = (api.url(), Some(api.ca()));
        assert_eq!(who(&Target { server: &url, ca, ..Target::default() }).expect("an answer"), answer, "{oldest}");
        let asked = api.asked();
        assert_eq!(asked.len(), count, "{asked:?}");
        let versions = ["v1", "v1beta1", "v1alpha1"];
        for (asked, version) in asked.iter().zip(versions) {
            assert!(asked.ends_with(&format!(
                r#"{{"apiVersion":"authentication.k8s.io/{version}","kind":"SelfSubjectReview"}}"#
            )));
        }
    }
}

#[test]
fn what_else_may_be_answered() {
    let forbidden = r#"selfsubjectreviews.authentication.k8s.io is forbidden: User "dev" cannot create"#;
    let ask = |response: fn() -> Response| {
        let api = Api::start("127.0.0.1", move |_| response());
        let (url, ca) = (api.url(), Some(api.ca()));
        let answer = who(&Target { server: &url, ca, ..Target::default() });
        assert_eq!(api.asked().len(), 1, "nothing is followed or repeated");
        answer
    };
    let answer =
        ask(|| status(403, "selfsubjectreviews.authentication.k8s.io is forbidden: User \"dev\" cannot create"));
    assert_eq!(answer.expect("an answer"), Answer::Forbidden { message: forbidden.to_owned() });
    assert_problem(ask(|| status(401, "Unauthorized")), Cause::Unauthorized, "refuses the token (401 Unauthorized)");
    assert_problem(ask(|| status(500, "etcd\nis down")), Cause::Other, "answers with status 500: etcd\\nis down");
    let redirect = || Response::new(302, "text/html", "").header("Location", "https://login.example/?secret=s3cret");
    assert_problem(ask(redirect), Cause::Redirect, "redirects to login.example (status 302)");
    let page = || Response::new(200, "text/html; charset=utf-8", "<html>Log in</html>");
    assert_problem(ask(page), Cause::Foreign, "is no Kubernetes API server (status 200, text/html)");
    for status in [401, 403, 404, 502] {
        let page = match status {
            401 => || Response::new(401, "text/html", "<html>"),
            403 => || Response::new(403, "text/html", "<html>"),
            404 => || Response::new(404, "text/html", "<html>"),
            _ => || Response::new(502, "text/html", "<html>"),
        };
        assert_problem(ask(page), Cause::Foreign, &format!("(status {status}, text/html)"));
    }
    assert_problem(
        ask(|| Response::json(201, &json!({"status": {}}))),
        Cause::Foreign,
        "(status 201, application/json)",
    );
    let long = || Response::json(201, &json!({"status": {"userInfo": {"username": "x".repeat(2 << 20)}}}));
    assert_problem(ask(long), Cause::Foreign, "(status 201");
}

#[test]
fn certificates_that_do_not_fit() {
    let api = Api::start("other.example", |_| review("v1"));
    let url = api.url();
    let target = |ca| Target { server: &url, ca, ..Target::default() };
    let stranger = Some(Authority::new().pem().as_bytes().to_vec());
    let words = "its certificate is not of the certificate authority in the kubeconfig";
    assert_problem(who(&target(stranger)), Cause::UnknownIssuer, words);
    assert_problem(who(&target(None)), Cause::UnknownIssuer, "of no certificate authority that this system knows");
    let words = "its certificate is not for 127.0.0.1 (but for: ";
    assert_problem(who(&target(Some(api.ca()))), Cause::WrongName, words);
    assert_eq!(api.asked(), Vec::<String>::new(), "no token goes to a server that may be anybody's");

    let with_name = |name| Target { tls_server_name: Some(name), ..target(Some(api.ca())) };
    assert_eq!(who(&with_name("other.example")).expect("an answer"), dev());
    assert_problem(who(&with_name("127.0.0.1")), Cause::WrongName, "127.0.0.1");
    assert_problem(who(&with_name("not a name")), Cause::Setting, "`not a name` is no name for a certificate");
    let insecure = |ca| Target { insecure_skip_tls_verify: true, ..target(ca) };
    assert_eq!(who(&insecure(None)).expect("an answer"), dev());
    assert_problem(who(&insecure(Some(api.ca()))), Cause::Setting, "kubectl refuses both");
}

#[test]
fn certificates_out_of_their_time() {
    let api = Api::start("127.0.0.1", |_| review("v1"));
    let url = api.url();
    let target = || Target { server: &url, ca: Some(api.ca()), ..Target::default() };
    // rcgen's are valid from 1975 to 4096, and the clock is the world's.
    let at = |year: u64| ask_in(&world((year - 1970) * 31_557_600, &[]), &target(), BEARER);
    assert_problem(at(1972), Cause::Expired, "its certificate is not valid yet");
    assert_problem(at(4100), Cause::Expired, "its certificate has expired");
    assert_eq!(at(2026).expect("an answer"), dev());
}

#[test]
fn authorities_that_cannot_be_used() {
    let api = Api::start("127.0.0.1", |_| review("v1"));
    let url = api.url();
    let target = |ca: &str| Target { server: &url, ca: Some(ca.as_bytes().to_vec()), ..Target::default() };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for ca in ["", "no PEM", broken] {
        assert_problem(who(&target(ca)), Cause::Setting, "holds no certificate that can be read");
    }
    // As Go does, which takes those that it can read.
    let some = format!("{broken}{}", api.authority.pem());
    assert_eq!(who(&target(&some)).expect("an answer"), dev());
}

#[test]
fn nobody_there() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let refused = format!("https://{free}");
    let target = |server| Target { server, insecure_skip_tls_verify: true, ..Target::default() };
    assert_problem(who(&target(&refused)), Cause::Unreachable, "Connection refused");
    // A label of more than 63 characters, so that no name server is asked.
    let name = format!("https://{}.eks.amazonaws.com", "a".repeat(64));
    let named = Target { tls_server_name: Some("x"), ..target(&name) };
    assert_problem(who(&named), Cause::Dns, "has no address");
    for server in ["http://127.0.0.1:1", "127.0.0.1:1", "", "https://", "ht!tp://x"] {
        assert_problem(who(&target(server)), Cause::Setting, "the server `");
    }
    let words = "the server's URL has a user in it";
    assert_problem(who(&target("https://user:s3cret@127.0.0.1:1")), Cause::Setting, words);
    let answer = ask_in(&world(NOW, &[]), &target("https://127.0.0.1:1"), "aSecretToken\n");
    assert_problem(answer, Cause::Setting, "no header can hold the token");
}

#[test]
fn what_listens_is_no_api_server() {
    let plain = Server::bind().serve(|mut stream| {
        let _ = stream.read(&mut [0; 64])?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    });
    let closing = Server::bind().serve(|_| Ok(()));
    let with = |server: &Server, cause, words| {
        let url = server.url().replace("http", "https");
        assert_problem(
            who(&Target { server: &url, insecure_skip_tls_verify: true, ..Target::default() }),
            cause,
            words,
        );
    };
    with(&plain, Cause::NotTls, "what listens there does not speak TLS");
    with(&closing, Cause::Tls, "no TLS with https://127.0.0.1");
}

/// Three seconds for a connection, ten for everything: real ones, since what is awaited is nothing.
#[test]
fn silence_has_an_end() {
    let silent = Server::bind().serve(|mut stream| io::copy(&mut stream, &mut io::sink()).map(|_| ()));
    let url = silent.url().replace("http", "https");
    let words = "within 3 s, directly";
    assert_problem(
        who(&Target { server: &url, insecure_skip_tls_verify: true, ..Target::default() }),
        Cause::Timeout,
        words,
    );
}

#[test]
fn an_answer_that_does_not_come() {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let api = Api::start("127.0.0.1", move |_| {
        let _ = wait.lock().expect("one request").recv();
        review("v1")
    });
    let (url, ca) = (api.url(), Some(api.ca()));
    let answer = who(&Target { server: &url, ca, ..Target::default() });
    drop(release);
    assert_problem(answer, Cause::Timeout, "does not answer within 10 s");
}

/// A CONNECT proxy that wants `user:s3cr%t`, and lets to api.example alone.
fn tunnel(stream: TcpStream) -> io::Result<Option<TcpStream>> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = http::read(&mut stream)? {
        let login = format!("Basic {}", STANDARD.encode("user:s3cr%t"));
        let code = match (&*request.target, request.header("proxy-authorization")) {
            _ if request.method != "CONNECT" => 405,
            (_, auth) if auth.as_ref() != Some(&login) => 407,
            ("api.example:443" | "localhost:443", _) => 200,
            _ => 403,
        };
        if code == 200 {
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            return Ok(Some(stream.into_inner()));
        }
        Response::new(code, "text/plain", "").write(stream.get_mut())?;
    }
    Ok(None)
}

/// A SOCKS5 proxy (RFC 1928) without a login, which lets to api.example alone. It gets the name, not an address.
fn socks(mut stream: TcpStream) -> io::Result<Option<TcpStream>> {
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting)?;
    stream.read_exact(&mut vec![0; usize::from(greeting[1])])?;
    stream.write_all(&[5, 0])?;
    let mut request = [0; 5];
    stream.read_exact(&mut request)?;
    let mut rest = vec![0; usize::from(request[4]) + 2];
    stream.read_exact(&mut rest)?;
    let fits = request[..4] == [5, 1, 0, 3] && rest == [b"api.example", &443_u16.to_be_bytes()[..]].concat();
    stream.write_all(&[5, if fits { 0 } else { 2 }, 0, 1, 0, 0, 0, 0, 0, 0])?;
    Ok(fits.then_some(stream))
}

#[test]
fn a_proxy_of_the_kubeconfig() {
    let api = Api::behind(tunnel, "api.example", |_| review("v1"));
    let through = |proxy: &str, server: &str| {
        who(&Target { server, ca: Some(api.ca()), proxy_url: Some(proxy), ..Target::default() })
    };
    let server = "https://api.example";
    let address = api.address();
    assert_eq!(through(&format!("http://user:s3cr%25t@{address}"), server).expect("an answer"), dev());
    // Also to this machine: whoever writes it there means it.
    let answer = through(&format!("http://user:s3cr%25t@{address}"), "https://localhost");
    assert_problem(answer, Cause::WrongName, "not for localhost");
    let name = format!("the proxy {address} (proxy-url) leads no further: ");
    let words = format!("{name}wants a user and a password");
    assert_problem(through(&format!("http://user:s3cret@{address}"), server), Cause::Proxy, &words);
    let words = format!("{name}does not open a tunnel");
    assert_problem(through(&format!("http://user:s3cr%25t@{address}"), "https://b.example"), Cause::Proxy, &words);
    // A / in a password: what is before it would be a port.
    for odd in ["http://user:s3cret/x@p:1", "ftp://user:s3cret@x", "socks4://x", "user:s3cret@x:1", "http://", "s3cret"]
    {
        assert_problem(through(odd, server), Cause::Setting, "proxy-url is not the URL of a proxy");
    }
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let words = format!("the proxy {free} (proxy-url) cannot be reached: Connection refused");
    assert_problem(through(&format!("http://{free}"), server), Cause::Proxy, &words);
    let nameless = format!("http://{}:1", "a".repeat(64));
    assert_problem(through(&nameless, server), Cause::Proxy, "has no address");
    assert_eq!(api.asked().len(), 1);
}

#[test]
fn a_socks_proxy() {
    let api = Api::behind(socks, "api.example", |_| review("v1"));
    let proxy = format!("socks5://{}", api.address());
    let through = |server| who(&Target { server, ca: Some(api.ca()), proxy_url: Some(&proxy), ..Target::default() });
    assert_eq!(through("https://api.example").expect("an answer"), dev());
    assert_problem(through("https://b.example"), Cause::Proxy, "SOCKS error");
}

#[test]
fn a_proxy_of_the_environment() {
    let api = Api::behind(tunnel, "api.example", |_| review("v1"));
    let proxy = format!("http://user:s3cr%25t@{}", api.address());
    let with = |server: &str, further: &[(&str, &str)]| {
        let mut variables = vec![("HTTPS_PROXY", proxy.clone())];
        variables.extend(further.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let target = Target { server, ca: Some(api.ca()), tls_server_name: Some("api.example"), ..Target::default() };
        ask_in(&world(NOW, &variables), &target, BEARER)
    };
    assert_eq!(with("https://api.example", &[]).expect("an answer"), dev());
    let excepted = format!("https://{}.example", "a".repeat(64));
    assert_problem(with(&excepted, &[]), Cause::Proxy, "(HTTPS_PROXY) leads no further");
    assert_problem(with(&excepted, &[("NO_PROXY", "x,.example")]), Cause::Dns, "has no address");
    // Go leaves proxies out on the way to this machine.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    for host in ["localhost", "127.0.0.1"] {
        let server = format!("https://{host}:{}", free.port());
        assert_problem(with(&server, &[]), Cause::Unreachable, "Connection refused");
    }
    let odd = ask_in(
        &world(NOW, &[("HTTPS_PROXY", "ftp://user:s3cret@x".to_owned())]),
        &Target { server: "https://api.example", ..Target::default() },
        BEARER,
    );
    assert_problem(odd, Cause::Setting, "HTTPS_PROXY is not the URL of a proxy");
}

#[test]
fn an_encrypted_proxy_needs_the_same_authority() {
    // Go takes the kubeconfig's CA for it, too. What it opens is a tunnel to nobody: TLS within ends at once.
    let proxy = Api::start("127.0.0.1", |_| Response::new(407, "text/plain", ""));
    let url = proxy.url();
    let through = |ca| who(&Target { server: "https://api.example", ca, proxy_url: Some(&url), ..Target::default() });
    assert_problem(through(Some(proxy.ca())), Cause::Proxy, "wants a user and a password");
    assert_eq!(proxy.asked().len(), 1);
    let stranger = Some(Authority::new().pem().as_bytes().to_vec());
    assert_problem(through(stranger), Cause::UnknownIssuer, "no TLS with the proxy 127.0.0.1");
}

#[test]
fn targets_of_a_kubeconfig() {
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("ca.crt"), "the CA").expect("a file");
    let entry = json!({
        "server": "https://x", "certificate-authority": "ca.crt", "tls-server-name": "y", "proxy-url": "http://p",
        "insecure-skip-tls-verify": true,
    });
    let target = Target::of_entry(&entry, folder.path()).expect("a target");
    assert_eq!((target.server, target.tls_server_name, target.proxy_url), ("https://x", Some("y"), Some("http://p")));
    assert_eq!((target.ca.as_deref(), target.insecure_skip_tls_verify), (Some(&b"the CA"[..]), true));

    let data = STANDARD.encode("CA in the file");
    let (first, second) = data.split_at(5);
    let entry = json!({"server": "https://x", "certificate-authority": "gone", "certificate-authority-data": format!("{first}\n{second}"), "proxy-url": ""});
    let target = Target::of_entry(&entry, folder.path()).expect("a target");
    assert_eq!((target.ca.as_deref(), target.proxy_url), (Some(&b"CA in the file"[..]), None));
    assert!(!target.insecure_skip_tls_verify);

    let failure = |entry: Value| Target::of_entry(&entry, folder.path()).err().expect("a failure").to_string();
    assert_eq!(failure(json!({})), "the cluster entry has no server");
    assert_eq!(
        failure(json!({"server": "https://x", "certificate-authority-data": "!"})),
        "certificate-authority-data is not base64"
    );
    let text = failure(json!({"server": "https://x", "certificate-authority": "gone"}));
    assert!(text.starts_with("certificate-authority: cannot read ") && text.contains("gone"), "{text}");
    let text = failure(json!({"server": "https://x", "certificate-authority": "."}));
    assert!(text.contains("it is not a regular file"), "{text}");

    let target = Target::of_cluster("https://x", &data).expect("a target");
    assert_eq!((target.server, target.ca.as_deref()), ("https://x", Some(&b"CA in the file"[..])));
    assert!(Target::of_cluster("https://x", "!").is_err());
}
