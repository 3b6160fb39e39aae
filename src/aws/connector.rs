//! One HTTP request: over which connection, by which proxy, trusting whom, and how long each step may take.

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
use http::Uri;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep};

use crate::aws::proxy::{Proxies, Proxy};
use crate::aws::trust::Trust;
use crate::error::{Failure, other};

/// How long a request may take: for a connection (TLS included), and for the next byte. `None`: for ever.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub connect: Option<Duration>,
    pub read: Option<Duration>,
}

/// A connector for each scheme, built when it is first needed: an `http` URL needs no TLS roots.
#[derive(Debug)]
pub struct ByScheme {
    pub bounds: Bounds,
    pub proxies: Proxies,
    pub trust: Trust,
    /// Gets to know the host that is asked, and the proxy on the way to it, for messages.
    pub asked: Arc<Mutex<String>>,
    pub http: OnceLock<Connector>,
    pub https: OnceLock<Connector>,
}

impl ByScheme {
    fn proxy(&self, scheme: &str) -> Option<&Proxy> {
        match scheme {
            "http" => self.proxies.http.as_ref(),
            _ => self.proxies.https.as_ref(),
        }
    }

    fn connector(&self, scheme: &str) -> Result<&Connector, Failure> {
        let cell = if scheme == "http" { &self.http } else { &self.https };
        if let Some(connector) = cell.get() {
            return Ok(connector);
        }
        let proxy = self.proxy(scheme);
        let needs_tls = scheme != "http" || proxy.is_some_and(|proxy| proxy.url.starts_with("https:"));
        let mut settings = HttpConnectorSettings::builder();
        settings.set_connect_timeout(self.bounds.connect).set_read_timeout(self.bounds.read);
        let builder = Connector::builder()
            .connector_settings(settings.build())
            .sleep_impl(TokioSleep::new())
            .proxy_config(proxy.map_or_else(|| Ok(ProxyConfig::disabled()), |proxy| proxy.config(scheme))?);
        let connector = match needs_tls {
            false => builder.build_http(),
            true => builder
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                .tls_context(self.trust.context()?)
                .build(),
        };
        Ok(cell.get_or_init(|| connector))
    }

    fn note(&self, uri: &Uri, scheme: &str) {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if let Ok(mut asked) = self.asked.lock() {
            *asked = match self.proxy(scheme).and_then(|proxy| proxy.on_the_way_to(uri)) {
                Some(proxy) => format!("{host} through {proxy}"),
                None => host.to_owned(),
            };
        }
    }
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: Uri = request.uri().parse().unwrap_or_default();
        let scheme = uri.scheme_str().unwrap_or("https");
        self.note(&uri, scheme);
        let connector = match self.connector(scheme) {
            Ok(connector) => connector,
            // A setting of the user's: neither worth another attempt, nor lost on its way up.
            Err(failure) => return HttpConnectorFuture::ready(Err(ConnectorError::user(failure.into()))),
        };
        let (answer, bound) = (connector.call(request), self.bounds.read);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            // The connector's own bound ends with the answer's head.
            Ok(match bound {
                Some(bound) => answer.map(|body| SdkBody::from_body_1_x(Bounded::new(body, bound))),
                None => answer,
            })
        })
    }
}

/// A body each piece of which must come within a bound.
struct Bounded {
    body: Pin<Box<SdkBody>>,
    bound: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Bounded {
    fn new(body: SdkBody, bound: Duration) -> Self {
        Self { body: Box::pin(body), bound, sleep: Box::pin(tokio::time::sleep(bound)) }
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
