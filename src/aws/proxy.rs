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
    variable: Variable,
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
        if except.as_deref().is_some_and(|hosts| hosts.split(',').any(|host| host.trim() == "*")) {
            world.debug(|| "NO_PROXY excepts every host".to_owned());
            return Ok(Self::none());
        }
        let proxy = |variable| -> Result<Option<Proxy>> {
            let Some(url) = either_case(variable, world)? else { return Ok(None) };
            // Only the host is named: the URL may hold a password.
            world.debug(|| format!("{} asks for a proxy at {}", variable.name, host(&url)));
            let url = if url.contains("://") { url } else { format!("http://{url}") };
            Ok(Some(Proxy { url, except: except.clone(), variable }))
        };
        Ok(Self { http: proxy(HTTP_PROXY)?, https: proxy(HTTPS_PROXY)? })
    }
}

impl Proxy {
    /// Which proxy it is, in words: never its password. `None` where `uri` is reached without it.
    #[must_use]
    pub fn on_the_way_to(&self, uri: &Uri) -> Option<String> {
        let matcher =
            Matcher::builder().http(&self.url).https(&self.url).no(self.except.as_deref().unwrap_or_default());
        matcher.build().intercept(uri)?;
        Some(format!("the proxy {} ({})", host(&self.url), self.variable.name))
    }

    /// The connector's configuration, for URLs of `scheme`.
    ///
    /// # Errors
    /// A value that is no URL of a proxy.
    pub fn config(&self, scheme: &str) -> Result<ProxyConfig, Failure> {
        let config = match scheme {
            "http" => ProxyConfig::http(self.url.as_str()),
            _ => ProxyConfig::https(self.url.as_str()),
        };
        let scheme_fits = ["http://", "https://"].iter().any(|scheme| self.url.starts_with(scheme));
        // The error would quote the URL.
        let config = config.ok().filter(|_| scheme_fits).ok_or_else(|| {
            configuration(format!("{} is not the URL of a proxy", self.variable.name))
                .hint("write it as http://host:port, or http://user:password@host:port")
        })?;
        Ok(match &self.except {
            Some(hosts) => config.no_proxy(hosts),
            None => config,
        })
    }
}

/// The value of a variable by its lower-case name, else by its upper-case one. What is set but empty says "none".
fn either_case(variable: Variable, world: &World) -> Result<Option<String>> {
    let lower = variable.name.to_ascii_lowercase();
    let Some(value) = world.verbatim(&lower).or_else(|| world.verbatim(variable.name)) else { return Ok(None) };
    let text = value.into_string().map_err(|_| configuration(format!("{} is not valid UTF-8", variable.name)))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}
