//! One HTTP request: over which connection, by which proxy, trusting whom, and how long each step may take.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{Connector, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Buf;
use http::Uri;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep};

use crate::aws::answer::causes;
use crate::aws::proxy::{Proxies, Proxy};
use crate::aws::trust::Trust;
use crate::error::{Failure, other};

/// How long a request may take: for a connection (TLS included), and for the next byte. `None`: for ever.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub connect: Option<Duration>,
    pub read: Option<Duration>,
}

/// What stands for "for ever": timers of the async runtime do not reach much further than some years.
pub const FOR_EVER: Duration = Duration::from_hours(24);

/// A connector for each scheme, built when it is first needed: an `http` URL needs no TLS roots.
#[derive(Clone, Debug)]
pub struct ByScheme(pub Arc<Parts>);

/// What the connectors are built from, and they themselves.
#[derive(Debug)]
pub struct Parts {
    pub bounds: Bounds,
    pub proxies: Proxies,
    pub trust: Trust,
    /// Gets to know the host that is asked, and the proxy on the way to it, for messages.
    pub asked: Arc<Mutex<String>>,
    pub http: Cells,
    pub https: Cells,
}

/// A scheme's connectors.
#[derive(Debug, Default)]
pub struct Cells {
    proxied: OnceLock<Connector>,
    direct: OnceLock<Connector>,
}

impl Parts {
    /// Looks whether the settings let a request be sent to `url`.
    ///
    /// # Errors
    /// A proxy or a bundle of certificates that cannot be used.
    pub fn check(&self, url: &str) -> Result<(), Failure> {
        self.connector(&url.parse().unwrap_or_default()).map(|_| ())
    }

    /// The connector for `uri`, and the proxy on the way to it.
    fn connector(&self, uri: &Uri) -> Result<(&Connector, Option<String>), Failure> {
        let scheme = uri.scheme_str().unwrap_or("https");
        let (proxy, cells) = match scheme {
            "http" => (&self.proxies.http, &self.http),
            _ => (&self.proxies.https, &self.https),
        };
        let on_the_way = proxy.as_ref().map(|proxy| proxy.on_the_way_to(uri)).transpose()?.flatten();
        let proxy = proxy.as_ref().filter(|_| on_the_way.is_some());
        let cell = if proxy.is_some() { &cells.proxied } else { &cells.direct };
        if let Some(connector) = cell.get() {
            return Ok((connector, on_the_way));
        }
        let connector = self.build(scheme, proxy)?;
        Ok((cell.get_or_init(|| connector), on_the_way))
    }

    fn build(&self, scheme: &str, proxy: Option<&Proxy>) -> Result<Connector, Failure> {
        let mut settings = HttpConnectorSettings::builder();
        settings.set_connect_timeout(self.bounds.connect).set_read_timeout(self.bounds.read);
        let builder = Connector::builder()
            .connector_settings(settings.build())
            .sleep_impl(TokioSleep::new())
            .proxy_config(proxy.map_or_else(|| Ok(ProxyConfig::disabled()), |proxy| proxy.config(scheme))?);
        if scheme == "http" && !proxy.is_some_and(|proxy| proxy.url.starts_with("https:")) {
            return Ok(builder.build_http());
        }
        Ok(builder
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .tls_context(self.trust.context()?)
            .build())
    }

    fn note(&self, uri: &Uri, proxy: Option<&str>) {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if let Ok(mut asked) = self.asked.lock() {
            *asked = match proxy {
                Some(proxy) => format!("{host} through {proxy}"),
                None => host.to_owned(),
            };
        }
    }
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: Uri = request.uri().parse().unwrap_or_default();
        let connector = match self.0.connector(&uri) {
            Ok((connector, proxy)) => {
                self.0.note(&uri, proxy.as_deref());
                connector
            }
            // A setting of the user's: neither worth another attempt, nor lost on its way up.
            Err(failure) => return HttpConnectorFuture::ready(Err(ConnectorError::user(failure.into()))),
        };
        let (answer, bound) = (connector.call(request), self.0.bounds.read.unwrap_or(FOR_EVER));
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| {
                let is_final = causes(&error).any(is_a_refused_login);
                // Asked again and again, a proxy may lock the account.
                if is_final { ConnectorError::user(error.into_source()) } else { error }
            })?;
            // The connector's own bound ends with the answer's head.
            Ok(answer.map(|body| SdkBody::from_body_1_x(Bounded::new(body, bound))))
        })
    }
}

/// Whether a proxy demands a login, or another one (hyper-util's `TunnelError`, which is private to it).
fn is_a_refused_login(error: &(dyn Error + 'static)) -> bool {
    error.to_string().contains("proxy authorization required")
}

/// The largest answer that is read: many times what any of them has.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A body each piece of which must come within a bound, and which has an end.
struct Bounded {
    body: Pin<Box<SdkBody>>,
    bound: Duration,
    sleep: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Bounded {
    fn new(body: SdkBody, bound: Duration) -> Self {
        Self { body: Box::pin(body), bound, sleep: Box::pin(tokio::time::sleep(bound)), bytes: 0 }
    }
}

impl Body for Bounded {
    type Data = <SdkBody as Body>::Data;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Poll::Ready(piece) = self.body.as_mut().poll_frame(context) {
            let next = Instant::now() + self.bound;
            self.sleep.as_mut().reset(next);
            if let Some(Ok(frame)) = &piece {
                self.bytes += frame.data_ref().map_or(0, Buf::remaining);
            }
            if self.bytes > MAX_BODY_BYTES {
                return Poll::Ready(Some(Err(
                    other(format!("the answer is longer than {MAX_BODY_BYTES} bytes")).into()
                )));
            }
            return Poll::Ready(piece);
        }
        match self.sleep.as_mut().poll(context) {
            Poll::Ready(()) => {
                let message = format!("the answer stopped halfway for {:.0} s", self.bound.as_secs_f64());
                Poll::Ready(Some(Err(other(message).into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}
