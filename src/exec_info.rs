//! `KUBERNETES_EXEC_INFO` in, ExecCredential out: the contract with client-go.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats>

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;

use crate::error::excerpt;
use crate::token::Token;

/// The API versions of ExecCredential. client-go demands that the answer's equals the kubeconfig's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiVersion {
    /// Dropped by Kubernetes 1.24.
    V1Alpha1,
    V1Beta1,
    V1,
}

const GROUP: &str = "client.authentication.k8s.io/";

/// The name of the cluster entry's extension that clients hand to plugins.
const EXTENSION: &str = "client.authentication.k8s.io/exec";

impl ApiVersion {
    /// The version named `client.authentication.k8s.io/v1`, say.
    #[must_use]
    pub fn from_full_name(name: &str) -> Option<Self> {
        Self::from_version(name.strip_prefix(GROUP)?)
    }

    /// The version named `v1`, say.
    #[must_use]
    pub fn from_version(version: &str) -> Option<Self> {
        match version {
            "v1alpha1" => Some(Self::V1Alpha1),
            "v1beta1" => Some(Self::V1Beta1),
            "v1" => Some(Self::V1),
            _ => None,
        }
    }

    /// The name with its group, as it stands in the document.
    #[must_use]
    pub fn full_name(self) -> &'static str {
        match self {
            Self::V1Alpha1 => "client.authentication.k8s.io/v1alpha1",
            Self::V1Beta1 => "client.authentication.k8s.io/v1beta1",
            Self::V1 => "client.authentication.k8s.io/v1",
        }
    }
}

/// What the client told us.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ExecInfo {
    /// The API version that it asks for, where it asks for one that exists.
    pub api_version: Option<ApiVersion>,
    /// The API server's URL (`spec.cluster.server`; only with `provideClusterInfo: true`).
    pub server: Option<String>,
    /// `clusterName` of the cluster's extension.
    pub cluster_name: Option<String>,
    /// `clusterId` of the cluster's extension.
    pub cluster_id: Option<String>,
    /// `region` of the cluster's extension.
    pub region: Option<String>,
    /// Whether a person can be asked (`spec.interactive`), where the client says so.
    pub interactive: Option<bool>,
}

impl ExecInfo {
    /// Reads the value of `KUBERNETES_EXEC_INFO` (`None`: unset), whatever it holds. The second part is a line of
    /// warning where the value is not what a client should send.
    ///
    /// The cluster's extension (`client.authentication.k8s.io/exec` in a kubeconfig) may say which cluster this is and
    /// where. Anything else in it is ignored on purpose: a cluster entry must not choose the profile or the role whose
    /// token its server then receives.
    #[must_use]
    pub fn read(value: Option<&[u8]>) -> (Self, Option<String>) {
        let Some(value) = value else { return (Self::default(), None) };
        let document: Value = match serde_json::from_slice(value) {
            Ok(document @ Value::Object(_)) => document,
            Ok(_) => return (Self::default(), Some(complaint("is not a JSON object"))),
            // serde_json names the line and column, and quotes nothing of the document.
            Err(error) => return (Self::default(), Some(complaint(&format!("is not JSON ({error})")))),
        };
        let api_version = document["apiVersion"].as_str().and_then(ApiVersion::from_full_name);
        let cluster = &document["spec"]["cluster"];
        let info = Self {
            api_version,
            interactive: document["spec"]["interactive"].as_bool(),
            ..Self::of_cluster(&cluster["server"], &cluster["config"])
        };
        let warning = match (api_version, &document["apiVersion"]) {
            (Some(_), _) => None,
            (None, Value::Null) => Some(complaint("names no API version")),
            (None, other) => Some(complaint(&format!("names the unknown API version {}", excerpt(&other.to_string())))),
        };
        (info, warning)
    }

    /// What a client would tell of a kubeconfig's cluster entry, what stands below `cluster:`.
    #[must_use]
    pub fn of_cluster_entry(entry: &Value) -> Self {
        let extensions = entry["extensions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ours = extensions.iter().find(|extension| extension["name"] == EXTENSION);
        Self::of_cluster(&entry["server"], ours.map_or(&Value::Null, |extension| &extension["extension"]))
    }

    fn of_cluster(server: &Value, extension: &Value) -> Self {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            server: text(server),
            cluster_name: text(&extension["clusterName"]),
            cluster_id: text(&extension["clusterId"]),
            region: text(&extension["region"]),
            ..Self::default()
        }
    }
}

fn complaint(what: &str) -> String {
    format!("KUBERNETES_EXEC_INFO {what}: answering in {}", ApiVersion::V1Beta1.full_name())
}

/// The answer to the client, its fields in the AWS CLI's order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecCredential<'t> {
    kind: &'static str,
    api_version: &'static str,
    spec: Empty,
    status: Status<'t>,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'t> {
    /// RFC 3339 in whole seconds and UTC; client-go refuses anything less exact.
    expiration_timestamp: String,
    token: &'t str,
}

impl<'t> ExecCredential<'t> {
    /// The document that hands `token` to the client.
    ///
    /// # Errors
    /// An expiration after the year 9999, which RFC 3339 cannot write.
    pub fn new(token: &'t Token, api_version: ApiVersion) -> Result<Self> {
        let expiration_timestamp = token.expiration.format(&Rfc3339).context("cannot write the expiration")?;
        Ok(Self {
            kind: "ExecCredential",
            api_version: api_version.full_name(),
            spec: Empty {},
            status: Status { expiration_timestamp, token: &token.bearer },
        })
    }
}
