//! `ekscred doctor`: the report of the walk, and the exit code of its first failing step.

use anyhow::Result;

use crate::cli::{Doctor, Format, Globals};
use crate::doctor;
use crate::output;
use crate::world::World;

/// The exit code; what failed is in the report, and not told twice.
pub(crate) fn run(globals: &Globals, arguments: Doctor, world: &World) -> Result<u8> {
    if let Some(query) = &globals.query {
        output::check(query)?;
    }
    let report = doctor::examine(globals, arguments, world)?;
    let text = match (&globals.query, globals.output) {
        (Some(query), format) => {
            output::render(&output::select(&report.document(), query)?, format.unwrap_or(Format::Json))?
        }
        (None, Some(format @ (Format::Json | Format::Yaml))) => output::render(&report.document(), format)?,
        (None, Some(Format::Text) | None) => report.text(world),
    };
    world.print(&text)?;
    Ok(report.first_failure().map_or(0, |(_, failure)| failure.kind() as u8))
}
