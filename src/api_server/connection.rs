//! One connection to an API server, and one request over it: TCP, the proxy, TLS, HTTP/1.1, each with its own failures.

use std::error::Error;
use std::future::{Future, poll_fn, ready};
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, Response, StatusCode, Uri};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::problem::Problem;
use super::{Target, problem, tls};
use crate::aws::proxy::Proxies;
use crate::error::one_line;
use crate::world::World;

/// How long TCP, proxy and TLS may take together.
const CONNECT: Duration = Duration::from_secs(3);

/// The longest answer that is read; a SelfSubjectReview has some hundred bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// An open connection, encrypted.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    server: String,
    /// By which way, in words.
    pub way: String,
}

/// The longest message that is told.
const MAX_MESSAGE: usize = 400;

/// What came back.
pub(super) struct Reply {
    pub status: StatusCode,
    pub content_type: String,
    pub location: String,
    /// Null where the body is something else.
    pub json: Value,
    /// Whether it is Kubernetes' own, and not that of somebody in between.
    pub is_of_kubernetes: bool,
}

/// What bytes go over: a socket, or a socket within something.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A proxy on the way.
struct Proxy {
    intercept: Intercept,
    /// In words, without a password.
    name: String,
}

impl Connection {
    /// Connects to the host of `uri`, as `target` wants.
    pub(super) async fn open(target: &Target<'_>, uri: &Uri, world: &World) -> Result<Self, Problem> {
        // What is wrong with a setting is told before anybody is asked.
        let proxy = proxy(target, uri, world)?;
        let config = tls::config(target, world.now())?;
        let name = tls::name(target.tls_server_name.unwrap_or(host(uri)))?;
        let way = proxy.as_ref().map_or_else(|| "directly".to_owned(), |proxy| format!("through {}", proxy.name));
        let connector = TlsConnector::from(config);
        let open = async {
            let stream: Box<dyn Stream> = match &proxy {
                None => Box::new(tcp(uri).await.map_err(|error| problem::unreached(target.server, &*error))?),
                Some(proxy) => {
                    let to_proxy = proxy.intercept.uri();
                    let mut stream: Box<dyn Stream> =
                        Box::new(tcp(to_proxy).await.map_err(|error| problem::proxy_unreached(&proxy.name, &*error))?);
                    if to_proxy.scheme_str() == Some("https") {
                        // Go takes the same settings for this TLS, the server's name included.
                        let name = tls::name(target.tls_server_name.unwrap_or(host(to_proxy)))?;
                        let encrypted = connector.connect(name, stream).await;
                        stream = Box::new(encrypted.map_err(|error| problem::of_tls(&proxy.name, target, &error))?);
                    }
                    proxy.lead(stream, uri).await.map_err(|error| problem::proxy_refused(&proxy.name, &*error))?
                }
            };
            let encrypted = connector.connect(name, stream).await;
            encrypted.map_err(|error| problem::of_tls(target.server, target, &error))
        };
        let stream = timeout(CONNECT, open)
            .await
            .unwrap_or_else(|_| Err(problem::no_connection(target.server, &way, CONNECT)))?;
        Ok(Self { stream: Box::new(stream), server: target.server.to_owned(), way })
    }

    /// Sends the request, and reads the answer.
    pub(super) async fn send(self, request: Request<String>) -> Result<Reply, Problem> {
        let broken = |error: hyper::Error| problem::broken_off(&self.server, &error);
        let (mut sender, connection) = http1::handshake(TokioIo::new(self.stream)).await.map_err(broken)?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            Reply::read(response).await.map_err(broken)
        };
        beside(connection, exchange).await
    }
}

impl Reply {
    async fn read(response: Response<Incoming>) -> Result<Self, hyper::Error> {
        let (head, mut body) = response.into_parts();
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (content_type, location) = (header(CONTENT_TYPE), header(LOCATION));
        let mut bytes = Vec::new();
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            bytes.extend_from_slice(&frame?.into_data().unwrap_or_default());
            if bytes.len() > MAX_BODY_BYTES {
                bytes.clear();
                break;
            }
        }
        let json: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        // Kubernetes numbers each request (since 1.20), also where an answer is plain text, as that of a version which it
        // does not have.
        let is_of_kubernetes =
            head.headers.contains_key("audit-id") || json["kind"].is_string() && json["apiVersion"].is_string();
        Ok(Self { status: head.status, content_type, location, json, is_of_kubernetes })
    }

    /// Why a request failed, in Kubernetes' words. They name users, whose names have ARNs and sessions in them.
    pub(super) fn message(&self) -> String {
        let text = self.json["message"].as_str().unwrap_or("no reason given");
        let end = text.char_indices().nth(MAX_MESSAGE).map_or(text.len(), |(end, _)| end);
        one_line(&text[..end])
    }
}

impl Proxy {
    /// Has the proxy lead `stream`, which goes to it, on to `uri`.
    async fn lead(&self, stream: Box<dyn Stream>, uri: &Uri) -> Result<Box<dyn Stream>, Box<dyn Error + Send + Sync>> {
        let (to_proxy, connected) = (self.intercept.uri().clone(), Connected(Some(TokioIo::new(stream))));
        let stream = match to_proxy.scheme_str() {
            Some("http" | "https") => {
                let tunnel = Tunnel::new(to_proxy, connected);
                let auth = self.intercept.basic_auth().cloned();
                let mut tunnel = match auth {
                    Some(auth) => tunnel.with_auth(auth),
                    None => tunnel,
                };
                tunnel.call(uri.clone()).await?
            }
            _ => {
                let socks = SocksV5::new(to_proxy, connected);
                let mut socks = match self.intercept.raw_auth() {
                    Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
                    None => socks,
                };
                // It wants the port told.
                let to = format!("https://{}:{}", uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(443));
                socks.call(to.parse()?).await.map_err(|error| error.to_string())?
            }
        };
        Ok(stream.into_inner())
    }
}

/// The proxy on the way to `uri`, as client-go chooses it: `proxy-url` for every host, else the environment's, but never
/// to this machine (Go's `http.ProxyFromEnvironment`).
fn proxy(target: &Target<'_>, uri: &Uri, world: &World) -> Result<Option<Proxy>, Problem> {
    let find = |url: &str, name: String| match Matcher::builder().all(url).build().intercept(uri) {
        Some(intercept)
            if intercept.uri().scheme_str().is_some_and(|scheme| scheme != "socks4" && scheme != "socks4a") =>
        {
            let host = intercept.uri().authority().map_or_else(String::new, ToString::to_string);
            Ok(Some(Proxy { name: format!("the proxy {host} ({name})"), intercept }))
        }
        _ => Err(problem::no_proxy(&name)),
    };
    if let Some(url) = target.proxy_url {
        // Without a scheme Go takes it for a path. A password with a / in it would be taken for a port, which Go refuses.
        let is_whole = |rest: &str| !rest.split_once(['/', '?', '#']).is_some_and(|(_, behind)| behind.contains('@'));
        return match url.split_once("://") {
            Some((_, rest)) if is_whole(rest) => find(url, "proxy-url".to_owned()),
            _ => Err(problem::no_proxy("proxy-url")),
        };
    }
    let ip: Option<IpAddr> = host(uri).parse().ok();
    if host(uri) == "localhost" || ip.is_some_and(|ip| ip.is_loopback()) {
        return Ok(None);
    }
    let proxies = Proxies::of_environment(world).map_err(|error| problem::of_setting(&error))?;
    let Some(proxy) = proxies.https else { return Ok(None) };
    match proxy.on_the_way_to(uri) {
        Ok(Some(_)) => find(&proxy.url, proxy.variable.name.to_owned()),
        Ok(None) => Ok(None),
        Err(failure) => Err(problem::of_setting(&failure.into())),
    }
}

/// A host without the brackets of an IPv6 address.
fn host(uri: &Uri) -> &str {
    uri.host().unwrap_or_default().trim_matches(['[', ']'])
}

/// A socket to the host of `uri`: whichever of its addresses answers first.
async fn tcp(uri: &Uri) -> Result<impl Stream + use<>, Box<dyn Error + Send + Sync>> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    poll_fn(|context| connector.poll_ready(context)).await?;
    Ok(connector.call(uri.clone()).await?.into_inner())
}

/// A connector that gives a connection which is there already.
struct Connected<S>(Option<S>);

impl<S> Service<Uri> for Connected<S> {
    type Response = S;
    type Error = &'static str;
    type Future = std::future::Ready<Result<S, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().ok_or("there is one connection"))
    }
}

/// Runs `connection` for as long as `exchange` needs it.
async fn beside<T>(connection: impl Future, exchange: impl Future<Output = T>) -> T {
    let (mut connection, mut exchange) = (pin!(connection), pin!(exchange));
    let mut is_open = true;
    poll_fn(|context| {
        if let Poll::Ready(result) = exchange.as_mut().poll(context) {
            return Poll::Ready(result);
        }
        // Its end, good or bad, reaches the exchange, too.
        is_open = is_open && connection.as_mut().poll(context).is_pending();
        Poll::Pending
    })
    .await
}
