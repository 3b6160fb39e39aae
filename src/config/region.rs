//! Which region's STS endpoint goes into a token, first hit: `--region`, a cluster ARN, the cluster's exec extension,
//! `AWS_REGION`, `AWS_DEFAULT_REGION`, the selected profile, the API server's host name. None: the global endpoint.
//!
//! And which region our own requests go to: the same, but for what a cluster entry says against or beyond the user.

use anyhow::Result;

use super::Inputs;
use super::cluster::ArnRegion;
use crate::aws::partition::{Partition, region_of_server};
use crate::error::{configuration, excerpt, usage};
use crate::world::{AWS_DEFAULT_REGION, AWS_REGION, Variable};

/// A region's name, fit to be part of a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub name: String,
    /// Whether it was written as a pseudo-region, `fips-us-east-1` or `us-gov-west-1-fips`, which stands for the region
    /// and the FIPS switch (botocore's `EndpointRulesetResolver`).
    pub fips: bool,
}

impl Region {
    /// botocore's `validate_region_name`, less upper-case letters, which make a host that every cluster refuses.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let stripped = text.strip_prefix("fips-").or_else(|| text.strip_suffix("-fips"));
        let name = stripped.unwrap_or(text);
        let fits = (1..=63).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.bytes().all(|byte| byte.is_ascii_digit())
            && !name.starts_with('-')
            && !name.ends_with('-');
        fits.then(|| Self { name: name.to_owned(), fips: stripped.is_some() })
    }
}

/// Where a region came from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Flag,
    Arn,
    Extension,
    Variable(Variable),
    Profile,
}

impl Origin {
    /// In words.
    fn name(self) -> &'static str {
        match self {
            Self::Flag => "--region",
            Self::Arn => "the cluster ARN",
            Self::Extension => "the cluster's exec extension",
            Self::Variable(variable) => variable.name,
            Self::Profile => "the profile",
        }
    }
}

/// The regions; `None` for the global endpoint.
pub(super) struct Regions {
    /// Whose STS the token is for.
    pub(super) token: Option<Region>,
    /// What said that one, in words.
    pub(super) token_from: &'static str,
    /// Whom we ask for credentials.
    pub(super) requests: Option<Region>,
}

pub(super) fn find(flag: Option<&str>, arn: Option<&ArnRegion>, inputs: Inputs<'_>) -> Result<Regions> {
    let typed_arn = arn.filter(|arn| arn.is_from_flag).map(|arn| arn.name.clone());
    let own = flag.map(str::to_owned).or(typed_arn);
    let own = match own {
        Some(name) => Some(name),
        None => configured(inputs)?.map(|(name, _)| name),
    };
    let (token, token_from) = of_token(flag, arn, inputs)?;
    let requests = match own {
        Some(name) => Region::parse(&name),
        // What a cluster entry says must not send a login or a web identity to another partition, which somebody else
        // runs: without a word of the user's own it is asked in the one of the global endpoint.
        None => token.clone().filter(|region| Partition::of_region(&region.name).name == "aws"),
    };
    Ok(Regions { token, token_from, requests })
}

fn of_token(flag: Option<&str>, arn: Option<&ArnRegion>, inputs: Inputs<'_>) -> Result<(Option<Region>, &'static str)> {
    let world = inputs.world;
    let Some((text, origin)) = told(flag, arn, inputs)? else {
        // Only a guess: a host name that tells no region is as good as none.
        let guess = inputs.exec_info.server.as_deref().and_then(region_of_server).and_then(|name| Region::parse(&name));
        let from = match &guess {
            Some(_) => "the API server's host name",
            None => "nowhere: the global STS endpoint",
        };
        world.debug(|| format!("region {} from {from}", guess.as_ref().map_or("", |region| &region.name)));
        return Ok((guess, from));
    };
    let Some(region) = Region::parse(&text) else {
        let message = format!("`{}` (from {}) is not the name of a region", excerpt(&text), origin.name());
        let failure = match origin {
            Origin::Flag | Origin::Arn => usage(message),
            _ => configuration(message),
        };
        return Err(failure.hint("regions are written like eu-west-1").into());
    };
    world.debug(|| format!("region {} from {}", region.name, origin.name()));
    if let Some(arn) = arn {
        refuse_other_partition(&region, arn)?;
    }
    Ok((Some(region), origin.name()))
}

/// What somebody said outright, and where.
fn told(flag: Option<&str>, arn: Option<&ArnRegion>, inputs: Inputs<'_>) -> Result<Option<(String, Origin)>> {
    if let Some(region) = flag {
        return Ok(Some((region.to_owned(), Origin::Flag)));
    }
    if let Some(arn) = arn {
        return Ok(Some((arn.name.clone(), Origin::Arn)));
    }
    if let Some(region) = &inputs.exec_info.region {
        return Ok(Some((region.clone(), Origin::Extension)));
    }
    configured(inputs)
}

/// What the user has configured.
fn configured(inputs: Inputs<'_>) -> Result<Option<(String, Origin)>> {
    for variable in [AWS_REGION, AWS_DEFAULT_REGION] {
        if let Some(region) = inputs.world.text(variable)? {
            return Ok(Some((region, Origin::Variable(variable))));
        }
    }
    Ok(inputs.profile.get("region").map(|region| (region.to_owned(), Origin::Profile)))
}

/// A cluster refuses a token for another partition's STS, so a `--region` there contradicts the ARN.
fn refuse_other_partition(region: &Region, arn: &ArnRegion) -> Result<()> {
    let partition = Partition::of_region(&region.name);
    if partition == arn.partition {
        return Ok(());
    }
    let (name, ours, its) = (&region.name, partition.name, arn.partition.name);
    Err(usage(format!("--region {name} is in partition {ours}, the cluster ARN in {its}"))
        .hint(format!("leave --region out, or give --region {}", arn.name))
        .into())
}
