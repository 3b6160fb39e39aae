//! The network: one HTTP client, built when the first request needs it, and the bounds within which AWS must answer.
//!
//! No TLS roots, no socket, no thread and no runtime before a request. Requests of AWS's services go through the
//! configured proxy; those of container and instance metadata endpoints never do, since a proxy cannot reach them and
//! must not see their credentials.

use std::cell::{Cell, OnceCell};
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::config::{BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_http_client::{Connector, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use http::Uri;
use http_body::Body as _;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::aws::answer::{Problem, cause};
use crate::aws::profiles::Profile;
use crate::aws::proxy::Proxies;
use crate::aws::trust::Trust;
use crate::cli::Network as Flags;
use crate::error::{Failure, other};
use crate::world::{AWS_MAX_ATTEMPTS, World};

/// DESIGN's bounds, so that kubectl never hangs: for a connection (TLS included), for the next byte, for everything.
const CONNECT: Duration = Duration::from_secs(3);
const READ: Duration = Duration::from_secs(10);
const TOTAL: Duration = Duration::from_secs(20);

/// How often a request is sent at most, as in the AWS CLI's standard mode; and the wait before the second time, which
/// is doubled before the third and drawn at random below that.
const ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(500);

/// The largest answer that is read of a metadata endpoint.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Access to the network, opened by the first request.
pub struct Network<'a> {
    flags: &'a Flags,
    profile: Profile<'a>,
    world: &'a World,
    /// Never dropped: that would wait for a name lookup which may hang.
    runtime: OnceCell<ManuallyDrop<Runtime>>,
    to_services: OnceCell<SharedHttpConnector>,
    to_metadata: OnceCell<SharedHttpConnector>,
    /// The host that was asked last, and the proxy on the way to it, for messages.
    asked: Arc<Mutex<String>>,
    /// How long all further waiting together may take.
    left: Cell<Duration>,
}

/// What a plain HTTP request brought.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl<'a> Network<'a> {
    /// The network as flags, environment and `profile`, the selected one, want it.
    #[must_use]
    pub fn new(flags: &'a Flags, profile: Profile<'a>, world: &'a World) -> Self {
        Self {
            flags,
            profile,
            world,
            runtime: OnceCell::new(),
            to_services: OnceCell::new(),
            to_metadata: OnceCell::new(),
            asked: Arc::default(),
            left: Cell::new(total(flags)),
        }
    }

    /// What every client of an AWS service is configured with, but for credentials.
    ///
    /// # Errors
    /// A proxy setting that cannot be meant.
    pub fn sdk_config(&self, region: &str, endpoint_url: Option<&str>) -> Result<aws_types::sdk_config::Builder> {
        let connector = self.to_services()?.clone();
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .region(Region::new(region.to_owned()))
            .retry_config(self.retries()?)
            // Connecting and reading are bounded by the connector, everything together by `wait`.
            .timeout_config(aws_sdk_sts::config::timeout::TimeoutConfig::disabled())
            .stalled_stream_protection(self.stalls())
            .sleep_impl(TokioSleep::new())
            .time_source(StaticTimeSource::new(self.world.now()));
        builder.set_endpoint_url(endpoint_url.map(str::to_owned));
        builder.set_app_name(AppName::new("ekscred").ok());
        Ok(builder)
    }

    /// The bound for reading holds for what follows the head of an answer, too.
    fn stalls(&self) -> StalledStreamProtectionConfig {
        match bound(self.flags.cli_read_timeout, READ) {
            Some(bound) => StalledStreamProtectionConfig::enabled().upload_enabled(false).grace_period(bound).build(),
            None => StalledStreamProtectionConfig::disabled(),
        }
    }

    /// `AWS_MAX_ATTEMPTS` or `max_attempts`, where it is a number. `retry_mode` does not matter: its modes differ in
    /// how long a program waits that makes many requests, and we make few.
    fn retries(&self) -> Result<RetryConfig> {
        let configured = self.world.text(AWS_MAX_ATTEMPTS)?;
        let configured = configured.as_deref().or(self.profile.get("max_attempts"));
        let attempts = configured.and_then(|text| text.trim().parse().ok()).filter(|&attempts| attempts > 0);
        Ok(RetryConfig::standard()
            .with_max_attempts(attempts.unwrap_or(ATTEMPTS))
            .with_initial_backoff(FIRST_BACKOFF)
            .with_max_backoff(FIRST_BACKOFF * 8))
    }

    /// Sends a request of the SDK's and waits for what it gives. `operation` says in messages what is asked for; `secrets`
    /// are what the request holds and no message may.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn call<T, E>(
        &self,
        operation: &str,
        secrets: &[&str],
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Problem>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let now = self.world.now();
        let answer = self.wait(operation, request).map_err(Problem::Failed)?;
        let result = answer.map_err(|error| Problem::new(operation, error, secrets, now));
        self.world.debug(|| match &result {
            Ok(_) => format!("{operation}: done, by {}", self.asked()),
            Err(Problem::Refused(refusal)) => format!("{operation}: {} from {}", refusal.code, self.asked()),
            Err(Problem::Failed(_)) => format!("{operation}: no good answer from {}", self.asked()),
        });
        result.map_err(|problem| match problem {
            Problem::Failed(error) if !error.is::<Failure>() => {
                Problem::Failed(error.context(format!("cannot reach {}", self.asked())))
            }
            problem => problem,
        })
    }

    /// The host that was asked last, and by which way.
    fn asked(&self) -> String {
        self.asked.lock().map_or_else(|_| String::new(), |asked| asked.clone())
    }

    /// Waits for `future`, no longer than is left of the bound for all requests together.
    ///
    /// # Errors
    /// That bound was reached; `what` says in the message what was waited for.
    pub fn wait<T>(&self, what: impl Display, future: impl Future<Output = T>) -> Result<T> {
        let start = tokio::time::Instant::now();
        let outcome = self.run(self.left.get(), future);
        let spent = start.elapsed();
        self.left.set(self.left.get().saturating_sub(spent));
        let silence = || format!("{what}: no answer from {} within {:.1} s", self.asked(), spent.as_secs_f64());
        outcome?.ok_or_else(|| other(silence()).into())
    }

    /// Runs `future`, no longer than `limit`: `None` when that was reached.
    ///
    /// # Errors
    /// The runtime cannot be had.
    pub fn run<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Result<Option<T>> {
        let bounded = async { timeout(limit, future).await.ok() };
        Ok(self.runtime()?.block_on(bounded))
    }

    /// Lets what `requests` does take `limit` together at most.
    pub fn within<T>(&self, limit: Duration, requests: impl FnOnce() -> T) -> T {
        let before = self.left.get();
        let allowed = before.min(limit);
        self.left.set(allowed);
        let result = requests();
        let spent = allowed.saturating_sub(self.left.get());
        self.left.set(before.saturating_sub(spent));
        result
    }

    /// Sleeps before another attempt; the time counts.
    ///
    /// # Errors
    /// There is not so much time left.
    pub fn pause(&self, duration: Duration) -> Result<()> {
        self.wait("waiting for another attempt", async { tokio::time::sleep(duration).await })
    }

    /// One HTTP request of a container or instance metadata endpoint.
    ///
    /// # Errors
    /// No answer, or one that is no text or too long.
    pub fn fetch(&self, method: &'static str, url: &str, headers: &[(&'static str, &str)]) -> Result<Answer> {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_method(method).with_context(|| format!("cannot build a request to {url}"))?;
        request.set_uri(url).map_err(|_| anyhow!("`{url}` is not a URL"))?;
        for &(name, value) in headers {
            // The error would quote the value, which may be a secret.
            request
                .headers_mut()
                .try_insert(name, value.to_owned())
                .map_err(|_| anyhow!("the {name} header cannot hold that value"))?;
        }
        let connector = self.to_metadata();
        let answer = self.wait(url, async {
            let response = connector.call(request).await.map_err(|error| cause(&error))?;
            let status = response.status().as_u16();
            let body = read(response.into_body(), bound(self.flags.cli_read_timeout, READ)).await?;
            Ok(Answer { status, body })
        })?;
        let answer = answer.map_err(|error: anyhow::Error| match error.is::<Failure>() {
            true => error,
            false => error.context(format!("cannot reach {url}")),
        })?;
        self.world.debug(|| format!("{method} {url}: status {}", answer.status));
        Ok(answer)
    }

    fn runtime(&self) -> Result<&Runtime> {
        if self.runtime.get().is_none() {
            #[expect(clippy::disallowed_methods, reason = "this is the place")]
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let _ = self.runtime.set(ManuallyDrop::new(runtime.context("cannot start the network")?));
        }
        self.runtime.get().map(|runtime| &**runtime).ok_or_else(|| anyhow!("the network did not start"))
    }

    fn to_services(&self) -> Result<&SharedHttpConnector> {
        if self.to_services.get().is_none() {
            let proxies = Proxies::of_environment(self.world)?;
            let _ = self.to_services.set(self.connector(proxies));
        }
        self.to_services.get().ok_or_else(|| anyhow!("the HTTP client did not start"))
    }

    fn to_metadata(&self) -> &SharedHttpConnector {
        self.to_metadata.get_or_init(|| self.connector(Proxies::none()))
    }

    fn connector(&self, proxies: Proxies) -> SharedHttpConnector {
        let settings = HttpConnectorSettings::builder();
        let settings = match bound(self.flags.cli_connect_timeout, CONNECT) {
            Some(bound) => settings.connect_timeout(bound),
            None => settings,
        };
        let settings = match bound(self.flags.cli_read_timeout, READ) {
            Some(bound) => settings.read_timeout(bound),
            None => settings,
        };
        let trust = Trust::configured(self.flags.ca_bundle.as_deref(), self.profile, self.world);
        SharedHttpConnector::new(ByScheme {
            settings: settings.build(),
            proxies,
            trust,
            asked: Arc::clone(&self.asked),
            http: OnceLock::new(),
            https: OnceLock::new(),
        })
    }
}

/// A bound that a flag may change; its 0 means none, as in the AWS CLI.
fn bound(flag: Option<u64>, default: Duration) -> Option<Duration> {
    flag.map_or(Some(default), |seconds| (seconds > 0).then(|| Duration::from_secs(seconds)))
}

/// All requests together: [`TOTAL`], or longer where the flags ask for longer waits.
fn total(flags: &Flags) -> Duration {
    match (bound(flags.cli_connect_timeout, CONNECT), bound(flags.cli_read_timeout, READ)) {
        (Some(connect), Some(read)) => TOTAL.max(connect.saturating_add(read)),
        _ => Duration::from_hours(24),
    }
}

/// The body, as text; `bound` is how long each piece of it may take.
async fn read(mut body: SdkBody, bound: Option<Duration>) -> Result<String> {
    let mut bytes = Vec::new();
    loop {
        let chunk = poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let chunk = timeout(bound.unwrap_or(Duration::MAX), chunk).await.map_err(|_| anyhow!("the answer stopped"))?;
        let Some(chunk) = chunk else { break };
        let chunk = chunk.map_err(|_| anyhow!("the answer broke off"))?;
        bytes.extend_from_slice(&chunk.into_data().unwrap_or_default());
        if bytes.len() > MAX_BODY_BYTES {
            return Err(anyhow!("the answer is longer than {MAX_BODY_BYTES} bytes"));
        }
    }
    String::from_utf8(bytes).map_err(|_| anyhow!("the answer is not valid UTF-8"))
}

/// A connector for each scheme, built when it is first needed: an `http` URL needs no TLS roots.
#[derive(Debug)]
struct ByScheme {
    settings: HttpConnectorSettings,
    proxies: Proxies,
    trust: Trust,
    asked: Arc<Mutex<String>>,
    http: OnceLock<Connector>,
    https: OnceLock<Connector>,
}

impl ByScheme {
    fn connector(&self, scheme: &str) -> Result<&Connector, Failure> {
        let (cell, proxy) = match scheme {
            "http" => (&self.http, &self.proxies.http),
            _ => (&self.https, &self.proxies.https),
        };
        if let Some(connector) = cell.get() {
            return Ok(connector);
        }
        let needs_tls = scheme != "http" || proxy.as_ref().is_some_and(|proxy| proxy.url.starts_with("https:"));
        let builder = Connector::builder()
            .connector_settings(self.settings.clone())
            .sleep_impl(TokioSleep::new())
            .proxy_config(proxy.as_ref().map_or_else(|| Ok(ProxyConfig::disabled()), |proxy| proxy.config(scheme))?);
        let connector = match needs_tls {
            false => builder.build_http(),
            true => builder
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                .tls_context(self.trust.context()?)
                .build(),
        };
        Ok(cell.get_or_init(|| connector))
    }
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: Uri = request.uri().parse().unwrap_or_default();
        let scheme = uri.scheme_str().unwrap_or("https");
        let host = uri.host().unwrap_or_default();
        let proxy = match scheme {
            "http" => &self.proxies.http,
            _ => &self.proxies.https,
        };
        if let Ok(mut asked) = self.asked.lock() {
            *asked = match proxy.as_ref().and_then(|proxy| proxy.on_the_way_to(&uri)) {
                Some(proxy) => format!("{host} through {proxy}"),
                None => host.to_owned(),
            };
        }
        match self.connector(scheme) {
            Ok(connector) => connector.call(request),
            // A setting of the user's: neither worth another attempt, nor lost on its way up.
            Err(failure) => HttpConnectorFuture::ready(Err(ConnectorError::user(failure.into()))),
        }
    }
}
