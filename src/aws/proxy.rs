//! Which proxy, by the environment: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case of letters.
//!
//! The lower-case name wins, and an empty one says "none", as in Python's `urllib.request.getproxies_environment`,
//! which the AWS CLI asks.

use anyhow::Result;
use aws_smithy_http_client::proxy::ProxyConfig;
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use crate::error::{Failure, configuration};
use crate::world::{HTTP_PROXY, HTTPS_PROXY, NO_PROXY, Variable, World};

/// The proxies for URLs of either scheme.
#[derive(Debug)]
pub struct Proxies {
    pub http: Option<Proxy>,
    pub https: Option<Proxy>,
}

/// One proxy. Its URL may hold a user and a password.
pub struct Proxy {
    pub url: String,
    /// Hosts that are reached without it.
    except: Option<String>,
    /// Where it is from.
    pub variable: Variable,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").finish_non_exhaustive()
    }
}

impl Proxies {
    /// No proxy at all.
    #[must_use]
    pub fn none() -> Self {
        Self { http: None, https: None }
    }

    /// The proxies that the environment names.
    ///
    /// # Errors
    /// A variable that is not UTF-8.
    pub fn of_environment(world: &World) -> Result<Self> {
        let except = either_case(NO_PROXY, world)?;
        // Among others it means nothing, as in Python.
        if except.as_deref() == Some("*") {
            world.debug(|| "NO_PROXY excepts every host".to_owned());
            return Ok(Self::none());
        }
        let proxy = |variable| -> Result<Option<Proxy>> {
            let Some(url) = either_case(variable, world)? else { return Ok(None) };
            let url = if url.contains("://") { url } else { format!("http://{url}") };
            let proxy = Proxy { url, except: except.clone(), variable };
            world.debug(|| match proxy.host() {
                Ok(host) => format!("{} asks for a proxy at {host}", variable.name),
                Err(failure) => failure.to_string(),
            });
            Ok(Some(proxy))
        };
        Ok(Self { http: proxy(HTTP_PROXY)?, https: proxy(HTTPS_PROXY)? })
    }
}

impl Proxy {
    /// Which proxy it is, in words: never its password. `None` where `uri` is reached without it.
    ///
    /// # Errors
    /// A value that is no URL of a proxy.
    pub fn on_the_way_to(&self, uri: &Uri) -> Result<Option<String>, Failure> {
        let host = self.host()?;
        let except = self.except.as_deref().unwrap_or_default();
        // The library knows domains, addresses and networks, but no ports (Python's `proxy_bypass_environment` does).
        let authority = uri.authority().map_or("", |authority| authority.as_str()).to_ascii_lowercase();
        let is_excepted = except.split(',').map(str::trim).any(|entry| {
            let entry = entry.trim_start_matches('.').to_ascii_lowercase();
            authority
                .strip_suffix(&entry)
                .is_some_and(|rest| entry.contains(':') && (rest.is_empty() || rest.ends_with('.')))
        });
        let matcher = Matcher::builder().http(&self.url).https(&self.url).no(except).build();
        if is_excepted || matcher.intercept(uri).is_none() {
            return Ok(None);
        }
        Ok(Some(format!("the proxy {host} ({})", self.variable.name)))
    }

    /// Its host and port, without user and password. A `/` in a password ends the host too early, and so does not pass.
    fn host(&self) -> Result<String, Failure> {
        let uri: Option<Uri> = self.url.parse().ok();
        let fits = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && matches!(uri.path(), "" | "/")
                && uri.query().is_none()
                && !self.url.contains('#')
        };
        let uri = uri.filter(fits).ok_or_else(|| {
            // Nothing of it is quoted: it may hold a password.
            configuration(format!("{} is not the URL of a proxy", self.variable.name)).hint(
                "write it as http://host:port, or http://user:password@host:port, with %2F for a / in the password",
            )
        })?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        Ok(authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_owned())
    }

    /// The connector's configuration, for URLs of `scheme` that are reached through it.
    ///
    /// # Errors
    /// A value that is no URL of a proxy.
    pub fn config(&self, scheme: &str) -> Result<ProxyConfig, Failure> {
        let host = self.host()?;
        let config = match scheme {
            "http" => ProxyConfig::http(self.url.as_str()),
            _ => ProxyConfig::https(self.url.as_str()),
        };
        // The error would quote the URL.
        config.map_err(|_| configuration(format!("{}: {host} cannot be a proxy", self.variable.name)))
    }
}

/// The value of a variable by its lower-case name, else by its upper-case one. What is set but empty says "none".
fn either_case(variable: Variable, world: &World) -> Result<Option<String>> {
    let lower = variable.name.to_ascii_lowercase();
    let Some(value) = world.verbatim(&lower).or_else(|| world.verbatim(variable.name)) else { return Ok(None) };
    let text = value.into_string().map_err(|_| configuration(format!("{} is not valid UTF-8", variable.name)))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}
