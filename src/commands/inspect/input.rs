//! What is to be inspected: a token, or the ExecCredential around it, from a file or standard input. Not from an
//! argument, which every process of the machine can see.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::aws::small_file::{self, shown};
use crate::error::{configuration, usage};
use crate::kubeconfig::document::Document;
use crate::token::PREFIX;
use crate::token::inspection::Credential;
use crate::world::World;

/// Far more than any token or ExecCredential has.
const MAX_BYTES: u64 = 1024 * 1024;

/// The shortest argument that is taken for a token of whatever kind; few paths are as long, and have no other characters.
const LONG: usize = 100;

/// The shortest word that is judged as a token, whatever it is.
const SHORT: usize = 20;

/// What was found.
#[derive(Debug)]
pub(super) struct Input {
    pub token: String,
    /// What stands around it, if anything does.
    pub credential: Option<Credential>,
}

/// Reads `file`, or standard input where there is none, or it is `-`.
///
/// # Errors
/// It cannot be read, or holds no token.
pub(super) fn read(file: Option<&OsStr>, world: &World) -> Result<Input> {
    let (bytes, place) = match file.filter(|file| *file != "-") {
        Some(file) => (read_file(file)?, shown(Path::new(file))),
        None => (read_stdin(world)?, "standard input".to_owned()),
    };
    let found = String::from_utf8(bytes).ok().and_then(|text| find(&text));
    found.ok_or_else(|| {
        configuration(format!("there is no token in {place}"))
            .hint("give what `ekscred get-token` prints, or the token alone")
            .into()
    })
}

fn read_file(file: &OsStr) -> Result<Vec<u8>> {
    let path = Path::new(file);
    if looks_like_a_token(file) {
        return Err(usage("the argument looks like a token, and everybody on the machine can see arguments")
            .hint("give the token on standard input, or the name of a file that holds it")
            .into());
    }
    let content = if is_descriptor(path) { read_descriptor(path) } else { small_file::read(path, MAX_BYTES) };
    Ok(content.map_err(|error| configuration(format!("cannot read {}: {error}", shown(path))))?)
}

/// Whether the shell has opened it for us: `ekscred inspect <(ekscred get-token ...)` names a pipe so.
fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin")
}

/// Reads to the end, as from standard input.
fn read_descriptor(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 {
        ..=MAX_BYTES => Ok(bytes),
        _ => Err(io::Error::other(format!("it is larger than {MAX_BYTES} bytes"))),
    }
}

fn looks_like_a_token(argument: &OsStr) -> bool {
    let text = argument.to_string_lossy();
    let is_long = text.len() >= LONG && text.bytes().all(is_of_tokens) && !Path::new(argument).exists();
    text.contains(PREFIX) || is_long
}

fn read_stdin(world: &World) -> Result<Vec<u8>> {
    let bytes = world.read_stdin(MAX_BYTES + 1);
    let bytes = bytes.map_err(|error| configuration(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(configuration(format!("standard input has more than {MAX_BYTES} bytes")).into());
    }
    Ok(bytes)
}

/// A token alone, perhaps as a header has it; an ExecCredential; or a token anywhere in the text.
fn find(text: &str) -> Option<Input> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let text = text.strip_prefix("Authorization:").map_or(text, str::trim_start);
    let bearer = text.get(..7).filter(|word| word.eq_ignore_ascii_case("bearer ")).map(|_| text[7..].trim_start());
    let alone = bearer.or((text.starts_with(PREFIX) || is_one_word(text)).then_some(text));
    let token = |token: &str| Input { token: token.to_owned(), credential: None };
    alone.map(token).or_else(|| in_credential(text)).or_else(|| embedded(text).map(token))
}

/// Whether `text` may be a token of some kind.
fn is_one_word(text: &str) -> bool {
    text.len() >= SHORT && text.bytes().all(is_of_tokens)
}

/// Characters of base64 in all its forms, and the dots between them.
fn is_of_tokens(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_+/=.".contains(&byte)
}

/// What an ExecCredential holds, in JSON or YAML.
fn in_credential(text: &str) -> Option<Input> {
    let yaml = || Some(Document::parse(text.to_owned()).ok()?.into_value());
    let document: Value = serde_json::from_str(text).ok().or_else(yaml)?;
    let status = &document["status"];
    let token = status["token"].as_str().map(str::trim).filter(|token| !token.is_empty())?;
    let expiration = status["expirationTimestamp"].as_str().map(str::to_owned);
    Some(Input { token: token.to_owned(), credential: Some(Credential { expiration }) })
}

/// The first token in `text`, such as what the AWS CLI prints with `--output text`.
fn embedded(text: &str) -> Option<&str> {
    let token = &text[text.find(PREFIX)?..];
    token.split(|character: char| !u8::try_from(character).is_ok_and(is_of_tokens)).next()
}
