//! What a program may go by that is neither a flag nor a file: its variables, its directory, its machine.

use std::fs;

use super::digest::Digest;
use crate::world::World;

/// Variables that differ from run to run and decide nothing: what kubectl tells us, what shells count.
const VOLATILE: [&str; 7] = ["KUBERNETES_EXEC_INFO", "_", "SHLVL", "PWD", "OLDPWD", "COLUMNS", "LINES"];

/// What a process may go by: all variables, and the working directory.
pub(crate) fn surroundings(world: &World) -> String {
    let mut variables = world.environment();
    variables.retain(|(name, _)| !VOLATILE.iter().any(|volatile| name == volatile));
    variables.sort();
    let directory = world.directory().ok().map(|path| path.into_os_string().into_encoded_bytes());
    let digest = Digest::new("surroundings").maybe(directory);
    let digest = variables.into_iter().fold(digest, |digest, (name, value)| {
        digest.input(name.into_encoded_bytes()).input(value.into_encoded_bytes())
    });
    digest.name()
}

/// This machine, since it was started. Home directories are shared among machines, instance roles are not. Elsewhere than
/// on Linux there is hardly an instance.
pub(crate) fn machine() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}
