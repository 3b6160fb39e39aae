//! A cluster's API server, asked as kubectl would ask it: with the kubeconfig's certificates, server name and proxy. It
//! tells who a token is to it, or something on the way says why not.

mod connection;
mod problem;
mod tls;

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderValue, Request, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::aws::network::Network;
use crate::aws::small_file::{self, shown};
use crate::error::{Failure, configuration};
use crate::world::World;
use connection::{Connection, Reply};
pub use problem::{Cause, Problem};

/// How long everything together may take.
const TOTAL: Duration = Duration::from_secs(10);

/// The versions of SelfSubjectReview, the newest first: of Kubernetes 1.28, 1.27 and 1.26.
const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha1"];

/// More than any file of certificate authorities has.
const MAX_CA_BYTES: u64 = 1024 * 1024;

/// An API server, and how a kubeconfig wants it reached.
#[derive(Default)]
pub struct Target<'a> {
    /// Its URL.
    pub server: &'a str,
    /// Its certificate authority in PEM; the system's where there is none.
    pub ca: Option<Vec<u8>>,
    /// The name that its certificate must have, where it is not the URL's.
    pub tls_server_name: Option<&'a str>,
    /// Whether any certificate will do.
    pub insecure_skip_tls_verify: bool,
    /// The proxy; where there is none, the environment's.
    pub proxy_url: Option<&'a str>,
}

/// What the API server says about a token that it accepts.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// Who it is.
    Known {
        /// The name that role bindings go by.
        username: String,
        /// What tells users of one name apart, where there is anything.
        uid: Option<String>,
        /// The groups that role bindings go by.
        groups: Vec<String>,
    },
    /// Somebody who may not ask that.
    Forbidden {
        /// In the server's words.
        message: String,
    },
    /// Somebody: the server is too old to say more.
    Unnamed,
}

impl<'a> Target<'a> {
    /// What stands below `cluster:` in a kubeconfig. Paths in it are relative to the kubeconfig's `folder`.
    ///
    /// # Errors
    /// There is no server, or its CA cannot be read.
    pub fn of_entry(entry: &'a Value, folder: &Path) -> Result<Self, Failure> {
        let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty());
        let ca = match (text("certificate-authority-data"), text("certificate-authority")) {
            (Some(data), _) => Some(decode("certificate-authority-data", data)?),
            (None, Some(path)) => {
                let path = folder.join(path);
                let read = small_file::read(&path, MAX_CA_BYTES);
                Some(read.map_err(|error| {
                    configuration(format!("certificate-authority: cannot read {}: {error}", shown(&path)))
                })?)
            }
            (None, None) => None,
        };
        Ok(Self {
            server: text("server").ok_or_else(|| configuration("the cluster entry has no server"))?,
            ca,
            tls_server_name: text("tls-server-name"),
            insecure_skip_tls_verify: entry["insecure-skip-tls-verify"].as_bool().unwrap_or_default(),
            proxy_url: text("proxy-url"),
        })
    }

    /// What EKS's DescribeCluster says of one.
    ///
    /// # Errors
    /// The CA is not base64.
    pub fn of_cluster(endpoint: &'a str, ca: &str) -> Result<Self, Failure> {
        Ok(Self { server: endpoint, ca: Some(decode("the cluster's CA", ca)?), ..Self::default() })
    }
}

fn decode(what: &str, data: &str) -> Result<Vec<u8>, Failure> {
    // Go, too, passes over line breaks.
    let data: String = data.split(['\n', '\r']).collect();
    STANDARD.decode(data).map_err(|_| configuration(format!("{what} is not base64")))
}

/// Asks the API server who `bearer` is, on `network`'s runtime.
///
/// # Errors
/// [`Problem`].
pub fn who_am_i(target: &Target<'_>, bearer: &str, network: &Network<'_>, world: &World) -> Result<Answer, Problem> {
    match network.run(TOTAL + Duration::from_secs(1), ask(target, bearer, world)) {
        Ok(Some(answer)) => answer,
        Ok(None) => Err(problem::silence(target.server, TOTAL)),
        Err(error) => Err(Problem::new(Cause::Other, Failure::of(&error))),
    }
}

/// The same, to be run.
///
/// # Errors
/// [`Problem`].
pub async fn ask(target: &Target<'_>, bearer: &str, world: &World) -> Result<Answer, Problem> {
    let asked = async {
        for version in VERSIONS {
            let reply = review(target, bearer, version, world).await?;
            if reply.status != StatusCode::NOT_FOUND || !reply.is_of_kubernetes {
                return understand(target.server, &reply);
            }
            world.debug(|| format!("{}: no SelfSubjectReview {version}", target.server));
        }
        Ok(Answer::Unnamed)
    };
    timeout(TOTAL, asked).await.unwrap_or_else(|_| Err(problem::silence(target.server, TOTAL)))
}

/// Sends one SelfSubjectReview, over a connection of its own.
async fn review(target: &Target<'_>, bearer: &str, version: &str, world: &World) -> Result<Reply, Problem> {
    let unfit = |why: &str| Problem::new(Cause::Setting, configuration(why));
    if target.server.contains('@') {
        // It is quoted in messages, and may have a password.
        return Err(unfit("the server's URL has a user in it"));
    }
    let url =
        format!("{}/apis/authentication.k8s.io/{version}/selfsubjectreviews", target.server.trim_end_matches('/'));
    let uri: Uri = url.parse().map_err(|_| unfit(&format!("the server `{}` is not a URL", target.server)))?;
    let (Some("https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(unfit(&format!("the server `{}` has no https URL: kubectl sends it no token", target.server)));
    };
    let mut authorization =
        HeaderValue::from_str(&format!("Bearer {bearer}")).map_err(|_| unfit("no header can hold the token"))?;
    authorization.set_sensitive(true);
    let review = json!({"kind": "SelfSubjectReview", "apiVersion": format!("authentication.k8s.io/{version}")});
    let request = Request::post(uri.path())
        .header(HOST, authority.as_str())
        .header(AUTHORIZATION, authorization)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("ekscred/", env!("CARGO_PKG_VERSION")))
        .body(review.to_string())
        .map_err(|_| unfit("the request cannot be built"))?;
    let connection = Connection::open(target, &uri, world).await?;
    world.debug(|| format!("{}: connected, {}", target.server, connection.way));
    let reply = connection.send(request).await?;
    world.debug(|| format!("{}: SelfSubjectReview {version}: status {}", target.server, reply.status.as_u16()));
    Ok(reply)
}

fn understand(server: &str, reply: &Reply) -> Result<Answer, Problem> {
    match reply.status {
        StatusCode::UNAUTHORIZED if reply.is_of_kubernetes => Err(problem::unauthorized(server)),
        StatusCode::FORBIDDEN if reply.is_of_kubernetes => Ok(Answer::Forbidden { message: reply.message() }),
        status if status.is_success() => identity(reply).ok_or_else(|| problem::foreign(server, reply)),
        status if status.is_redirection() => Err(problem::redirected(server, reply)),
        _ if reply.is_of_kubernetes => Err(problem::server_error(server, reply)),
        _ => Err(problem::foreign(server, reply)),
    }
}

/// The user in a SelfSubjectReview.
fn identity(reply: &Reply) -> Option<Answer> {
    let user = &reply.json["status"]["userInfo"];
    let groups = user["groups"].as_array().into_iter().flatten();
    Some(Answer::Known {
        username: user["username"].as_str()?.to_owned(),
        uid: user["uid"].as_str().filter(|uid| !uid.is_empty()).map(str::to_owned),
        groups: groups.filter_map(|group| Some(group.as_str()?.to_owned())).collect(),
    })
}
