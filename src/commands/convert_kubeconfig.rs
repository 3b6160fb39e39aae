//! `ekscred convert-kubeconfig`

use std::ffi::OsStr;

use anyhow::Result;

use crate::cli::{ConvertKubeconfig, Globals};
use crate::world::World;

pub(crate) fn run(_globals: &Globals, _arguments: &ConvertKubeconfig, _program: &OsStr, _world: &World) -> Result<()> {
    anyhow::bail!("not there yet")
}
