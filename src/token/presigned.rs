//! A token taken apart: the URL inside it and the URL's parameters, cut as Go's `net/url` cuts them, since a cluster does
//! so. In one place, for the rules and for the report. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::PREFIX;

/// A token, taken apart as far as it goes.
pub struct Presigned<'a> {
    /// All of it.
    pub token: &'a str,
    /// What follows the prefix, decoded, or why it cannot be; none where the prefix is another one.
    pub decoded: Option<Result<String, &'static str>>,
    /// The URL, where there is one.
    pub url: Option<Url>,
    /// Names and values, unescaped; names as they stand. None where the query cannot be read.
    pub parameters: Option<Vec<(String, String)>>,
}

/// A URL, without the parts that no request of a cluster has: user, password, fragment.
pub struct Url {
    /// In lower case.
    pub scheme: String,
    /// With the port, where one is given.
    pub host: String,
    pub path: String,
    /// As it stands, escaped.
    pub query: String,
}

/// The parts of `X-Amz-Credential`: whose signature it is, and what for.
pub struct Scope<'a> {
    pub access_key_id: &'a str,
    /// The day of the signature.
    pub date: &'a str,
    pub region: &'a str,
    pub service: &'a str,
}

impl<'a> Presigned<'a> {
    /// Takes `token` apart.
    #[must_use]
    pub fn new(token: &'a str) -> Self {
        let decoded = token.strip_prefix(PREFIX).map(|encoded| match URL_SAFE_NO_PAD.decode(encoded) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| "what it holds is not text"),
            Err(_) => Err("it has padding or other characters, or is cut short"),
        });
        let url = decoded.as_ref().and_then(|decoded| split_url(decoded.as_deref().ok()?));
        let parameters = url.as_ref().and_then(|url| split_query(&url.query));
        Self { token, decoded, url, parameters }
    }

    /// The value of a parameter, by its name in lower case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let find = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.parameters.as_ref()?.iter().find(find).map(|(_, value)| value.as_str())
    }

    /// `X-Amz-Date`.
    #[must_use]
    pub fn signed_at(&self) -> Option<OffsetDateTime> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let date = PrimitiveDateTime::parse(self.parameter("x-amz-date")?, format);
        date.ok().map(PrimitiveDateTime::assume_utc)
    }

    /// The parts of `X-Amz-Credential`, where it has them all.
    #[must_use]
    pub fn scope(&self) -> Option<Scope<'_>> {
        let mut parts = self.parameter("x-amz-credential")?.split('/');
        let mut next = || parts.next();
        let scope = Scope { access_key_id: next()?, date: next()?, region: next()?, service: next()? };
        (next() == Some("aws4_request")).then_some(scope)
    }

    /// Where the region stands in the names of STS's hosts: the second label. The global endpoint's is none.
    #[must_use]
    pub fn region_of_host(&self) -> Option<&str> {
        self.url.as_ref()?.host.split('.').nth(1)
    }

    /// The URL that a cluster replays: without the user that somebody may have put into it, and over TLS.
    #[must_use]
    pub fn replay_url(&self) -> Option<String> {
        let Url { host, query, .. } = self.url.as_ref()?;
        Some(format!("https://{host}/?{query}"))
    }

    /// `text`, which somebody said about this token, without the token's secrets.
    #[must_use]
    pub fn conceal(&self, text: &str) -> String {
        let names = ["x-amz-signature", "x-amz-security-token"];
        let is_secret = |name: &str| names.iter().any(|secret| name.eq_ignore_ascii_case(secret));
        let as_they_stand =
            self.url.iter().flat_map(|url| url.query.split('&')).filter_map(|pair| pair.split_once('='));
        let unescaped = self.parameters.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()));
        let secrets = as_they_stand.chain(unescaped).filter(|(name, value)| is_secret(name) && !value.is_empty());
        secrets.fold(text.to_owned(), |text, (_, secret)| text.replace(secret, "***"))
    }
}

/// Scheme, host, path and query, as Go's `url.Parse` cuts them.
fn split_url(text: &str) -> Option<Url> {
    let text = text.split('#').next()?;
    let (before, query) = text.split_once('?').unwrap_or((text, ""));
    let (scheme, rest) = before.split_once("://")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(Url {
        scheme: scheme.to_ascii_lowercase(),
        host: host.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
    })
}

/// Names and values, as Go's `url.ParseQuery`; `None` where that is an error.
fn split_query(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (!pair.contains(';')).then_some((unescape(name)?, unescape(value)?))
        })
        .collect()
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
