//! Keys where the first AWS tools had them: `AWS_CREDENTIAL_FILE`, and boto's configuration.
//!
//! Hardly anybody has these. But the AWS CLI still asks them (botocore's `OriginalEC2Provider` and `BotoProvider`), before
//! containers and instances, so that passing over them would be another identity.

use std::path::{Path, PathBuf};

use anyhow::Result;
use aws_credential_types::Credentials;

use super::{Context, Found, Outcome, Search, check};
use crate::aws::ini::Ini;
use crate::aws::profiles::expand;
use crate::aws::small_file::{self, shown};
use crate::cache::Trail;
use crate::error::configuration;
use crate::world::{AWS_CREDENTIAL_FILE, BOTO_CONFIG, World};

/// Many times what such a file has.
const MAX_BYTES: u64 = 1024 * 1024;

/// The keys in one of those files.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    let Context { world, trail, .. } = search.context;
    if let Some(path) = world.raw(AWS_CREDENTIAL_FILE) {
        let path = PathBuf::from(expand(&path, world));
        let text = read(&path, trail)?.unwrap_or_default();
        let pairs = || text.lines().filter_map(|line| line.split_once('='));
        let get = |name: &str| pairs().find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim());
        if let Some(id) = get("AWSAccessKeyId") {
            return pair(id, get("AWSSecretKey"), &path);
        }
    }
    for path in candidates(world) {
        let Some(text) = read(&path, trail)? else { continue };
        let ini = Ini::parse(&text).map_err(|problem| {
            configuration(format!("{}: line {}: {}", shown(&path), problem.line, problem.message))
                .hint("correct that line")
        })?;
        let section = ini.sections().find(|section| section.name == "Credentials");
        if let Some(section) = section
            && let Some(id) = section.get("aws_access_key_id")
        {
            return pair(id, section.get("aws_secret_access_key"), &path);
        }
    }
    Ok(Outcome::NotAsked("there is neither AWS_CREDENTIAL_FILE nor a file of boto's with keys"))
}

fn candidates(world: &World) -> Vec<PathBuf> {
    match world.raw(BOTO_CONFIG) {
        Some(path) => vec![PathBuf::from(expand(&path, world))],
        None => [Some(PathBuf::from("/etc/boto.cfg")), world.home().map(|home| home.join(".boto"))]
            .into_iter()
            .flatten()
            .collect(),
    }
}

/// The text of a file, where there is one.
fn read(path: &Path, trail: &Trail) -> Result<Option<String>> {
    if !trail.metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let text =
        small_file::read(path, MAX_BYTES).and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other));
    let text = text.map_err(|error| {
        configuration(format!("cannot read {}: {error}", shown(path))).hint("check the file, or take it away")
    })?;
    Ok(Some(text))
}

fn pair<'a>(id: &str, secret: Option<&str>, path: &Path) -> Result<Outcome<'a>> {
    let Some(secret) = secret.filter(|secret| !secret.is_empty() && !id.is_empty()) else {
        return Err(configuration(format!("{} has only half a pair of keys", shown(path)))
            .hint("put both into that file, or neither")
            .into());
    };
    for value in [id, secret] {
        check::key(value, || format!("a key in {}", shown(path)))?;
    }
    Ok(Outcome::Found(Found::keys(Credentials::new(id, secret, None, None, "boto"))))
}
