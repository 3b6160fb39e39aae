//! `ekscred update-kubeconfig`

use std::ffi::OsStr;

use anyhow::Result;

use crate::cli::{Globals, UpdateKubeconfig};
use crate::world::World;

pub(crate) fn run(_globals: &Globals, _arguments: &UpdateKubeconfig, _program: &OsStr, _world: &World) -> Result<()> {
    anyhow::bail!("not there yet")
}
