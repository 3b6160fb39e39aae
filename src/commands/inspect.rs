//! `ekscred inspect`

use anyhow::Result;

use crate::cli::{Globals, Inspect};
use crate::world::World;

pub(crate) fn run(_globals: &Globals, _arguments: &Inspect, _world: &World) -> Result<()> {
    anyhow::bail!("not there yet")
}
