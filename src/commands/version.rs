//! `ekscred version`: the version, also as aws-iam-authenticator prints it, which eksctl reads.

use anyhow::Result;
use serde_json::json;

use crate::cli::{Format, Globals, Version};
use crate::output;
use crate::world::World;

pub(crate) fn run(globals: &Globals, arguments: &Version, world: &World) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let text = match globals.output {
        Some(format @ (Format::Json | Format::Yaml)) => output::render(&json!({ "Version": version }), format)?,
        Some(Format::Text) | None if arguments.short => format!("{version}\n"),
        Some(Format::Text) | None => format!("ekscred {version}\n"),
    };
    world.print(&text)
}
