//! Which cluster a token is for: a flag, else the cluster's exec extension; a name, or an ARN that tells the region too.

use anyhow::Result;

use crate::aws::arn::Arn;
use crate::aws::partition::Partition;
use crate::error::{Failure, usage};
use crate::exec_info::ExecInfo;

/// What the token is bound to: the value of the signed header `x-k8s-aws-id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterName(String);

impl ClusterName {
    /// Takes any name that can be a header's value; what names EKS allows is EKS's business.
    fn parse(name: &str) -> Result<Self, Failure> {
        if name.trim().is_empty() {
            return Err(usage("the cluster name is empty").hint("give it with --cluster-name NAME"));
        }
        if name.chars().any(char::is_control) {
            return Err(usage(format!("the cluster name `{name}` has control characters in it"))
                .hint("give the name as EKS shows it"));
        }
        Ok(Self(name.to_owned()))
    }

    /// What a flag says: a name, or an ARN that has it.
    ///
    /// # Errors
    /// It is neither.
    pub fn of_flag(text: &str) -> Result<Self> {
        Ok(find(Some(text), None, &ExecInfo::default())?.0)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The cluster, and its region where an ARN tells it.
pub(super) fn find(
    name: Option<&str>,
    id: Option<&str>,
    exec_info: &ExecInfo,
) -> Result<(ClusterName, Option<ArnRegion>)> {
    let is_of_entry = name.is_none() && id.is_none();
    let text = match (name, id) {
        (Some(_), Some(_)) => {
            return Err(usage("both --cluster-name and --cluster-id are given")
                .hint("give --cluster-id only for a local cluster on AWS Outposts")
                .into());
        }
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => match (&exec_info.cluster_name, &exec_info.cluster_id) {
            (Some(_), Some(_)) => {
                return Err(usage("the cluster's exec extension has both clusterName and clusterId")
                    .hint("keep one of them in the kubeconfig")
                    .into());
            }
            (Some(text), None) | (None, Some(text)) => text,
            (None, None) => {
                return Err(usage("no cluster is named").hint("give its name with --cluster-name NAME").into());
            }
        },
    };
    if !text.starts_with("arn:") {
        return Ok((ClusterName::parse(text)?, None));
    }
    let (name, mut region) = split_arn(text).ok_or_else(|| {
        usage(format!("`{text}` is not the ARN of an EKS cluster"))
            .hint("such an ARN reads arn:aws:eks:REGION:ACCOUNT:cluster/NAME")
    })?;
    region.is_from_flag = !is_of_entry;
    Ok((ClusterName::parse(name)?, Some(region)))
}

/// The region of a cluster ARN, and its partition.
#[derive(Debug)]
pub(super) struct ArnRegion {
    pub(super) name: String,
    /// Whether the ARN is a flag's, and so the user's own word, not a cluster entry's.
    pub(super) is_from_flag: bool,
    pub(super) partition: &'static Partition,
}

fn split_arn(text: &str) -> Option<(&str, ArnRegion)> {
    let arn = Arn::parse(text)?;
    let partition = Partition::named(arn.partition)?;
    let name = arn.resource.strip_prefix("cluster/")?;
    let consistent = arn.service == "eks" && !arn.region.is_empty() && Partition::of_region(arn.region) == partition;
    consistent.then(|| (name, ArnRegion { name: arn.region.to_owned(), is_from_flag: false, partition }))
}
