//! Names made of inputs: what is kept is found by them, and no two different inputs share one.

use std::rc::Rc;

use sha2::{Digest as _, Sha256};

/// A name, made when it is needed: what it is made of may change, as a login's token does.
pub(crate) type Name<'a> = Rc<dyn Fn() -> String + 'a>;

/// A name under construction. Inputs go in one after the other; their order and number are the caller's.
#[derive(Clone)]
pub struct Digest(Sha256);

impl Digest {
    /// Begins a name. `what` keeps names of different kinds apart.
    #[must_use]
    pub fn new(what: &str) -> Self {
        Self(Sha256::new()).input(what)
    }

    /// Adds an input. Its length goes first, so that no byte can move from one input to the next.
    #[must_use]
    pub fn input(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.0.update([1]);
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds an input that may be absent, which is not the same as empty.
    #[must_use]
    pub fn maybe(mut self, bytes: Option<impl AsRef<[u8]>>) -> Self {
        match bytes {
            Some(bytes) => self.input(bytes),
            None => {
                self.0.update([0]);
                self
            }
        }
    }

    /// The name: 64 hexadecimal digits, from which no input can be read back.
    #[must_use]
    pub fn name(self) -> String {
        format!("{:x}", self.0.finalize())
    }
}
