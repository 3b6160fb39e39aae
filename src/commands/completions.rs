//! `ekscred completions`: the committed completion files, for people who installed without them.

use anyhow::Result;

use crate::cli::{Completions, Shell};
use crate::world::World;

pub(crate) fn run(arguments: &Completions, world: &World) -> Result<()> {
    let script = match arguments.shell {
        Shell::Bash => include_str!("../../completions/ekscred.bash"),
        Shell::Zsh => include_str!("../../completions/_ekscred"),
        Shell::Fish => include_str!("../../completions/ekscred.fish"),
        Shell::PowerShell => include_str!("../../completions/_ekscred.ps1"),
    };
    world.print(script)
}
