//! The requests to EKS itself: which clusters there are, what one is like, and who has access.

use anyhow::{Result, anyhow};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_eks::Client;
use aws_sdk_eks::config::{IdentityCache, SharedIdentityCache};
use aws_sdk_eks::types;

use crate::aws::answer::Problem;
use crate::aws::arn::Arn;
use crate::aws::credentials::Context;
use crate::aws::endpoint::{self, Service};
use crate::aws::network::Network;
use crate::error::configuration;

/// EKS in one region, asked by somebody.
pub struct Eks<'a> {
    client: Client,
    network: &'a Network<'a>,
    /// The region that is asked.
    pub region: String,
    /// AWS may quote it.
    session_token: String,
}

/// What EKS says of a cluster, as far as a way in depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    pub name: String,
    pub arn: String,
    /// `ACTIVE`, say.
    pub status: String,
    /// URL of its API server.
    pub endpoint: Option<String>,
    /// Its certificate authority: PEM in base64, as kubeconfigs have it.
    pub certificate_authority: Option<String>,
    /// What its tokens are bound to in place of the name: only local clusters on AWS Outposts have that.
    pub id: Option<String>,
    /// `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`: where it looks for who may come in.
    pub authentication_mode: Option<String>,
    /// Whether its API server has no address outside its network.
    pub is_private: bool,
}

/// Who may come in, by the EKS API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessEntry {
    pub principal_arn: String,
    /// Its name in Kubernetes.
    pub username: String,
    pub groups: Vec<String>,
    /// `STANDARD`, or what EKS made for nodes.
    pub kind: String,
}

/// What an access entry allows, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPolicy {
    /// `AmazonEKSClusterAdminPolicy`, say.
    pub name: String,
    /// `cluster`, or namespaces.
    pub scope: String,
}

impl<'a> Eks<'a> {
    /// EKS as `options` have it (their region above all), by the settings of the selected profile. `endpoint_url` is a
    /// flag's, which beats what is configured.
    ///
    /// # Errors
    /// No region, or a setting that is invalid.
    pub fn new(
        context: &Context<'a>,
        options: &endpoint::Options,
        endpoint_url: Option<&str>,
        caller: Credentials,
    ) -> Result<Self> {
        let region = options.region.clone().or_else(|| context.sts.region.get().cloned()).ok_or_else(|| {
            configuration("no region is set, and clusters are in one").hint("give --region, or set AWS_REGION")
        })?;
        let configured = match endpoint_url {
            Some(url) => Some(endpoint::flagged(url)?),
            None => endpoint::configured(Service::Eks, context.profiles, context.selected, context.world)?,
        };
        let mut config = context.network.sdk_config(&region, configured.as_deref())?;
        // With an endpoint of one's own the SDK refuses these.
        if configured.is_none() {
            config.set_use_fips(Some(options.fips));
            config.set_use_dual_stack(Some(options.dual_stack));
        }
        let session_token = caller.session_token().unwrap_or_default().to_owned();
        config.set_credentials_provider(Some(SharedCredentialsProvider::new(caller)));
        config.set_identity_cache(Some(SharedIdentityCache::new(IdentityCache::no_cache())));
        Ok(Self { client: Client::new(&config.build()), network: context.network, region, session_token })
    }

    /// What the cluster is like.
    ///
    /// # Errors
    /// [`Problem`]: `ResourceNotFoundException` where there is none of that name.
    pub fn describe(&self, name: &str) -> Result<Cluster, Problem> {
        let operation = format!("DescribeCluster of {name}");
        let request = self.client.describe_cluster().name(name);
        let output = self.network.call(&operation, &[&self.session_token], request.send())?;
        let cluster = output.cluster().map(Cluster::from).filter(|cluster| !cluster.arn.is_empty());
        cluster.ok_or_else(|| Problem::Failed(anyhow!("{operation}: the answer holds no cluster")))
    }

    /// The names of all clusters, in EKS's order.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn list(&self) -> Result<Vec<String>, Problem> {
        let operation = format!("ListClusters of {}", self.region);
        let mut names = Vec::new();
        let mut next = None;
        loop {
            let request = self.client.list_clusters().set_next_token(next);
            let page = self.network.call(&operation, &[&self.session_token], request.send())?;
            names.extend_from_slice(page.clusters());
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(names);
            }
        }
    }

    /// The principals that have an access entry.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn principals(&self, cluster: &str) -> Result<Vec<String>, Problem> {
        let operation = format!("ListAccessEntries of {cluster}");
        let mut principals = Vec::new();
        let mut next = None;
        loop {
            let request = self.client.list_access_entries().cluster_name(cluster).set_next_token(next);
            let page = self.network.call(&operation, &[&self.session_token], request.send())?;
            principals.extend_from_slice(page.access_entries());
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(principals);
            }
        }
    }

    /// A principal's access entry.
    ///
    /// # Errors
    /// [`Problem`]: `ResourceNotFoundException` where it has none.
    pub fn access_entry(&self, cluster: &str, principal: &str) -> Result<AccessEntry, Problem> {
        let operation = format!("DescribeAccessEntry of {principal}");
        let request = self.client.describe_access_entry().cluster_name(cluster).principal_arn(principal);
        let output = self.network.call(&operation, &[&self.session_token], request.send())?;
        let entry = output.access_entry().map(AccessEntry::from);
        entry.ok_or_else(|| Problem::Failed(anyhow!("{operation}: the answer holds no entry")))
    }

    /// What a principal's access entry allows by policies of EKS's.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn access_policies(&self, cluster: &str, principal: &str) -> Result<Vec<AccessPolicy>, Problem> {
        let operation = format!("ListAssociatedAccessPolicies of {principal}");
        let mut policies = Vec::new();
        let mut next = None;
        loop {
            let request = self.client.list_associated_access_policies().set_next_token(next);
            let request = request.cluster_name(cluster).principal_arn(principal);
            let page = self.network.call(&operation, &[&self.session_token], request.send())?;
            policies.extend(page.associated_access_policies().iter().map(AccessPolicy::from));
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(policies);
            }
        }
    }
}

impl Cluster {
    /// Whether there is an API server to talk to.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        // What the AWS CLI's update-kubeconfig takes.
        matches!(self.status.as_str(), "ACTIVE" | "UPDATING")
    }

    /// Its region, which its ARN tells. It need not be the one that was asked: an endpoint of one's own may know any.
    #[must_use]
    pub fn region(&self) -> &str {
        Arn::parse(&self.arn).map_or("", |arn| arn.region)
    }

    /// Whether it goes by access entries.
    #[must_use]
    pub fn uses_access_entries(&self) -> bool {
        matches!(self.authentication_mode.as_deref(), Some("API" | "API_AND_CONFIG_MAP"))
    }

    /// Whether it goes by the aws-auth ConfigMap. Where EKS says nothing, it does: so did all clusters before there were modes.
    #[must_use]
    pub fn uses_config_map(&self) -> bool {
        self.authentication_mode.as_deref() != Some("API")
    }
}

impl From<&types::Cluster> for Cluster {
    fn from(cluster: &types::Cluster) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        // Local clusters that run all of Kubernetes on the Outpost; those with an etcd of their own have a name, as others
        // (awscli's `customizations/eks/update_kubeconfig.py`).
        let is_local = cluster.outpost_config().is_some_and(|outpost| outpost.etcd_instance_type().is_none());
        let network = cluster.resources_vpc_config();
        Self {
            name: text(cluster.name()),
            arn: text(cluster.arn()),
            status: text(cluster.status().map(types::ClusterStatus::as_str)),
            endpoint: cluster.endpoint().map(str::to_owned).filter(|url| !url.is_empty()),
            certificate_authority: cluster
                .certificate_authority()
                .and_then(types::Certificate::data)
                .map(str::to_owned)
                .filter(|data| !data.is_empty()),
            id: cluster.id().filter(|_| is_local).map(str::to_owned),
            authentication_mode: cluster
                .access_config()
                .and_then(types::AccessConfigResponse::authentication_mode)
                .map(|mode| mode.as_str().to_owned()),
            is_private: network
                .is_some_and(|network| network.endpoint_private_access() && !network.endpoint_public_access()),
        }
    }
}

impl From<&types::AccessEntry> for AccessEntry {
    fn from(entry: &types::AccessEntry) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            principal_arn: text(entry.principal_arn()),
            username: text(entry.username()),
            groups: entry.kubernetes_groups().to_vec(),
            kind: text(entry.r#type()),
        }
    }
}

impl From<&types::AssociatedAccessPolicy> for AccessPolicy {
    fn from(policy: &types::AssociatedAccessPolicy) -> Self {
        let arn = policy.policy_arn().unwrap_or_default();
        let namespaces = policy.access_scope().map(types::AccessScope::namespaces).unwrap_or_default();
        Self {
            name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
            scope: match namespaces {
                [] => "cluster".to_owned(),
                names => format!("namespace {}", names.join(", ")),
            },
        }
    }
}
