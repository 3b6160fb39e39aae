//! EKS: REST with JSON. The clusters of the account, who may enter them, and with which policies.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::http::{Request, Response, decoded};
use super::service::{Aws, Call, Place, listed, parameter};
use super::setup::Failure;
use super::signature;

/// One cluster of the account, an active one in Ireland unless it says otherwise.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cluster {
    pub name: String,
    pub region: String,
    /// What its description has in place of the usual; `null` for what it lacks.
    pub description: Map<String, Value>,
    pub access_entries: Vec<AccessEntry>,
}

/// A principal that may enter a cluster.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessEntry {
    pub principal_arn: String,
    pub username: String,
    pub groups: Vec<String>,
    pub policies: Vec<Policy>,
}

/// A policy of an access entry.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    pub arn: String,
    /// Where it holds; none: everywhere in the cluster.
    pub namespaces: Vec<String>,
}

impl Default for Cluster {
    fn default() -> Self {
        let (name, region) = ("demo".to_owned(), "eu-west-1".to_owned());
        Self { name, region, description: Map::new(), access_entries: Vec::new() }
    }
}

impl Cluster {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The same with another value, or with `null` none, in its description.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.description.insert(key.to_owned(), value);
        self
    }

    pub fn arn(&self) -> String {
        let own = self.description.get("arn").and_then(Value::as_str);
        own.map_or_else(|| format!("arn:aws:eks:{}:123456789012:cluster/{}", self.region, self.name), str::to_owned)
    }

    /// What `DescribeCluster` tells.
    fn describe(&self) -> Value {
        let Self { name, region, .. } = self;
        let mut description = json!({
            "name": name,
            "arn": self.arn(),
            "createdAt": 1_700_000_000.5,
            "version": "1.34",
            "endpoint": format!("https://0123456789ABCDEF0123456789ABCDEF.gr7.{region}.eks.amazonaws.com"),
            "roleArn": "arn:aws:iam::123456789012:role/eks",
            "resourcesVpcConfig": {"endpointPublicAccess": true, "endpointPrivateAccess": false},
            "status": "ACTIVE",
            "certificateAuthority": {"data": "Q0EgY2VydGlmaWNhdGU="},
            "platformVersion": "eks.1",
            "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
            "tags": {},
        });
        if self.description.get("status").is_some_and(|status| status == "CREATING") {
            // It has no API server yet.
            description["endpoint"] = Value::Null;
            description["certificateAuthority"] = json!({});
        }
        let fields = description.as_object_mut().expect("an object");
        fields.extend(self.description.clone());
        fields.retain(|_, value| !value.is_null());
        description
    }

    fn has_access_entries(&self) -> bool {
        self.describe()["accessConfig"]["authenticationMode"] != "CONFIG_MAP"
    }
}

/// What a request asks for.
#[derive(Clone)]
enum Operation {
    ListClusters,
    DescribeCluster { cluster: String },
    ListAccessEntries { cluster: String },
    DescribeAccessEntry { cluster: String, principal: String },
    ListAssociatedAccessPolicies { cluster: String, principal: String },
}

impl Operation {
    fn of(request: &Request) -> Option<Self> {
        let path: Vec<String> = request.path().strip_prefix('/')?.split('/').map(decoded).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if request.method != "GET" {
            return None;
        }
        Some(match path[..] {
            ["clusters"] => Self::ListClusters,
            ["clusters", cluster] => Self::DescribeCluster { cluster: cluster.to_owned() },
            ["clusters", cluster, "access-entries"] => Self::ListAccessEntries { cluster: cluster.to_owned() },
            ["clusters", cluster, "access-entries", principal] => {
                Self::DescribeAccessEntry { cluster: cluster.to_owned(), principal: principal.to_owned() }
            }
            ["clusters", cluster, "access-entries", principal, "access-policies"] => {
                Self::ListAssociatedAccessPolicies { cluster: cluster.to_owned(), principal: principal.to_owned() }
            }
            _ => return None,
        })
    }

    fn name(&self) -> &'static str {
        match self {
            Self::ListClusters => "ListClusters",
            Self::DescribeCluster { .. } => "DescribeCluster",
            Self::ListAccessEntries { .. } => "ListAccessEntries",
            Self::DescribeAccessEntry { .. } => "DescribeAccessEntry",
            Self::ListAssociatedAccessPolicies { .. } => "ListAssociatedAccessPolicies",
        }
    }

    /// What its path names.
    fn parameters(&self) -> Vec<(String, String)> {
        let (cluster, principal) = match self {
            Self::ListClusters => (None, None),
            Self::DescribeCluster { cluster } | Self::ListAccessEntries { cluster } => (Some(cluster), None),
            Self::DescribeAccessEntry { cluster, principal }
            | Self::ListAssociatedAccessPolicies { cluster, principal } => (Some(cluster), Some(principal)),
        };
        let named = [("name", cluster), ("principal", principal)];
        named.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.clone()))).collect()
    }
}

/// The call that a request makes, where it is one of EKS's. A script may answer to one cluster: `DescribeCluster demo`.
pub fn call<'a>(aws: &'a Aws, request: &Request, place: &Place) -> Option<Call<'a>> {
    let operation = Operation::of(request)?;
    let signature = signature::check(request, "eks", region(&place.name));
    let region = signature.region.unwrap_or_default();
    let query = request.query();
    let mut told = operation.parameters();
    let mut names = vec![operation.name().to_owned()];
    names.splice(..0, parameter(&told, "name").map(|cluster| format!("{} {cluster}", operation.name())));
    told.extend(query.clone());
    told.push(("region".to_owned(), region.clone()));
    let signer = signature.key_id.map_or_else(String::new, |id| format!(" as {id}"));
    let suffix = if signature.verdict.is_ok() { "" } else { " (bad signature)" };
    Some(Call {
        names,
        line: format!("{} {}{signer}{}{suffix}", operation.name(), place.name, listed(told)),
        answer: Box::new(move |_| {
            signature.verdict.clone()?;
            let mut clusters = aws.clusters();
            clusters.retain(|cluster| cluster.region == region);
            answer(&operation, &query, &clusters, aws.page_size())
        }),
        failure,
    })
}

/// The region of `eks.eu-west-1.amazonaws.com` and its like; none where the host has no place in the real world.
fn region(host: &str) -> Option<&str> {
    match host.split('.').collect::<Vec<_>>()[..] {
        ["fips", "eks", region, ..] | ["eks" | "eks-fips", region, ..] => Some(region),
        _ => None,
    }
}

fn answer(
    operation: &Operation,
    query: &[(String, String)],
    clusters: &[Cluster],
    page_size: usize,
) -> Result<Response, Failure> {
    let cluster = |name: &str| {
        let missing = || Failure::new(404, "ResourceNotFoundException", &format!("No cluster found for name: {name}."));
        clusters.iter().find(|cluster| cluster.name == name).ok_or_else(missing)
    };
    let document = match operation {
        Operation::ListClusters => {
            let names = clusters.iter().map(|cluster| json!(cluster.name)).collect();
            page("clusters", names, query, page_size)
        }
        Operation::DescribeCluster { cluster: name } => json!({"cluster": cluster(name)?.describe()}),
        Operation::ListAccessEntries { cluster: name } => {
            let principals = entries(cluster(name)?)?.iter().map(|entry| json!(entry.principal_arn)).collect();
            page("accessEntries", principals, query, page_size)
        }
        Operation::DescribeAccessEntry { cluster: name, principal } => {
            let cluster = cluster(name)?;
            let AccessEntry { principal_arn, username, groups, policies: _ } = entry(cluster, principal)?;
            json!({"accessEntry": {
                "clusterName": cluster.name,
                "principalArn": principal_arn,
                "kubernetesGroups": groups,
                "accessEntryArn": format!("{}/01234567", cluster.arn().replace(":cluster/", ":access-entry/")),
                "createdAt": 1_700_000_000.5,
                "modifiedAt": 1_700_000_000.5,
                "tags": {},
                "username": username,
                "type": "STANDARD",
            }})
        }
        Operation::ListAssociatedAccessPolicies { cluster: name, principal } => {
            let policies = entry(cluster(name)?, principal)?.policies.iter().map(associated).collect();
            let mut document = page("associatedAccessPolicies", policies, query, page_size);
            document["clusterName"] = json!(name);
            document["principalArn"] = json!(principal);
            document
        }
    };
    Ok(Response::json(200, &document))
}

fn entries(cluster: &Cluster) -> Result<&[AccessEntry], Failure> {
    let off = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this \
               operation.";
    let has = cluster.has_access_entries().then_some(&*cluster.access_entries);
    has.ok_or_else(|| Failure::new(400, "InvalidRequestException", off))
}

fn entry<'c>(cluster: &'c Cluster, principal: &str) -> Result<&'c AccessEntry, Failure> {
    let missing = "The specified principalArn could not be found. You can view your available access entries with \
                   'list-access-entries'.";
    let entry = entries(cluster)?.iter().find(|entry| entry.principal_arn == principal);
    entry.ok_or_else(|| Failure::new(404, "ResourceNotFoundException", missing))
}

fn associated(Policy { arn, namespaces }: &Policy) -> Value {
    let kind = if namespaces.is_empty() { "cluster" } else { "namespace" };
    json!({
        "policyArn": arn,
        "accessScope": {"type": kind, "namespaces": namespaces},
        "associatedAt": 1_700_000_000.5,
        "modifiedAt": 1_700_000_000.5,
    })
}

/// The part of a list that the query asks for, and the token for the next part where there is one.
fn page(key: &str, items: Vec<Value>, query: &[(String, String)], size: usize) -> Value {
    let start = parameter(query, "nextToken").and_then(|token| token.strip_prefix("from-")?.parse().ok()).unwrap_or(0);
    let asked = parameter(query, "maxResults").and_then(|number| number.parse().ok()).unwrap_or(size);
    let end = items.len().min(start + asked.min(size));
    let next = (end < items.len()).then(|| format!("from-{end}"));
    let items: Vec<Value> = items.into_iter().take(end).skip(start).collect();
    json!({key: items, "nextToken": next})
}

/// What is wrong with a signature has other names here than at STS.
fn failure(failure: &Failure) -> Response {
    let code = match &*failure.code {
        "InvalidClientTokenId" => "UnrecognizedClientException",
        "SignatureDoesNotMatch" => "InvalidSignatureException",
        "MissingAuthenticationToken" => "MissingAuthenticationTokenException",
        "IncompleteSignature" => "IncompleteSignatureException",
        code => code,
    };
    Response::json(failure.status, &json!({"message": failure.message})).header("x-amzn-ErrorType", code)
}
