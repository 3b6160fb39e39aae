//! Tokens, kept for who asks for that: a token that still serves is handed out again, without a look into the AWS files.
//!
//! A token is found by everything that decides whose it is. What cannot be known before the AWS files are read, their
//! content above all, is remembered with it and must be found unchanged.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::digest::Digest;
use super::folder::Folder;
use super::trail::{Conditions, Trail, nanoseconds};
use super::{Cache, Mode, Settings};
use crate::aws::profiles::expand;
use crate::cli::{GetToken, Globals, Role};
use crate::exec_info::ExecInfo;
use crate::token::{PREFIX, Token, rules};
use crate::world::{
    AWS_CONFIG_FILE, AWS_CREDENTIAL_FILE, AWS_DEFAULT_OUTPUT, AWS_LOGIN_CACHE_DIRECTORY, AWS_SHARED_CREDENTIALS_FILE,
    BOTO_CONFIG, EKSCRED_CACHE, EKSCRED_CACHE_DIR, EKSCRED_DEBUG, EKSCRED_LOG_FILE, KUBECONFIG, KUBERNETES_EXEC_INFO,
    NO_COLOR, PATH, TERM, VARIABLES, Variable, World, XDG_CACHE_HOME,
};

/// The version of the files.
const VERSION: u32 = 1;

/// Variables that do not decide whose token it is: how it is printed and kept, and what is said of it.
const INDIFFERENT: [Variable; 11] = [
    AWS_DEFAULT_OUTPUT,
    KUBERNETES_EXEC_INFO, // its parts that matter are inputs of their own
    EKSCRED_CACHE,
    EKSCRED_CACHE_DIR,
    XDG_CACHE_HOME,
    EKSCRED_DEBUG,
    EKSCRED_LOG_FILE,
    KUBECONFIG, // this and the rest serve other commands
    NO_COLOR,
    PATH,
    TERM,
];

/// Variables whose values are expanded: what they come to depends on any others.
const PATHS: [Variable; 5] =
    [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_CREDENTIAL_FILE, BOTO_CONFIG, AWS_LOGIN_CACHE_DIRECTORY];

/// The name of what decides whose token it is.
pub(crate) struct Key(String);

impl Key {
    /// The key of one command line in one environment. No file is read for it.
    pub(crate) fn new(globals: &Globals, arguments: &GetToken, exec_info: &ExecInfo, world: &World) -> Self {
        // No `..`: a flag of which nobody has thought must not compile.
        let Globals { region, profile, output: _, query: _, debug: _, network: _, inert: _ } = globals;
        let GetToken {
            cluster_name,
            cluster_id,
            token_only: _,
            api_version: _,
            sts_endpoint,
            cache: _,
            role,
            globals: _,
        } = arguments;
        let Role { role_arn, external_id, session_name, forward_session_name, duration, mfa_serial, mfa_code: _ } =
            role;
        let ExecInfo {
            api_version: _,
            server,
            cluster_name: its_name,
            cluster_id: its_id,
            region: its_region,
            interactive: _,
        } = exec_info;

        let duration = duration.map(|seconds| seconds.to_string());
        let home = world.home().map(|home| home.into_os_string().into_encoded_bytes());
        let mut digest = Digest::new("token").input(env!("CARGO_PKG_VERSION")).maybe(home);
        for text in [
            region,
            profile,
            cluster_name,
            cluster_id,
            sts_endpoint,
            role_arn,
            external_id,
            session_name,
            forward_session_name,
            &duration,
            mfa_serial,
            server,
            its_name,
            its_id,
            its_region,
        ] {
            digest = digest.maybe(text.as_ref());
        }
        let matters = |variable: &&Variable| INDIFFERENT.iter().all(|other| other.name != variable.name);
        for variable in VARIABLES.iter().filter(matters) {
            digest = digest.maybe(world.raw(*variable).map(std::ffi::OsString::into_encoded_bytes));
        }
        for variable in PATHS {
            digest = digest.maybe(world.raw(variable).map(|path| expand(&path, world).into_encoded_bytes()));
        }
        Self(digest.name())
    }
}

/// A token that was just made.
pub(crate) struct Made {
    pub token: Token,
    /// When it was signed.
    pub signed_at: SystemTime,
    /// The profile's `output`.
    pub output: Option<String>,
    /// Whose it is and what for, in words for `ekscred cache list`.
    pub about: String,
}

/// A token to print.
pub(crate) struct KeptToken {
    pub token: Token,
    /// The profile's `output`, which decides the format where nothing else does.
    pub output: Option<String>,
}

impl From<Made> for KeptToken {
    fn from(made: Made) -> Self {
        Self { token: made.token, output: made.output }
    }
}

/// A token's file.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    version: u32,
    pub(super) about: String,
    bearer: String,
    /// In nanoseconds since 1970.
    signed_at: u64,
    /// In seconds since 1970.
    pub(super) expires_at: i64,
    output: Option<String>,
    conditions: Conditions,
}

impl Cache<'_> {
    /// The token that is kept, or that another process is about to make, or that `make` makes.
    ///
    /// # Errors
    /// Of `make`.
    pub(crate) fn token(
        &self,
        key: impl FnOnce() -> Key,
        trail: &Trail,
        make: impl FnOnce() -> Result<Made>,
    ) -> Result<KeptToken> {
        let folder = if self.settings.mode == Mode::Tokens { self.own() } else { None };
        let Some(folder) = folder else { return make().map(KeptToken::from) };
        let Key(key) = key();
        let tokens = Tokens { cache: self, folder, name: format!("token-{key}.json") };
        let known = tokens.read(true);
        let Settings { force_refresh, min_ttl, .. } = self.settings;
        let serves_long = |entry: &Entry| !force_refresh && entry.left(self.world.now()) >= min_ttl;
        let known_bearer = match known {
            Some(entry) if serves_long(&entry) => {
                self.world.debug(|| "cache: a token is kept".to_owned());
                return Ok(entry.into_token());
            }
            known => known.map(|entry| entry.bearer),
        };
        // What somebody made while we waited is as good as what we could make.
        let is_new = |entry: &Entry| known_bearer.as_ref() != Some(&entry.bearer);
        let look = || tokens.read(false).filter(|entry| serves_long(entry) || is_new(entry)).map(Entry::into_token);
        self.turns.single_flight(Some(folder), &format!("token-{key}.lock"), look, || {
            trail.begin(self.world.now());
            let new = make()?;
            let is_kept = tokens.write(&new, trail);
            Ok((new.into(), is_kept))
        })
    }
}

/// The place of one token.
struct Tokens<'t, 'a> {
    cache: &'t Cache<'a>,
    folder: &'t Folder,
    name: String,
}

impl Tokens<'_, '_> {
    /// The token, where it still serves. `aloud`: the debug log is told why not.
    fn read(&self, aloud: bool) -> Option<Entry> {
        match self.usable() {
            Ok(entry) => entry,
            Err(why) => {
                if aloud {
                    self.cache.world.debug(|| format!("cache: {} is not used: {why}", self.name));
                }
                None
            }
        }
    }

    fn usable(&self) -> Result<Option<Entry>, String> {
        let read = self.folder.read(&self.name).map_err(|error| error.to_string())?;
        let Some((content, _)) = read else { return Ok(None) };
        let entry = parse(&content)?;
        let now = self.cache.world.now();
        let signed_at = SystemTime::UNIX_EPOCH + Duration::from_nanos(entry.signed_at);
        if signed_at > now {
            return Err("it was signed in the future".to_owned());
        }
        if entry.left(now).is_zero() {
            return Err("it has expired".to_owned());
        }
        match entry.conditions.broken(self.cache.world) {
            Some(why) => Err(why),
            None => Ok(Some(entry)),
        }
    }

    /// Keeps a token, unless nobody could use it; and tells whether it is kept.
    fn write(&self, made: &Made, trail: &Trail) -> bool {
        let Made { token, signed_at, output, about } = made;
        let world = self.cache.world;
        if token.bearer.len() > rules::MAX_TOKEN_BYTES {
            world.debug(|| "cache: a token that no cluster takes is not kept".to_owned());
            return false;
        }
        let Some(conditions) = trail.conditions(world) else {
            world.debug(|| "cache: a path that is not UTF-8 cannot be remembered".to_owned());
            return false;
        };
        if let Some(why) = conditions.broken(world) {
            world.debug(|| format!("cache: the token is not kept: {why}"));
            return false;
        }
        let entry = Entry {
            version: VERSION,
            about: about.clone(),
            bearer: token.bearer.clone(),
            signed_at: nanoseconds(*signed_at),
            expires_at: token.expiration.unix_timestamp(),
            output: output.clone(),
            conditions,
        };
        self.cache.keep(self.folder, &self.name, &serde_json::to_vec(&entry).unwrap_or_default())
    }
}

pub(super) fn parse(content: &[u8]) -> Result<Entry, String> {
    let entry: Entry =
        serde_json::from_slice(content).map_err(|error| format!("it is no token (line {})", error.line()))?;
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    // Without a way out at the first that is none, the compiler makes it a look at many at once.
    let all_are = |text: &str| text.bytes().fold(true, |so_far, byte| so_far & is_base64url(byte));
    let is_token = entry.bearer.strip_prefix(PREFIX).is_some_and(all_are);
    match (entry.version, is_token && entry.end().is_some()) {
        (VERSION, true) => Ok(entry),
        (VERSION, false) => Err("it is no token".to_owned()),
        _ => Err("another version of ekscred wrote it".to_owned()),
    }
}

impl Entry {
    /// When the token ends.
    pub(super) fn end(&self) -> Option<SystemTime> {
        OffsetDateTime::from_unix_timestamp(self.expires_at).ok().map(SystemTime::from)
    }

    /// How long the token still serves.
    fn left(&self, now: SystemTime) -> Duration {
        self.end().and_then(|end| end.duration_since(now).ok()).unwrap_or_default()
    }

    fn into_token(self) -> KeptToken {
        let expiration = OffsetDateTime::from_unix_timestamp(self.expires_at).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        KeptToken { token: Token { bearer: self.bearer, expiration }, output: self.output }
    }
}
