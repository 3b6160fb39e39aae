//! Which case holds which rule of the AWS CLI's credential chain: `tests/fixtures/chain_rows.json`.
//!
//! The rules were collected by running botocore, the AWS CLI and aws-config side by side, in the project's research
//! notes (`chain.md`, which is no part of this repository). A row of that collection is a row of the table, with
//! the cases of `tests/fixtures/credentials` that hold it, or the reason why none can.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// How many rows each section of `chain.md` has: the ranked list of gaps (2), the rules by number, bullet or, in 3.5,
/// message (3.1 to 3.5), the lines of the tables (4.1 to 4.6).
const SECTIONS: [(&str, usize); 12] = [
    ("2", 19),
    ("3.1", 6),
    ("3.2", 11),
    ("3.3", 7),
    ("3.4", 5),
    ("3.5", 6),
    ("4.1", 17),
    ("4.2", 9),
    ("4.3", 17),
    ("4.4", 13),
    ("4.5", 14),
    ("4.6", 10),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    section: String,
    #[serde(rename = "row")]
    title: String,
    #[serde(default)]
    fixtures: Vec<String>,
    #[serde(default)]
    why_not: String,
}

#[test]
fn every_rule_has_a_case_or_a_reason() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let text = fs::read_to_string(fixtures.join("chain_rows.json")).expect("the table");
    let rows: Vec<Row> = serde_json::from_str(&text).expect("rows");

    let mut problems = String::new();
    for (section, count) in SECTIONS {
        let found = rows.iter().filter(|row| row.section == section).count();
        if found != count {
            let _ = writeln!(problems, "section {section} has {found} rows, and {count} in chain.md");
        }
    }
    for Row { section, title, fixtures: cases, why_not } in &rows {
        if !SECTIONS.iter().any(|(known, _)| known == section) {
            let _ = writeln!(problems, "{section}: {title}: chain.md has no such section");
        }
        if cases.is_empty() == why_not.trim().is_empty() {
            let _ = writeln!(problems, "{section}: {title}: wants either fixtures or a why_not");
        }
        for case in cases.iter().filter(|case| !fixtures.join("credentials").join(case).join("case.json").is_file()) {
            let _ = writeln!(problems, "{section}: {title}: there is no case {case}");
        }
    }
    assert!(problems.is_empty(), "tests/fixtures/chain_rows.json:\n{problems}");
}
