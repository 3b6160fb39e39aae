//! `ekscred cache`: what is kept, where, and its end.

use anyhow::Result;
use serde_json::{Value, json};

use crate::cache::{kept, own_path};
use crate::cli::{CacheCommand, Format, Globals};
use crate::error::{configuration, one_line};
use crate::output;
use crate::world::World;

pub(crate) fn run(globals: &Globals, command: &CacheCommand, world: &World) -> Result<()> {
    match command {
        CacheCommand::List(_) => list(globals, world),
        CacheCommand::Clear(_) => clear(world),
        CacheCommand::Path(_) => path(world),
    }
}

/// A table for a person; a list of objects for whoever names a format or has a query.
fn list(globals: &Globals, world: &World) -> Result<()> {
    let kept = kept::list(world);
    if globals.output.is_none() && globals.query.is_none() {
        let rows: Vec<[String; 4]> = kept
            .iter()
            .map(|one| {
                [one.kind.to_owned(), one.until(), one_line(&one.about), one_line(&one.file.display().to_string())]
            })
            .collect();
        return world.print(table(&rows));
    }
    let document: Vec<Value> = kept
        .iter()
        .map(|one| json!({"kind": one.kind, "until": one.until(), "for": one.about, "file": one.file.display().to_string()}))
        .collect();
    let format = globals.output.unwrap_or(Format::Json);
    let text = match &globals.query {
        Some(query) => output::render(&output::select(&document, query)?, format)?,
        None => output::render(&document, format)?,
    };
    world.print(&text)
}

fn table(rows: &[[String; 4]]) -> String {
    let heading = ["KIND", "UNTIL", "FOR", "FILE"].map(str::to_owned);
    let width = |column: usize| rows.iter().chain([&heading]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let mut text = String::new();
    for row in std::iter::once(&heading).chain(rows) {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn clear(world: &World) -> Result<()> {
    let removed = kept::clear(world).map_err(|(file, error)| {
        configuration(format!("cannot remove {}: {error}", file.display())).hint("remove it by hand")
    })?;
    let s = if removed == 1 { "" } else { "s" };
    world.print(format!("removed {removed} file{s} of kept sessions and tokens\n"))
}

/// As it is, whatever bytes it has: scripts go on with it.
fn path(world: &World) -> Result<()> {
    let path = own_path(world).ok_or_else(|| {
        configuration("there is no home directory, and so no place to keep anything")
            .hint("set HOME, EKSCRED_CACHE_DIR or XDG_CACHE_HOME")
    })?;
    let mut line = path.into_os_string().into_encoded_bytes();
    line.push(b'\n');
    world.print(line)
}
