//! Sessions of roles, kept where the AWS CLI keeps them and in its format, so that a session that one of us got serves the
//! other.
//!
//! The CLI finds a session by the role's parameters and does not look who assumed it. We do: what we write is marked
//! with a digest of that, and is used only where the mark is what this run would write.

use std::cell::OnceCell;
use std::fs::Metadata;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use aws_credential_types::Credentials;
use serde::{Deserialize, Serialize};

use super::digest::Name;
use super::folder::Folder;
use super::{Cache, Mode, Trail};
use crate::aws::credentials::check;
use crate::timestamp;

/// How long a session must still last to be used (botocore's `CachedCredentialFetcher.DEFAULT_EXPIRY_WINDOW_SECONDS`). It
/// outlives any token that is made of it.
const MIN_LEFT: Duration = Duration::from_mins(15);

/// The version of our mark.
const VERSION: u32 = 1;

/// A session that is wanted.
pub(crate) struct Wanted<'w> {
    /// Names the session: processes that have the same errand wait for each other.
    pub errand: Name<'w>,
    /// Names the role's parameters and whose credentials assume it. Fetching the session may change that.
    pub source: Name<'w>,
    /// The AWS CLI's name for it; `None` where that keeps no such session.
    pub slot: Option<String>,
    /// What the AWS CLI calls the kind, where it does: by `sso`, `aws sso logout` finds what to remove.
    pub provider: Option<&'static str>,
    /// The role's ARN, or what else says which one it is.
    pub role: String,
    /// The account that it is in.
    pub account: Option<String>,
    /// The profile that asks for it; empty where none does.
    pub profile: String,
    /// Who else goes by that slot and would be somebody else; asked but once.
    pub rival: Box<dyn Fn() -> Option<String> + 'w>,
    /// Whether the AWS files alone decide the source, so that they tell whose session it is that the AWS CLI kept.
    pub is_in_files: bool,
    /// The files that decide the source.
    pub trail: &'w Trail,
}

/// A file of the AWS CLI's cache.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(rename = "ProviderType", default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(rename = "Credentials")]
    keys: Keys,
    /// Ours alone.
    #[serde(rename = "ekscred", default, skip_serializing_if = "Option::is_none")]
    pub(super) mark: Option<Mark>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
}

/// How we mark what we write. The AWS CLI passes over it, and writes none.
#[derive(Serialize, Deserialize)]
pub(super) struct Mark {
    version: u32,
    source: String,
    pub(super) role: String,
    pub(super) profile: String,
}

impl Cache<'_> {
    /// The session that is kept, or that another process is about to get, or that `fetch` gets; and the name of whose it
    /// is, as that was when it was found.
    ///
    /// # Errors
    /// Of `fetch`.
    pub(crate) fn session(&self, wanted: &Wanted<'_>, fetch: impl FnOnce() -> Result<Credentials>) -> Result<Session> {
        if self.settings.mode == Mode::Off {
            return Ok(Session::new(fetch()?, wanted));
        }
        let sessions = Sessions { cache: self, wanted, rival: OnceCell::new() };
        let found = sessions.read(true);
        let fresh_enough = |session: &Session| !self.settings.force_refresh && sessions.left(session) >= MIN_LEFT;
        let known: Vec<_> = found.iter().map(traits).collect();
        if let Some(session) = found.into_iter().find(fresh_enough) {
            self.world.debug(|| format!("cache: {} has a session until {}", wanted.role, end_text(&session)));
            return Ok(sessions.accept(session));
        }
        // What somebody got while we waited is as good as what we could get, however short it lasts.
        let is_new = |session: &Session| !known.contains(&traits(session));
        let look = || {
            let mut found = sessions.read(false).into_iter();
            let session =
                found.find(|session| fresh_enough(session) || is_new(session) && !sessions.left(session).is_zero());
            session.map(|session| sessions.accept(session))
        };
        let lock_name = format!("role-{}.lock", (wanted.errand)());
        self.turns.single_flight(self.own(), &lock_name, look, || {
            let session = Session::new(fetch()?, wanted);
            let is_kept = sessions.write(&session);
            Ok((session, is_kept))
        })
    }
}

/// A session, and the name of whose it is.
pub(crate) struct Session {
    pub credentials: Credentials,
    /// As it was when the session was found.
    pub source: String,
    /// Where the AWS CLI keeps it, who may write another.
    elses: Option<(PathBuf, Metadata)>,
}

impl Session {
    fn new(credentials: Credentials, wanted: &Wanted<'_>) -> Self {
        Self { credentials, source: (wanted.source)(), elses: None }
    }
}

/// One session's places.
struct Sessions<'s, 'a> {
    cache: &'s Cache<'a>,
    wanted: &'s Wanted<'s>,
    rival: OnceCell<Option<String>>,
}

impl Sessions<'_, '_> {
    /// The sessions that are kept and may be used, but for how long they last. `aloud`: with a line in the debug log on
    /// each that may not.
    fn read(&self, aloud: bool) -> Vec<Session> {
        let source = (self.wanted.source)();
        let mut sessions = Vec::new();
        for place in [Place::Shared, Place::Own] {
            let Some((folder, name)) = self.place(place, &source) else { continue };
            match self.read_from(folder, &name, &source) {
                Ok(Some((credentials, elses))) => {
                    let session = Session { credentials, source: source.clone(), elses };
                    let lasts = self.left(&session) >= MIN_LEFT;
                    sessions.push(session);
                    // Our own folder is not looked into without need.
                    if lasts {
                        break;
                    }
                }
                Err(why) if aloud => {
                    self.cache
                        .world
                        .debug(|| format!("cache: {} is not used: {why}", folder.path.join(&name).display()));
                }
                Ok(None) | Err(_) => {}
            }
        }
        sessions
    }

    fn place(&self, place: Place, source: &str) -> Option<(&Folder, String)> {
        match place {
            Place::Shared => Some((self.cache.shared()?, self.wanted.slot.clone()?)),
            Place::Own => Some((self.cache.own()?, format!("role-{source}.json"))),
        }
    }

    /// The session in one place, or why it may not be used.
    fn read_from(&self, folder: &Folder, name: &str, source: &str) -> Result<Option<FoundThere>, String> {
        let Some((content, metadata)) = folder.read(name).map_err(|error| error.to_string())? else { return Ok(None) };
        let entry = parse(&content)?;
        match &entry.mark {
            Some(mark) if mark.version != VERSION => return Err("another version of ekscred wrote it".to_owned()),
            Some(mark) if mark.source != source => {
                return Err("it was got with other credentials, or another way".to_owned());
            }
            Some(_) => return Ok(Some((entry.credentials()?, None))),
            None => {}
        }
        if !self.wanted.is_in_files {
            return Err("no file tells whose it is".to_owned());
        }
        let written = metadata.modified().map_err(|error| error.to_string())?;
        if let Some(rival) = self.rival() {
            return Err(rival);
        }
        if let Some(file) = self.wanted.trail.changed_since(written) {
            return Err(format!("{} has changed since", file.display()));
        }
        Ok(Some((entry.credentials()?, Some((folder.path.join(name), metadata)))))
    }

    /// The session is used. One of the AWS CLI's follows from nothing that we know, and is a file like others on the way.
    fn accept(&self, session: Session) -> Session {
        if let Some((path, metadata)) = &session.elses {
            self.wanted.trail.remember(path, Some(metadata));
        }
        session
    }

    fn rival(&self) -> Option<String> {
        self.rival.get_or_init(|| (self.wanted.rival)()).clone()
    }

    /// Keeps a session, in the AWS CLI's folder unless somebody else's has its place there; and tells whether it could.
    fn write(&self, Session { credentials, source, .. }: &Session) -> bool {
        let Wanted { provider, role, account, profile, .. } = self.wanted;
        let Some(end) = credentials.expiry() else { return false };
        let entry = Entry {
            provider: provider.map(str::to_owned),
            keys: Keys {
                access_key_id: credentials.access_key_id().to_owned(),
                secret_access_key: credentials.secret_access_key().to_owned(),
                session_token: credentials.session_token().unwrap_or_default().to_owned(),
                expiration: timestamp::text(end),
                account_id: account.clone(),
            },
            mark: Some(Mark { version: VERSION, source: source.clone(), role: role.clone(), profile: profile.clone() }),
        };
        let content = serde_json::to_vec(&entry).unwrap_or_default();
        let keep =
            |place| self.place(place, source).is_some_and(|(folder, name)| self.cache.keep(folder, &name, &content));
        if self.slot_is_free(source) {
            self.cache.make_shared();
            if keep(Place::Shared) {
                return true;
            }
        }
        // Where the AWS CLI's folder cannot be written to, ours can, perhaps.
        keep(Place::Own)
    }

    /// Whether the AWS CLI's file is there for us: no session of somebody else's is in it, nobody has as much right to it.
    fn slot_is_free(&self, source: &str) -> bool {
        let Some(slot) = &self.wanted.slot else { return false };
        if self.rival().is_some() {
            return false;
        }
        let there = self.cache.shared().and_then(|folder| folder.read(slot).ok().flatten());
        let Some(entry) = there.and_then(|(content, _)| parse(&content).ok()) else { return true };
        let is_elses = entry.mark.as_ref().is_some_and(|mark| mark.source != source);
        !is_elses || entry.end().is_none_or(|end| self.until(end) < MIN_LEFT)
    }

    /// How long a session lasts.
    fn left(&self, session: &Session) -> Duration {
        self.until(session.credentials.expiry().unwrap_or(SystemTime::UNIX_EPOCH))
    }

    fn until(&self, end: SystemTime) -> Duration {
        end.duration_since(self.cache.world.now()).unwrap_or_default()
    }
}

/// What is in one place; and where that is, if the AWS CLI put it there.
type FoundThere = (Credentials, Option<(PathBuf, Metadata)>);

/// Where a session may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the AWS CLI's folder, which also serves the AWS CLI.
    Shared,
    /// In our own.
    Own,
}

pub(super) fn parse(content: &[u8]) -> Result<Entry, String> {
    // serde_json names the line and column; of the document it may quote a value of a wrong type.
    serde_json::from_slice(content).map_err(|error| format!("it is no session (line {})", error.line()))
}

impl Entry {
    /// The credentials, where they are sound.
    fn credentials(&self) -> Result<Credentials, String> {
        let Keys { access_key_id, secret_access_key, session_token, expiration, .. } = &self.keys;
        for part in [access_key_id, secret_access_key, session_token] {
            if part.is_empty() || check::key(part, String::new).is_err() {
                return Err("its keys cannot be keys".to_owned());
            }
        }
        let end =
            self.end().ok_or_else(|| format!("its Expiration is not a time ({} characters)", expiration.len()))?;
        let token = Some(session_token.clone());
        Ok(Credentials::new(access_key_id, secret_access_key, token, Some(end), "cache"))
    }

    /// When the session ends.
    pub(super) fn end(&self) -> Option<SystemTime> {
        timestamp::parse(&self.keys.expiration)
    }
}

/// By what two sessions are told apart.
fn traits(session: &Session) -> (String, Option<SystemTime>) {
    (session.credentials.access_key_id().to_owned(), session.credentials.expiry())
}

fn end_text(session: &Session) -> String {
    session.credentials.expiry().map_or_else(String::new, timestamp::text)
}
