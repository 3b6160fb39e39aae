//! AWS's partitions: names, regions and domains.
//!
//! Which host STS has in a region is aws-sdk-sts's business (`endpoint.rs`). This table serves the questions that it
//! does not answer: which partition a region is in, and which region a host name tells. A test compares the two.

/// One partition. Source: the SDKs' partitions.json, and aws-iam-authenticator's `pkg/endpoints/partitions.go`.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// The second field of an ARN.
    pub name: &'static str,
    /// What the names of its regions begin with; empty for the commercial partition, which gets all the rest.
    pub region_prefix: &'static str,
    /// Domain of its endpoints.
    pub domain: &'static str,
    /// Domain of its dual-stack endpoints.
    pub dual_stack_domain: &'static str,
}

/// Every partition, the commercial one last since its prefix matches anything.
pub const PARTITIONS: [Partition; 8] = [
    partition("aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    partition("aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"),
    partition("aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    partition("aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    partition("aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    partition("aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    partition("aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    partition("aws", "", "amazonaws.com", "api.aws"),
];

const fn partition(
    name: &'static str,
    region_prefix: &'static str,
    domain: &'static str,
    dual_stack_domain: &'static str,
) -> Partition {
    Partition { name, region_prefix, domain, dual_stack_domain }
}

impl Partition {
    /// The partition called `name` in ARNs.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PARTITIONS.iter().find(|partition| partition.name == name)
    }

    /// The partition that `region` is in; the commercial one for a region that nobody knows, as in the SDKs.
    #[must_use]
    pub fn of_region(region: &str) -> &'static Self {
        let known = PARTITIONS.iter().find(|partition| region.starts_with(partition.region_prefix));
        known.unwrap_or(&PARTITIONS[PARTITIONS.len() - 1])
    }
}

/// The region that the host name of an EKS API server tells: `….<region>.eks.<domain>` and its dual-stack form
/// `….<region>.<dual-stack domain>`.
#[must_use]
pub fn region_of_server(server: &str) -> Option<String> {
    let rest = server.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let host = authority.rsplit_once(':').map_or(&*authority, |(host, _port)| host);
    PARTITIONS.iter().find_map(|partition| {
        let before = before_domain(host, partition.domain)
            .and_then(|before| before.strip_suffix(".eks"))
            .or_else(|| before_domain(host, partition.dual_stack_domain))?;
        let (_cluster, region) = before.rsplit_once('.')?;
        Partition::of_region(region).domain.eq(partition.domain).then(|| region.to_owned())
    })
}

fn before_domain<'h>(host: &'h str, domain: &str) -> Option<&'h str> {
    host.strip_suffix(domain)?.strip_suffix('.')
}
