//! Which profile is meant: `--profile`, else `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, else `default`.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;

use crate::aws::profiles::{Profile, Profiles};
use crate::error::configuration;
use crate::world::{AWS_DEFAULT_PROFILE, AWS_PROFILE, World};

/// A profile's name, and what named it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileChoice {
    pub name: String,
    /// `None`: nothing did, `default` is the name that remains.
    origin: Option<&'static str>,
}

impl fmt::Display for ProfileChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "profile `{}` ({})",
            self.name,
            self.origin.map_or_else(|| "nothing names one".to_owned(), |origin| format!("from {origin}"))
        )
    }
}

const FLAG: &str = "--profile";

impl ProfileChoice {
    /// Chooses in AWS CLI v2's order; an empty name counts as not given.
    ///
    /// # Errors
    /// A variable that is not UTF-8.
    pub fn make(flag: Option<&str>, world: &World) -> Result<Self> {
        if let Some(name) = flag.filter(|name| !name.is_empty()) {
            return Ok(Self { name: name.to_owned(), origin: Some(FLAG) });
        }
        for variable in [AWS_PROFILE, AWS_DEFAULT_PROFILE] {
            if let Some(name) = world.text(variable)? {
                return Ok(Self { name, origin: Some(variable.name) });
            }
        }
        Ok(Self { name: "default".to_owned(), origin: None })
    }

    /// The name, unless it is only the one that remains where nobody names any.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        self.origin.and(Some(self.name.as_str()))
    }

    /// Whether `--profile` named it, which beats what the environment holds.
    #[must_use]
    pub fn is_from_flag(&self) -> bool {
        self.origin == Some(FLAG)
    }

    /// The variable that named it, if one did: keys in the environment beat that.
    #[must_use]
    pub fn variable(&self) -> Option<&'static str> {
        self.origin.filter(|origin| *origin != FLAG)
    }

    /// The profile itself. One that was named must exist, even where other credentials would serve: falling through
    /// to those would be another identity.
    ///
    /// # Errors
    /// A profile that was named and is in neither file.
    pub fn find<'p>(&self, profiles: &'p Profiles<'p>) -> Result<Profile<'p>> {
        let origin = match (profiles.get(&self.name), self.origin) {
            (Some(profile), _) => return Ok(profile),
            (None, None) => return Ok(Profile::default()),
            (None, Some(origin)) => origin,
        };
        let (config, credentials) = (profiles.files.config.path.display(), profiles.files.credentials.path.display());
        let message = format!("profile `{}` (from {origin}) is in neither {config} nor {credentials}", self.name);
        // A header ends at the line's last bracket: what stands behind an earlier one may be no name, but a key.
        let names: BTreeSet<String> =
            profiles.names().filter_map(|name| Some(name.split(']').next()?.to_owned())).collect();
        let some: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
        let hint = match (profiles.misplaced(&self.name), some.is_empty()) {
            (Some(hint), _) => hint,
            (None, true) => "neither file has any profile; `aws configure` writes one".to_owned(),
            (None, false) => {
                format!("profiles there: {}{}", some.join(", "), if names.len() > 8 { ", ..." } else { "" })
            }
        };
        Err(configuration(message).hint(hint).into())
    }
}
