//! `ekscred doctor`

use anyhow::Result;

use crate::cli::{Doctor, Globals};
use crate::world::World;

pub(crate) fn run(_globals: &Globals, _arguments: Doctor, _world: &World) -> Result<()> {
    anyhow::bail!("not there yet")
}
