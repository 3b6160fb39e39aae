//! Files that are made from the code: man pages, completions, and blocks of the README. Each must equal what the code
//! gives now; `UPDATE=1 cargo test generated` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};
use ekscred::world::VARIABLES;

use crate::doctor;

/// Compares a file of the repository with what it should hold, or writes it where `UPDATE` is set.
#[track_caller]
fn assert_current(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, expected).expect("writing a generated file");
        return;
    }
    let actual = fs::read_to_string(&file).unwrap_or_default();
    if actual != expected {
        let line = 1 + actual.lines().zip(expected.lines()).take_while(|(one, other)| one == other).count();
        panic!("{path} is stale from line {line} on; refresh it with: UPDATE=1 cargo test generated");
    }
}

fn command() -> Command {
    let mut command = ekscred::command();
    command.build();
    command
}

#[test]
fn definition_is_sound() {
    ekscred::command().help_expected(true).debug_assert();
}

#[test]
fn completions() {
    for (shell, path) in [
        (Shell::Bash, "completions/ekscred.bash"),
        (Shell::Zsh, "completions/_ekscred"),
        (Shell::Fish, "completions/ekscred.fish"),
        (Shell::PowerShell, "completions/_ekscred.ps1"),
    ] {
        let mut script = Vec::new();
        generate(shell, &mut ekscred::command(), "ekscred", &mut script);
        if shell == Shell::Fish {
            // clap_complete leaves positional arguments out of fish's file (clap-rs/clap#6295).
            let condition = "__fish_ekscred_using_subcommand completions";
            writeln!(script, "complete -c ekscred -n \"{condition}\" -f -a \"bash zsh fish powershell\"")
                .expect("a line");
        }
        assert_current(path, &String::from_utf8(script).expect("UTF-8"));
    }
}

/// Commands, and their manual pages.
const PAGES: [(&str, &str); 8] = [
    ("get-token", "ekscred-get-token"),
    ("update-kubeconfig", "ekscred-update-kubeconfig"),
    ("convert-kubeconfig", "ekscred-convert-kubeconfig"),
    ("inspect", "ekscred-inspect"),
    ("doctor", "ekscred-doctor"),
    ("cache", "ekscred-cache"),
    ("version", "ekscred-version"),
    ("completions", "ekscred-completions"),
];

#[test]
fn man_pages() {
    let command = command();
    assert_current("man/ekscred.1", &main_page(&command));
    for (name, page_name) in PAGES {
        let subcommand = command.find_subcommand(name).expect("a subcommand").clone();
        let mut page = Vec::new();
        Man::new(subcommand.name(page_name).display_name(page_name)).render(&mut page).expect("a man page");
        assert_current(&format!("man/{page_name}.1"), &String::from_utf8(page).expect("UTF-8"));
    }
}

/// What clap knows, and sections that it does not know of.
fn main_page(command: &Command) -> String {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    for render in [
        Man::render_title,
        Man::render_name_section,
        Man::render_synopsis_section,
        Man::render_description_section,
        Man::render_options_section,
    ] {
        render(&man, &mut page).expect("a section");
    }
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let names: Vec<&str> = [subcommand.get_name()].into_iter().chain(subcommand.get_visible_aliases()).collect();
        let about = subcommand.get_about().expect("a description").to_string();
        item(&mut roff, &format!("ekscred {}", names.join(", ")), &about);
    }
    roff.control("SH", ["ENVIRONMENT"]);
    roff.text([roman("An empty variable counts as unset.")]);
    for variable in VARIABLES {
        item(&mut roff, variable.name, variable.help);
    }
    roff.control("SH", ["FILES"]);
    item(&mut roff, "~/.aws/config, ~/.aws/credentials", "The AWS CLI's files, read as it reads them.");
    item(&mut roff, "~/.kube/config", "The kubeconfig, found, read and locked as kubectl does it.");
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in EXIT_CODES {
        item(&mut roff, code, meaning);
    }
    roff.control("SH", ["EXAMPLES"]);
    for (at, (what, line)) in EXAMPLES.into_iter().enumerate() {
        if at > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(what)]);
        roff.control("PP", []);
        roff.text([bold(line)]);
    }
    roff.control("SH", ["SEE ALSO"]);
    let pages = PAGES.map(|(_, page)| page);
    roff.text(
        pages
            .iter()
            .flat_map(|page| [bold(*page), roman("(1), ")])
            .chain([bold("kubectl"), roman("(1)")])
            .collect::<Vec<Inline>>(),
    );
    roff.to_writer(&mut page).expect("the further sections");
    man.render_version_section(&mut page).expect("the version");
    String::from_utf8(page).expect("UTF-8")
}

fn item(roff: &mut Roff, term: &str, text: &str) {
    roff.control("TP", []);
    roff.text([bold(term)]);
    // Backticks set code in Markdown; here they set bold.
    let parts = text.split('`').enumerate();
    roff.text(parts.map(|(at, part)| if at % 2 == 1 { bold(part) } else { roman(part) }).collect::<Vec<Inline>>());
}

/// What people do with it, and how.
const EXAMPLES: [(&str, &str); 5] = [
    ("Set a cluster up:", "ekscred update-kubeconfig --name demo --region eu-west-1 --profile work"),
    ("Move the clusters over that the kubeconfig has:", "ekscred convert-kubeconfig --all"),
    ("Find out why a cluster says Unauthorized:", "ekscred doctor"),
    (
        "A token for the cluster demo, as kubectl asks for it:",
        "ekscred get-token --cluster-name demo --region eu-west-1",
    ),
    (
        "The arguments that `aws eks update-kubeconfig` writes, unchanged:",
        "ekscred --region eu-west-1 eks get-token --cluster-name demo --output json",
    ),
];

/// The exit codes, for people.
const EXIT_CODES: [(&str, &str); 7] = [
    ("0", "A whole document is on standard output."),
    ("130", "Interrupted with Ctrl-C."),
    ("143", "Ended by a signal."),
    ("252", "Usage: an unknown flag, no cluster, both cluster flags, a bad region, a bad role flag."),
    (
        "253",
        "Configuration or credentials: an unknown profile, half a key pair, a bad file, none found, expired, a login or \
         an MFA code that is missing, a process that failed; a kubeconfig that cannot be changed; a token that breaks a rule.",
    ),
    ("254", "AWS answered with an error, or a cluster refused."),
    ("255", "Anything else: the network, TLS, a timeout, output that cannot be written, an internal error."),
];

#[test]
fn readme_blocks() {
    let mut environment = String::from("| variable | what it does |\n|---|---|\n");
    for variable in VARIABLES {
        let _ = writeln!(environment, "| `{}` | {} |", variable.name, variable.help);
    }
    let mut codes = String::from("| exit code | meaning |\n|---|---|\n");
    for (code, meaning) in EXIT_CODES {
        let _ = writeln!(codes, "| {code} | {meaning} |");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let mut readme = fs::read_to_string(path).expect("README.md");
    let blocks = [("environment", environment), ("exit codes", codes), ("doctor", doctor::transcript())];
    for (name, block) in blocks {
        let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
        let start = readme.find(&begin).unwrap_or_else(|| panic!("README.md lacks {begin}")) + begin.len();
        let stop = readme.find(&end).unwrap_or_else(|| panic!("README.md lacks {end}"));
        readme.replace_range(start..stop, &block);
    }
    assert_current("README.md", &readme);
}
