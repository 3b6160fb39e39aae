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
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::config::{BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use http_body::Body as _;
use time::OffsetDateTime;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::aws::answer::{Problem, cause, parse_date};
use crate::aws::connector::{Bounds, ByScheme, Cells, FOR_EVER, Parts};
use crate::aws::endpoint::shown;
use crate::aws::profiles::Profile;
use crate::aws::proxy::Proxies;
use crate::aws::trust::Trust;
use crate::cli::Network as Flags;
use crate::error::{Failure, Kind, other};
use crate::world::{AWS_MAX_ATTEMPTS, World};

/// DESIGN's bounds, so that kubectl never hangs: for a connection (TLS included), for the next byte, for everything.
const CONNECT: Duration = Duration::from_secs(3);
const READ: Duration = Duration::from_secs(10);
const TOTAL: Duration = Duration::from_secs(20);

/// How often a request is sent at most, as in the AWS CLI's standard mode; and the wait before the second time, which
/// is doubled before the third and drawn at random below that.
const ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(500);

/// Access to the network, opened by the first request.
pub struct Network<'a> {
    flags: &'a Flags,
    profile: Profile<'a>,
    world: &'a World,
    /// Never dropped: that would wait for a name lookup which may hang.
    runtime: OnceCell<ManuallyDrop<Runtime>>,
    to_services: OnceCell<ByScheme>,
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
    /// The other side's clock.
    pub date: Option<OffsetDateTime>,
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

    /// Looks whether the settings let a request be sent to `url`.
    ///
    /// # Errors
    /// A proxy or a bundle of certificates that cannot be used.
    pub fn check(&self, url: &str) -> Result<()> {
        Ok(self.to_services()?.0.check(url)?)
    }

    /// What every client of an AWS service is configured with, but for credentials.
    ///
    /// # Errors
    /// A proxy setting that is invalid.
    pub fn sdk_config(&self, region: &str, endpoint_url: Option<&str>) -> Result<aws_types::sdk_config::Builder> {
        let connector = SharedHttpConnector::new(self.to_services()?.clone());
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .region(Region::new(region.to_owned()))
            .retry_config(self.retries()?)
            // Connecting and reading are bounded by the connector, everything together by `wait`.
            .timeout_config(aws_sdk_sts::config::timeout::TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(TokioSleep::new())
            .time_source(StaticTimeSource::new(self.world.now()));
        builder.set_endpoint_url(endpoint_url.map(str::to_owned));
        builder.set_app_name(AppName::new("ekscred").ok());
        Ok(builder)
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
            Err(_) => format!("{operation}: no good answer from {}", self.asked()),
        });
        result.map_err(|problem| match problem {
            Problem::Failed(error) => Problem::Failed(unreached(error, &self.asked())),
            Problem::Foreign(error) => Problem::Foreign(error.context(format!("no good answer from {}", self.asked()))),
            refused @ Problem::Refused(_) => refused,
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

    /// Gives what comes next all of the time again: who asks about many things, one after the other, is to be stopped by
    /// one that hangs, not by how many there are.
    pub fn afresh(&self) {
        self.left.set(total(self.flags));
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
    /// No answer, or one that is not UTF-8 or too long.
    pub fn fetch(&self, method: &'static str, url: &str, headers: &[(&'static str, &str)]) -> Result<Answer> {
        self.send(self.to_metadata(), method, url, headers)
    }

    /// Sends the request that is inside a token, as a cluster does: `headers` are what it adds.
    ///
    /// # Errors
    /// No answer, or one that is not UTF-8 or too long.
    pub fn replay(&self, url: &str, headers: &[(&'static str, &str)]) -> Result<Answer> {
        self.send(&SharedHttpConnector::new(self.to_services()?.clone()), "GET", url, headers)
    }

    fn send(
        &self,
        connector: &SharedHttpConnector,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Answer> {
        let place = shown(url);
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_method(method).with_context(|| format!("cannot build a request to {place}"))?;
        request.set_uri(url).map_err(|_| anyhow!("`{place}` is not a URL"))?;
        for &(name, value) in headers {
            // The error would quote the value, which may be a secret.
            request
                .headers_mut()
                .try_insert(name, value.to_owned())
                .map_err(|_| anyhow!("the {name} header cannot hold that value"))?;
        }
        let answer = self.wait(&place, async {
            let response = connector.call(request).await.map_err(|error| cause(&error))?;
            let status = response.status().as_u16();
            let date = response.headers().get("date").and_then(parse_date);
            let body = read(response.into_body()).await?;
            Ok(Answer { status, body, date })
        })?;
        let answer = answer.map_err(|error: anyhow::Error| {
            // A proxy that is on the way is named: it may be what fails.
            let asked = Some(self.asked()).filter(|asked| asked.contains(" through "));
            unreached(error, asked.as_deref().unwrap_or(&place))
        })?;
        self.world.debug(|| format!("{method} {place}: status {}", answer.status));
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

    fn to_services(&self) -> Result<&ByScheme> {
        if self.to_services.get().is_none() {
            let proxies = Proxies::of_environment(self.world)?;
            let _ = self.to_services.set(self.connector(proxies));
        }
        self.to_services.get().ok_or_else(|| anyhow!("the HTTP client did not start"))
    }

    fn to_metadata(&self) -> &SharedHttpConnector {
        self.to_metadata.get_or_init(|| SharedHttpConnector::new(self.connector(Proxies::none())))
    }

    fn connector(&self, proxies: Proxies) -> ByScheme {
        ByScheme(Arc::new(Parts {
            bounds: bounds(self.flags),
            proxies,
            trust: Trust::configured(self.flags.ca_bundle.as_deref(), self.profile, self.world),
            asked: Arc::clone(&self.asked),
            http: Cells::default(),
            https: Cells::default(),
        }))
    }
}

/// `error`, which came of asking `place`. What is wrong with a setting is wrong whatever is asked for.
fn unreached(error: anyhow::Error, place: &str) -> anyhow::Error {
    if error.downcast_ref::<Failure>().is_some_and(|failure| failure.kind() == Kind::Configuration) {
        return error;
    }
    let error = error.context(format!("cannot reach {place}"));
    match format!("{error:#}") {
        text if text.contains("proxy authorization required") => {
            other(text).hint("write a user and a password, or others, into the proxy's URL").into()
        }
        // What everybody sees first behind a proxy that looks into TLS.
        text if text.contains("UnknownIssuer") => {
            other(text).hint("name its certificate authority with AWS_CA_BUNDLE or --ca-bundle").into()
        }
        _ => error,
    }
}

/// The bounds of one request. The flags change them; their 0 means none, as in the AWS CLI.
fn bounds(flags: &Flags) -> Bounds {
    let bound = |flag: Option<u64>, default: Duration| match flag {
        None => Some(default),
        Some(0) => None,
        Some(seconds) => Some(Duration::from_secs(seconds).min(FOR_EVER)),
    };
    Bounds { connect: bound(flags.cli_connect_timeout, CONNECT), read: bound(flags.cli_read_timeout, READ) }
}

/// All requests together: [`TOTAL`], or longer where the flags ask for longer waits.
fn total(flags: &Flags) -> Duration {
    match bounds(flags) {
        Bounds { connect: Some(connect), read: Some(read) } => TOTAL.max(connect + read),
        _ => FOR_EVER,
    }
}

/// The body, as text.
async fn read(mut body: SdkBody) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let chunk = chunk.map_err(|error| anyhow!("the answer broke off: {error}"))?;
        bytes.extend_from_slice(&chunk.into_data().unwrap_or_default());
    }
    String::from_utf8(bytes).map_err(|_| anyhow!("the answer is not valid UTF-8"))
}
