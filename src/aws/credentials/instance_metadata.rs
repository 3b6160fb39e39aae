//! EC2 instance metadata (IMDS), the last to be asked: version 2, or 1 where that is all there is.
//!
//! After botocore's `InstanceMetadataFetcher`. Off EC2 its address is a black hole, so that all requests together have
//! 1.5 seconds; and it is asked without a proxy.

use std::time::Duration;

use anyhow::Result;
use aws_credential_types::Credentials;
use serde_json::Value;

use super::{Found, Nothing, Outcome, Search, json};
use crate::aws::endpoint::{is_url, shown};
use crate::aws::network::Answer;
use crate::cache::digest::Digest;
use crate::cache::machine;
use crate::config::Region;
use crate::error::{configuration, excerpt};
use crate::world::{
    AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE,
    AWS_EC2_METADATA_V1_DISABLED, AWS_METADATA_SERVICE_NUM_ATTEMPTS, AWS_METADATA_SERVICE_TIMEOUT, Variable,
};

const IPV4: &str = "http://169.254.169.254";
const IPV6: &str = "http://[fd00:ec2::254]";

/// All requests together, where no timeout is configured; and of these the first, which gets no answer where a
/// container is a hop too far away for version 2.
const LIMIT: Duration = Duration::from_millis(1500);
const TOKEN_LIMIT: Duration = Duration::from_secs(1);

/// More attempts than this would be a nuisance to it.
const MAX_ATTEMPTS: f64 = 10.0;

/// For how long expired credentials are taken for good. AWS gives such when it cannot make new ones, and honours them
/// meanwhile (botocore's `_evaluate_expiration`).
const EXTENSION: Duration = Duration::from_mins(15);

const TOKEN: &str = "latest/api/token";
const ROLE: &str = "latest/meta-data/iam/security-credentials/";
const REGION: &str = "latest/meta-data/placement/region";

/// The credentials of the instance's role. Where no region is known, the instance's becomes it.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    let search = *search;
    let context = search.context;
    let Some(service) = Service::configured(&search)? else {
        return Ok(Outcome::Nothing(format!("instance metadata: {} is true", AWS_EC2_METADATA_DISABLED.name)));
    };
    context.trail.machine();
    let name = {
        let base = service.base.clone();
        move || Digest::new("instance metadata").input(machine()).input(&base)
    };
    let ask = move || context.network.within(service.limit, || service.keys(&search));
    if context.sts.region.get().is_some() {
        return Ok(Outcome::Found(Found::new(name, ask)));
    }
    // It is to tell the region, too.
    match ask() {
        Ok(credentials) => Ok(Outcome::Found(Found::new(name, || Ok(credentials)))),
        Err(error) => error.downcast().map(|Nothing(why)| Outcome::Nothing(why)),
    }
}

/// How the service is asked.
struct Service {
    base: String,
    v1_allowed: bool,
    limit: Duration,
    attempts: u32,
}

impl Service {
    /// `None` where it is switched off.
    fn configured(search: &Search<'_>) -> Result<Option<Self>> {
        let (world, profile) = (search.context.world, search.context.selected);
        let setting = |variable: Variable, key: &str| -> Result<Option<String>> {
            Ok(world.text(variable)?.or_else(|| profile.get(key).map(str::to_owned)))
        };
        let is_true = |value: Option<String>| value.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if is_true(world.text(AWS_EC2_METADATA_DISABLED)?) {
            return Ok(None);
        }
        let mode = setting(AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, "ec2_metadata_service_endpoint_mode")?;
        let by_mode = match mode.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("ipv4") => IPV4,
            Some("ipv6") => IPV6,
            Some(_) => {
                let mode = excerpt(&mode.unwrap_or_default());
                return Err(configuration(format!("the instance metadata endpoint mode `{mode}` is unknown"))
                    .hint("ipv4 or ipv6 is meant")
                    .into());
            }
        };
        let base = setting(AWS_EC2_METADATA_SERVICE_ENDPOINT, "ec2_metadata_service_endpoint")?;
        if let Some(url) = base.as_ref().filter(|url| !is_url(url)) {
            return Err(configuration(format!("the instance metadata endpoint `{}` is not a URL", shown(url)))
                .hint("write it with its scheme, such as http://169.254.169.254")
                .into());
        }
        let number = |variable, key| -> Result<Option<f64>> {
            let text = setting(variable, key)?;
            Ok(text.and_then(|text| text.trim().parse().ok()).filter(|number| (0.001..1000.0).contains(number)))
        };
        let attempts = number(AWS_METADATA_SERVICE_NUM_ATTEMPTS, "metadata_service_num_attempts")?;
        let attempts = attempts.unwrap_or(1.0).clamp(1.0, MAX_ATTEMPTS);
        let timeout = number(AWS_METADATA_SERVICE_TIMEOUT, "metadata_service_timeout")?;
        Ok(Some(Self {
            base: base.as_deref().unwrap_or(by_mode).trim_end_matches('/').to_owned(),
            v1_allowed: !is_true(setting(AWS_EC2_METADATA_V1_DISABLED, "ec2_metadata_v1_disabled")?),
            limit: timeout.map_or(LIMIT, |seconds| LIMIT.max(Duration::from_secs_f64(seconds * attempts))),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 10")]
            attempts: attempts as u32,
        }))
    }

    fn keys(&self, search: &Search<'_>) -> Result<Credentials> {
        let nothing = |why: &str| Err(Nothing(format!("instance metadata: {} {why}", self.base)).into());
        let token = match self.token(search) {
            Some(token) => Some(token),
            None if self.v1_allowed => None,
            None => return nothing("gave no token, and version 1 is disabled"),
        };
        let Some(role) = self.get(search, ROLE, token.as_deref()) else { return nothing("gave no answer") };
        let role = role.lines().next().unwrap_or_default().trim();
        let Some(text) = self.get(search, &format!("{ROLE}{role}"), token.as_deref()) else {
            return nothing("gave no credentials");
        };
        let place = format!("the answer of {}", self.base);
        let document = json::object(&text, &place)?;
        if let (Value::String(code), Value::Null) = (&document["Code"], &document["AccessKeyId"]) {
            return nothing(&format!("gave no credentials ({})", excerpt(code)));
        }
        let credentials = json::credentials(&document, "Token", &place, "instance metadata")?;
        if search.context.sts.region.get().is_none()
            && let Some(text) = self.get(search, REGION, token.as_deref())
            && let Some(region) = Region::parse(text.trim())
        {
            search.context.world.debug(|| format!("region {} from instance metadata", region.name));
            let _ = search.context.sts.region.set(region.name);
        }
        Ok(extended(credentials, search))
    }

    /// A token of version 2; `None` where the service gives none.
    fn token(&self, search: &Search<'_>) -> Option<String> {
        let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "21600")];
        let url = format!("{}/{TOKEN}", self.base);
        let limit = self.limit.mul_f64(TOKEN_LIMIT.as_secs_f64() / LIMIT.as_secs_f64());
        search.context.network.within(limit, || self.ask(search, "PUT", &url, &ttl))
    }

    fn get(&self, search: &Search<'_>, path: &str, token: Option<&str>) -> Option<String> {
        let header = token.map(|token| ("x-aws-ec2-metadata-token", token));
        self.ask(search, "GET", &format!("{}/{path}", self.base), header.as_slice())
    }

    /// The body of a good answer.
    fn ask(
        &self,
        search: &Search<'_>,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
    ) -> Option<String> {
        for _ in 0..self.attempts {
            match search.context.network.fetch(method, url, headers) {
                Ok(Answer { status: 200, body, .. }) if !body.trim().is_empty() => return Some(body),
                Ok(_) => {}
                Err(error) => search.context.world.debug(|| format!("{error:#}")),
            }
        }
        None
    }
}

fn extended(credentials: Credentials, search: &Search<'_>) -> Credentials {
    let now = search.context.world.now();
    if credentials.expiry().is_none_or(|end| end > now) {
        return credentials;
    }
    search.context.world.debug(|| "instance metadata gave expired credentials, which AWS honours meanwhile".to_owned());
    let (id, secret, token) =
        (credentials.access_key_id(), credentials.secret_access_key(), credentials.session_token().map(str::to_owned));
    Credentials::new(id, secret, token, Some(now + EXTENSION), "instance metadata")
}
