//! What AWS answered where it did not give what was asked for, in words that hold no secret.
//!
//! The SDK's own error texts stay out: they can hold the whole request, a web identity token or an MFA code with it.

use std::error::Error;
use std::fmt::Display;
use std::time::SystemTime;

use anyhow::anyhow;
use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::error::{Failure, refusal};

/// Why a request came to nothing.
#[derive(Debug)]
pub enum Problem {
    /// AWS answered with an error.
    Refused(Refusal),
    /// There was no answer.
    Failed(anyhow::Error),
    /// There was one, and it is not AWS's.
    Foreign(anyhow::Error),
}

/// An error that AWS answered with.
#[derive(Debug)]
pub struct Refusal {
    /// AWS's name for it, `AccessDenied` say.
    pub code: String,
    /// AWS's own words.
    pub message: String,
    /// What was asked for.
    operation: String,
    /// By how many seconds the local clock is ahead of AWS's (behind: negative), where that is more than two minutes.
    clock_skew: Option<i64>,
}

impl Problem {
    /// Sorts `error` out. `operation` says in messages what was asked for; what the request held of `secrets` is blanked
    /// out in AWS's words.
    pub fn new<E>(operation: impl Display, error: SdkError<E, HttpResponse>, secrets: &[&str], now: SystemTime) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        if let Some(failure) = failure_in(&error) {
            return Self::Failed(failure.into());
        }
        match error {
            SdkError::ServiceError(context) => {
                let metadata = context.err().meta();
                let Some(code) = metadata.code().map(str::to_owned) else {
                    // A proxy's page, or that of a network which wants a login first.
                    let status = status.unwrap_or_default();
                    return Self::Foreign(anyhow!("{operation}: HTTP status {status}, but the answer is not from AWS"));
                };
                let mut message = metadata.message().unwrap_or("no reason given").trim().to_owned();
                for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
                    message = message.replace(secret, "***");
                }
                let clock_skew = clock_skew(context.raw(), now);
                Self::Refused(Refusal { code, message, operation: operation.to_string(), clock_skew })
            }
            SdkError::DispatchFailure(failure) => {
                let why = failure.as_connector_error().map_or_else(|| anyhow!("no connection"), |error| cause(error));
                Self::Failed(why.context(operation.to_string()))
            }
            SdkError::TimeoutError(_) => Self::Failed(anyhow!("{operation}: no answer in time")),
            SdkError::ResponseError(_) => Self::Foreign(anyhow!(
                "{operation}: the answer cannot be understood (HTTP status {})",
                status.unwrap_or(0)
            )),
            // `SdkError` may grow; so far it is a request that could not be built.
            _ => Self::Failed(anyhow!("{operation}: the request could not be made")),
        }
    }

    /// The error, to be told.
    #[must_use]
    pub fn into_error(self) -> anyhow::Error {
        match self {
            Self::Refused(refused) => refused.into_failure().into(),
            Self::Failed(error) | Self::Foreign(error) => error,
        }
    }
}

impl Refusal {
    /// Whether an MFA code was wrong. That is refused like everything else that is not allowed; only the words tell.
    #[must_use]
    pub fn is_about_the_code(&self) -> bool {
        self.code == "AccessDenied" && self.message.contains("MultiFactorAuthentication failed")
    }

    /// The failure to be told, exit code 254.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        let failure = refusal(format!("{} was refused: {}: {}", self.operation, self.code, self.message));
        match self.clock_skew {
            Some(seconds) if seconds > 0 => failure.hint(format!("set the clock: it is {seconds} s ahead of AWS's")),
            Some(seconds) => failure.hint(format!("set the clock: it is {} s behind AWS's", -seconds)),
            None => failure,
        }
    }
}

/// By how much `now` differs from the answer's `Date`, where that may be the reason of a refusal: AWS bears five
/// minutes for most requests, and a laptop that slept or a virtual machine is off by more soon.
fn clock_skew(response: &HttpResponse, now: SystemTime) -> Option<i64> {
    let skew = (OffsetDateTime::from(now) - parse_date(response.headers().get("date")?)?).whole_seconds();
    (skew.abs() > 120).then_some(skew)
}

/// The time in a `Date` header.
pub fn parse_date(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822).ok()
}

/// Why there was no connection: a setting of the user's as it is, else the innermost reasons in few words.
pub fn cause(error: &(dyn Error + 'static)) -> anyhow::Error {
    if let Some(failure) = failure_in(error) {
        return failure.into();
    }
    let mut words: Vec<String> = Vec::new();
    for text in causes(error).skip(1).map(ToString::to_string) {
        let text = match text.as_str() {
            // hyper-util keeps neither the proxy's status nor its words.
            "tunnel error: unsuccessful" => "the proxy did not open a tunnel".to_owned(),
            // rustls refers to its manual.
            _ => text.split(": https://docs.rs").next().unwrap_or_default().to_owned(),
        };
        // Each layer repeats what is below it, more or less, and hyper's outermost says nothing.
        if !text.starts_with("client error") && !words.iter().any(|word| word.contains(&text)) {
            words.push(text);
        }
    }
    match words.is_empty() {
        true => anyhow!("no connection"),
        false => anyhow!("{}", words.join(": ")),
    }
}

/// A setting of the user's that stopped the request on its way, or a bound that did.
fn failure_in(error: &(dyn Error + 'static)) -> Option<Failure> {
    causes(error).find_map(|error| error.downcast_ref::<Failure>()).cloned()
}

/// An error and what it came of.
pub fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
