//! Whose certificates are trusted: a configured bundle alone, else the system's roots, else those that are built in.
//!
//! Everything is checked before the TLS library sees it, which panics on a certificate that it cannot read.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::aws::profiles::Profile;
use crate::aws::small_file::{self, shown};
use crate::error::{Failure, configuration};
use crate::world::{AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, SSL_CERT_DIR, SSL_CERT_FILE, Variable, World};

/// All the world's certificate authorities have a quarter of it.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Where trusted certificates come from.
#[derive(Debug)]
pub enum Trust {
    /// A file of PEM certificates, and the setting that named it.
    Bundle { path: PathBuf, origin: &'static str },
    /// OpenSSL's settings: `SSL_CERT_DIR`, and `SSL_CERT_FILE` where it is set, too.
    Directory { path: PathBuf, file: Option<PathBuf> },
    /// The system's.
    System,
}

impl Trust {
    /// What is configured, first hit: `--ca-bundle`, `AWS_CA_BUNDLE`, `ca_bundle` in the profile,
    /// `REQUESTS_CA_BUNDLE` (botocore's order), `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    #[must_use]
    pub fn configured(flag: Option<&OsStr>, profile: Profile<'_>, world: &World) -> Self {
        let flag = flag.filter(|path| !path.is_empty()).map(|path| (path.to_owned(), "--ca-bundle"));
        let variable = |variable: Variable| world.raw(variable).map(|path| (path, variable.name));
        let in_profile = || profile.get("ca_bundle").map(|path| (path.into(), "ca_bundle in the profile"));
        let found =
            flag.or_else(|| variable(AWS_CA_BUNDLE)).or_else(in_profile).or_else(|| variable(REQUESTS_CA_BUNDLE));
        let (path, origin) = match (found, variable(SSL_CERT_FILE), world.raw(SSL_CERT_DIR)) {
            (Some(found), ..) | (None, Some(found), None) => found,
            (None, file, Some(path)) => {
                return Self::Directory { path: path.into(), file: file.map(|(file, _)| file.into()) };
            }
            (None, None, None) => return Self::System,
        };
        let path = PathBuf::from(path);
        world.debug(|| format!("trusting the certificates in {} ({origin})", shown(&path)));
        Self::Bundle { path, origin }
    }

    /// The certificates, for the TLS library.
    ///
    /// # Errors
    /// A bundle that cannot be read, holds no certificate, or one that is none.
    pub fn context(&self) -> Result<TlsContext, Failure> {
        let store = match self {
            Self::Bundle { path, origin } => bundle(path, origin)?,
            Self::Directory { path, file } => directory(path, file.as_deref())?,
            Self::System => system(),
        };
        let context = TlsContext::builder().with_trust_store(store).build();
        context.map_err(|_| configuration("the trusted certificates cannot be used"))
    }
}

fn bundle(path: &Path, origin: &str) -> Result<TrustStore, Failure> {
    let complain = |why: String| {
        configuration(format!("the CA bundle {} ({origin}) {why}", shown(path)))
            .hint("name a file of PEM certificates, or leave the setting out")
    };
    let pem = small_file::read(path, MAX_BYTES).map_err(|error| complain(format!("cannot be read: {error}")))?;
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        count += 1;
        let certificate = certificate.map_err(|_| complain(format!("has a broken PEM block: number {count}")))?;
        if !is_usable(&certificate) {
            return Err(complain(format!("has a certificate that cannot be parsed: number {count}")));
        }
    }
    match count {
        0 => Err(complain("holds no PEM certificate".to_owned())),
        _ => Ok(TrustStore::empty().with_pem_certificate(pem)),
    }
}

fn directory(path: &Path, file: Option<&Path>) -> Result<TrustStore, Failure> {
    let found = rustls_native_certs::load_certs_from_paths(file, Some(path)).certs;
    let usable: Vec<CertificateDer<'static>> = found.into_iter().filter(is_usable).collect();
    if usable.is_empty() {
        return Err(configuration(format!("{} (SSL_CERT_DIR) holds no certificate", path.display()))
            .hint("fill it with c_rehash's names, or leave the setting out"));
    }
    Ok(store(&usable))
}

fn system() -> TrustStore {
    store(&system_roots())
}

/// The system's roots, less what cannot be read; where it has none (an image without ca-certificates), Mozilla's list
/// as it was when this was built.
#[must_use]
pub fn system_roots() -> Vec<CertificateDer<'static>> {
    let native = rustls_native_certs::load_native_certs().certs;
    let mut usable: Vec<CertificateDer<'static>> = native.into_iter().filter(is_usable).collect();
    if usable.is_empty() {
        usable = webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
    }
    usable
}

fn store(certificates: &[CertificateDer<'_>]) -> TrustStore {
    TrustStore::empty().with_pem_certificate(certificates.iter().map(to_pem).collect::<String>())
}

/// What rustls asks of a trust anchor.
fn is_usable(certificate: &CertificateDer<'_>) -> bool {
    webpki::anchor_from_trusted_cert(certificate).is_ok()
}

fn to_pem(certificate: &CertificateDer<'_>) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(certificate))
}
