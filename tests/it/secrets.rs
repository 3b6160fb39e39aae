//! Finds the secrets that a case involves, by the names they go by wherever they stand (AWS's files, variables, JSON,
//! XML, headers, the lines of calls), and finds these in what the program says.

use std::collections::BTreeSet;

use crate::case::{Stage, texts};
use crate::loopback::http::encoded;
use crate::sandbox::url_in;

/// How a name must end to be a secret's, in small letters without signs; and what sort of secret that is.
const NAMES: [(&str, &str); 14] = [
    ("secretaccesskey", "secret key"),
    ("refreshtoken", "refresh token"),
    ("webidentitytoken", "web identity token"),
    ("bearertoken", "bearer token"), // SSO's header
    ("accesstoken", "bearer token"),
    ("containerauthorizationtoken", "container authorization"),
    ("sessiontoken", "session token"),
    ("securitytoken", "session token"),
    ("token", "token"),
    ("clientsecret", "client secret"),
    ("tokencode", "MFA code"),
    ("mfacode", "MFA code"),
    ("dpopkey", "private key"),
    ("signature", "signature"),
];

/// What is too short to be looked for: it would be found in innocent words.
const TOO_SHORT: usize = 5;

/// Secrets, each with its sort.
#[derive(Debug, Default)]
pub struct Secrets {
    known: BTreeSet<(&'static str, String)>,
    pub too_short: BTreeSet<String>,
}

impl Secrets {
    /// Those of a case that was run: of its files, variables and arguments, of what was typed, and of what was sent and
    /// received.
    pub fn of(case: &serde_json::Value, stage: &Stage) -> Self {
        let mut secrets = Self::default();
        for text in &stage.texts {
            secrets.add_named(text);
            secrets.add_lone(text);
            secrets.add_passwords(text);
        }
        secrets.add_named(&stage.arguments.join(" ").replace("--mfa-code ", "--mfa-code="));
        for code in texts(&case["terminal"]) {
            secrets.add("MFA code", code);
        }
        if let Some(loopback) = &stage.loopback {
            secrets.add_named(&loopback.transcript());
        }
        secrets
    }

    /// What the program printed: the token, and the signature in it.
    pub fn add_token(&mut self, stdout: &str) {
        let tokens = stdout.split(['"', '\n']).filter(|word| word.starts_with("k8s-aws-v1."));
        for token in tokens {
            self.add("EKS token", token);
            self.add_named(&url_in(token));
        }
    }

    /// Those that are in `text`, as they are or as a URL has them.
    pub fn found_in(&self, text: &str) -> Vec<&str> {
        let is_there = |secret: &str| is_word_in(secret, text) || is_word_in(&encoded(secret, ""), text);
        self.iter().filter(|secret| is_there(secret)).collect()
    }

    pub fn sorts(&self) -> impl Iterator<Item = &'static str> {
        self.known.iter().map(|(sort, _)| *sort)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(_, secret)| secret.as_str())
    }

    fn add(&mut self, sort: &'static str, secret: &str) {
        // A private key is several lines, of which each says enough.
        for line in secret.split("\\n").map(str::trim) {
            if line.is_empty() || line.starts_with("-----") {
                continue;
            }
            if line.len() < TOO_SHORT {
                self.too_short.insert(line.to_owned());
            } else {
                self.known.insert((sort, line.to_owned()));
            }
        }
    }

    /// The values behind telling names: `name = value`, `"name": "value"`, `<name>value<`.
    fn add_named(&mut self, text: &str) {
        for (at, _) in text.match_indices(['=', ':', '>']) {
            let before = text[..at].trim_end().trim_end_matches(['"', '\'']);
            let rest = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c));
            if rest.ends_with("</") {
                continue;
            }
            let name = before[rest.len()..].replace(['-', '_'], "").to_ascii_lowercase();
            let Some((_, sort)) = NAMES.iter().find(|(end, _)| name.ends_with(end)) else { continue };
            let value = text[at + 1..].trim_start();
            let value = match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => value.split(['<', ',', ' ', '\n', '\r', '"', '}']).next(),
            };
            let value = value.unwrap_or_default();
            if value != "null" && !value.starts_with('{') {
                self.add(sort, value);
            }
        }
    }

    /// A file of one word holds a token and nothing else.
    fn add_lone(&mut self, text: &str) {
        let word = text.trim();
        if !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "={".contains(c)) {
            self.add("token file", word);
        }
    }

    /// `scheme://user:password@host`
    fn add_passwords(&mut self, text: &str) {
        for after in text.split("://").skip(1) {
            let authority = after.split(['/', ' ', '\n', '"']).next().unwrap_or_default();
            if let Some((_, password)) = authority.rsplit_once('@').and_then(|(login, _)| login.split_once(':')) {
                self.add("proxy password", password);
            }
        }
    }
}

/// Whether `word` is in `text` and not a part of a longer word.
fn is_word_in(word: &str, text: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

#[test]
fn secrets_are_found_by_their_names() {
    let mut secrets = Secrets::default();
    secrets.add_named(
        "aws_secret_access_key = one/1+1\n{\"refreshToken\" : \"two--2\", \"Token\":\"three3\"}<SessionToken>four44</SessionToken>\n\
         AssumeRole sts.amazonaws.com TokenCode=555555 WebIdentityToken=six666\nauthorization: X Signature=seven7\n\
         web_identity_token_file = /not/this\n\"dpopKey\": \"-----BEGIN EC PRIVATE KEY-----\\neight888\\n-----END-----\"",
    );
    secrets.add_passwords("http://user:nine99@127.0.0.1:1");
    secrets.add_lone("ten.10.10\n");
    let found: Vec<&str> = secrets.iter().collect();
    assert_eq!(
        found,
        ["555555", "eight888", "nine99", "two--2", "one/1+1", "four44", "seven7", "three3", "ten.10.10", "six666"]
    );
    assert_eq!(secrets.found_in("code 555555, 1555555; one%2F1%2B1"), ["555555", "one/1+1"]);
    assert!(secrets.found_in("nothing: 5555555, ninety-nine99x").is_empty());
}
