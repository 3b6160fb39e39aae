//! Why an API server did not say who somebody is, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use http::Uri;
use rustls::{CertificateError, Error as TlsError};

use super::Target;
use super::connection::Reply;
use crate::aws::answer::causes;
use crate::error::{Failure, configuration, excerpt, other, refusal};

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The API server refuses the token.
    Unauthorized,
    /// A setting of the kubeconfig or the environment cannot be used.
    Setting,
    /// The server's name has no address.
    Dns,
    /// Nobody listens there.
    Unreachable,
    /// No connection or no answer in time.
    Timeout,
    /// The proxy cannot be reached, or refuses.
    Proxy,
    /// Another certificate authority than the kubeconfig's has issued the server's certificate.
    UnknownIssuer,
    /// The server's certificate is another host's.
    WrongName,
    /// The server's certificate is not valid now.
    Expired,
    /// What listens there does not speak TLS.
    NotTls,
    /// TLS failed in another way.
    Tls,
    /// The server sends us elsewhere.
    Redirect,
    /// The answer is none of Kubernetes'.
    Foreign,
    /// Anything else.
    Other,
}

/// A cause, and how to tell it.
#[derive(Debug)]
pub struct Problem {
    /// What stands in the way.
    pub cause: Cause,
    failure: Failure,
}

impl Problem {
    pub(super) fn new(cause: Cause, failure: Failure) -> Self {
        Self { cause, failure }
    }

    /// The failure to be told.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        self.failure
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)
    }
}

const UPDATE: &str = "`ekscred update-kubeconfig --name CLUSTER` writes the cluster's endpoint and CA";

const REACH: &str = "where the cluster's endpoint is private, connect to its network (VPN, say); where it is public, see \
                     whether it allows your address (publicAccessCidrs)";

pub(super) fn unauthorized(server: &str) -> Problem {
    let failure = refusal(format!("{server} refuses the token (401 Unauthorized)"));
    Problem::new(
        Cause::Unauthorized,
        failure.hint("see whether the token is for this cluster, and whether the cluster maps the identity to a user"),
    )
}

pub(super) fn server_error(server: &str, reply: &Reply) -> Problem {
    let message = format!("{server} answers with status {}: {}", reply.status.as_u16(), reply.message());
    Problem::new(Cause::Other, refusal(message))
}

pub(super) fn redirected(server: &str, reply: &Reply) -> Problem {
    let to: Uri = reply.location.parse().unwrap_or_default();
    let to = to.host().map_or_else(String::new, |host| format!(" to {host}"));
    let message = format!("{server} redirects{to} (status {})", reply.status.as_u16());
    Problem::new(Cause::Redirect, other(message).hint(format!("an API server never does; {UPDATE}")))
}

pub(super) fn foreign(server: &str, reply: &Reply) -> Problem {
    let kind = match reply.content_type.split(';').next().unwrap_or_default().trim() {
        "" => String::new(),
        kind => format!(", {}", excerpt(kind)),
    };
    let message = format!("{server} is no Kubernetes API server (status {}{kind})", reply.status.as_u16());
    let hint = "a proxy, or a network that wants a login first, may answer in its place; otherwise correct the server in the kubeconfig";
    Problem::new(Cause::Foreign, other(message).hint(hint))
}

pub(super) fn silence(server: &str, limit: Duration) -> Problem {
    let message = format!("{server} does not answer within {} s", limit.as_secs());
    Problem::new(Cause::Timeout, other(message).hint(REACH))
}

pub(super) fn no_connection(server: &str, way: &str, limit: Duration) -> Problem {
    let message = format!("no connection to {server} within {} s, {way}", limit.as_secs());
    Problem::new(Cause::Timeout, other(message).hint(REACH))
}

pub(super) fn broken_off(server: &str, error: &hyper::Error) -> Problem {
    // A server that demands a client's certificate says so only now, with TLS 1.3.
    if let Some(error) = causes(error).find_map(|error| error.downcast_ref::<TlsError>()) {
        return Problem::new(Cause::Tls, other(format!("TLS with {server} failed: {error}")));
    }
    Problem::new(Cause::Other, other(format!("the connection to {server} broke off: {}", innermost(error))))
}

/// Why there was no connection to the API server.
pub(super) fn unreached(server: &str, error: &(dyn Error + 'static)) -> Problem {
    if is_about_names(error) {
        let message = format!("the name in {server} has no address: {}", innermost(error));
        let hint = format!("see whether the cluster still exists, and whether this network resolves names; {UPDATE}");
        return Problem::new(Cause::Dns, other(message).hint(hint));
    }
    let message = format!("cannot reach {server}: {}", innermost(error));
    Problem::new(Cause::Unreachable, other(message).hint(REACH))
}

pub(super) fn proxy_unreached(proxy: &str, error: &(dyn Error + 'static)) -> Problem {
    let what = if is_about_names(error) { "has no address" } else { "cannot be reached" };
    let message = format!("{proxy} {what}: {}", innermost(error));
    Problem::new(Cause::Proxy, other(message).hint("correct the proxy, or start it"))
}

pub(super) fn proxy_refused(proxy: &str, error: &(dyn Error + 'static)) -> Problem {
    let text = innermost(error);
    // hyper-util's words.
    let (why, hint) = match text.as_str() {
        "tunnel error: proxy authorization required" => {
            ("wants a user and a password, or others", "write them into the proxy's URL")
        }
        "tunnel error: unsuccessful" => {
            ("does not open a tunnel", "ask whoever runs it to allow the API server's host")
        }
        text => (text, "see whether it is a proxy of that kind"),
    };
    Problem::new(Cause::Proxy, other(format!("{proxy} leads no further: {why}")).hint(hint))
}

/// A proxy's URL that cannot be used. Nothing of it is quoted: it may hold a password.
pub(super) fn no_proxy(setting: &str) -> Problem {
    let failure = configuration(format!("{setting} is not the URL of a proxy that can be used"));
    Problem::new(Cause::Setting, failure.hint("write it as http://host:port, https://host:port or socks5://host:port"))
}

pub(super) fn of_setting(error: &anyhow::Error) -> Problem {
    Problem::new(Cause::Setting, Failure::of(error))
}

/// What TLS with `peer` failed of, `target` or a proxy on the way to it.
pub(super) fn of_tls(peer: &str, target: &Target<'_>, error: &io::Error) -> Problem {
    let tls = error.get_ref().and_then(|error| error.downcast_ref::<TlsError>());
    let (cause, what, hint) = match tls {
        Some(TlsError::InvalidCertificate(error)) => of_certificate(error, target),
        Some(TlsError::InvalidMessage(_)) => {
            let what = "what listens there does not speak TLS".to_owned();
            (Cause::NotTls, what, "correct the server's port in the kubeconfig".to_owned())
        }
        Some(error) => {
            (Cause::Tls, error.to_string(), "something on the way, such as a proxy, may be in between".to_owned())
        }
        None => (Cause::Tls, innermost(error), "something on the way, such as a proxy, may be in between".to_owned()),
    };
    let message = format!("no TLS with {peer}: {what}");
    let failure = match cause {
        // What the kubeconfig says is not what the server is.
        Cause::UnknownIssuer | Cause::WrongName => configuration(message),
        _ => other(message),
    };
    Problem::new(cause, failure.hint(hint))
}

fn of_certificate(error: &CertificateError, target: &Target<'_>) -> (Cause, String, String) {
    match error {
        // A bad signature is that of another key of an issuer with the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => match target.ca {
            Some(_) => {
                let what = "its certificate is not of the certificate authority in the kubeconfig".to_owned();
                (Cause::UnknownIssuer, what, format!("{UPDATE}; behind a proxy that looks into TLS, its CA is needed"))
            }
            None => {
                let what = "its certificate is of no certificate authority that this system knows".to_owned();
                (Cause::UnknownIssuer, what, format!("the kubeconfig names none; {UPDATE}"))
            }
        },
        CertificateError::NotValidForName => {
            (Cause::WrongName, "its certificate is for another name".to_owned(), UPDATE.to_owned())
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let presented = excerpt(&presented.join(", "));
            let what = format!("its certificate is not for {} (but for: {presented})", expected.to_str());
            (
                Cause::WrongName,
                what,
                format!("{UPDATE}; through a tunnel, set tls-server-name to the cluster's own name"),
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            (Cause::Expired, "its certificate has expired".to_owned(), "see whether the clock here is right".to_owned())
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            Cause::Expired,
            "its certificate is not valid yet".to_owned(),
            "see whether the clock here is right".to_owned(),
        ),
        error => (Cause::Tls, format!("its certificate cannot be accepted: {error}"), UPDATE.to_owned()),
    }
}

/// Whether a name has no address (hyper-util's `ConnectError`, which is private to it).
fn is_about_names(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|error| error.to_string() == "dns error")
}

/// The last cause, which says the most.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}
