//! Credentials that a source has, or can get: whose they are is known before anybody is asked for them.

use std::rc::Rc;

use anyhow::Result;
use aws_credential_types::Credentials;

use crate::cache::digest::{Digest, Name};

/// What a source has found.
pub(super) struct Found<'a> {
    /// Names what is to be got: processes that have the same errand wait for each other.
    pub errand: Name<'a>,
    /// Names whose credentials these are. It may change on the errand, as a login's token does.
    pub identity: Name<'a>,
    /// Whether the AWS files alone say whose they are: no variable, no process, no machine.
    pub is_in_files: bool,
    get: Box<dyn FnOnce() -> Result<Credentials> + 'a>,
}

impl<'a> Found<'a> {
    /// Credentials that are not kept, of one name, which is both theirs and the errand's.
    pub(super) fn new(name: impl Fn() -> Digest + 'a, get: impl FnOnce() -> Result<Credentials> + 'a) -> Self {
        let name: Name<'a> = Rc::new(move || name().name());
        Self { errand: Rc::clone(&name), identity: name, is_in_files: false, get: Box::new(get) }
    }

    /// Keys that are at hand.
    pub(super) fn keys(keys: Credentials) -> Self {
        let named = keys.clone();
        let name = move || {
            // With another secret nothing would have been got.
            let digest = Digest::new("keys").input(named.access_key_id()).input(named.secret_access_key());
            digest.maybe(named.session_token())
        };
        Self::new(name, || Ok(keys))
    }

    /// A session that may be kept. `get` is given the errand and whose it is to be.
    pub(super) fn session(
        errand: Name<'a>,
        identity: Name<'a>,
        is_in_files: bool,
        get: impl FnOnce(Name<'a>, Name<'a>) -> Result<Credentials> + 'a,
    ) -> Self {
        let names = (Rc::clone(&errand), Rc::clone(&identity));
        Self { errand, identity, is_in_files, get: Box::new(move || get(names.0, names.1)) }
    }

    /// The credentials.
    ///
    /// # Errors
    /// Whoever must be asked does not give them.
    pub(super) fn get(self) -> Result<Credentials> {
        (self.get)()
    }

    /// The same, with something done to what comes of asking.
    pub(super) fn then(self, check: impl FnOnce(Result<Credentials>) -> Result<Credentials> + 'a) -> Self {
        let Self { errand, identity, is_in_files, get } = self;
        Self { errand, identity, is_in_files, get: Box::new(move || check(get())) }
    }

    /// The same, found in the AWS files.
    pub(super) fn in_files(self) -> Self {
        Self { is_in_files: true, ..self }
    }
}
