//! Which items of a list stay, so that all others may be left as they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// For each old item its place among the new ones, which is in the order of both; [`None`] for one that is gone. The new
/// ones that are left are the last. No alignment where none stays.
pub(super) fn align(old: &[Value], new: &[Value]) -> Option<Vec<Option<usize>>> {
    let alignment = match (names(old), names(new)) {
        (Some(old), Some(new)) => {
            let places: BTreeMap<&str, usize> = new.iter().enumerate().map(|(at, name)| (*name, at)).collect();
            let mut kept = 0;
            // One that was removed and made again stands behind those that stayed: it is gone, and another is new.
            let mut stays = |name: &&str| {
                let at = places.get(name).copied().filter(|at| *at == kept);
                kept += usize::from(at.is_some());
                at
            };
            old.iter().map(&mut stays).collect()
        }
        _ => align_values(old, new),
    };
    alignment.iter().any(Option::is_some).then_some(alignment)
}

/// The names of the items, where each has one, and none twice.
fn names(items: &[Value]) -> Option<Vec<&str>> {
    let names: Option<Vec<&str>> = items.iter().map(|item| item.get("name")?.as_str()).collect();
    let names = names?;
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    (distinct.len() == names.len()).then_some(names)
}

/// Equal ends stay, and what is between them is changed one by one.
fn align_values(old: &[Value], new: &[Value]) -> Vec<Option<usize>> {
    let equal = |(one, other): &(&Value, &Value)| one == other;
    let front = old.iter().zip(new).take_while(equal).count();
    let back = old[front..].iter().rev().zip(new[front..].iter().rev()).take_while(equal).count();
    let removed = old.len().saturating_sub(new.len());
    (0..old.len())
        .map(|at| match at {
            _ if removed == 0 => Some(at),
            _ if at < front => Some(at),
            _ if at >= old.len() - back => Some(at - removed),
            _ if at < old.len() - back - removed => Some(at),
            _ => None,
        })
        .collect()
}
