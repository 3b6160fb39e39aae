//! TLS as a kubeconfig wants it: its certificate authority alone, or the system's; or any certificate at all.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::Target;
use super::problem::{Cause, Problem};
use crate::aws::trust;
use crate::error::configuration;

/// The settings for `target`. `now` is what certificates are judged by.
pub(super) fn config(target: &Target<'_>, now: SystemTime) -> Result<Arc<ClientConfig>, Problem> {
    let unfit = |why: &str| Problem::new(Cause::Setting, configuration(why));
    if target.insecure_skip_tls_verify && target.ca.is_some() {
        // client-go's words for it are about a root certificates file and the insecure flag.
        return Err(unfit(
            "the cluster entry has a certificate authority and insecure-skip-tls-verify: kubectl refuses both",
        ));
    }
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(Clock(UnixTime::since_unix_epoch(now))))
            .with_safe_default_protocol_versions()
            .map_err(|_| unfit("TLS cannot be set up"))?;
    let builder = match target.insecure_skip_tls_verify {
        true => builder.dangerous().with_custom_certificate_verifier(Arc::new(Anything(provider))),
        false => builder.with_root_certificates(roots(target)?),
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}

/// The name that a certificate must have.
pub(super) fn name(host: &str) -> Result<ServerName<'static>, Problem> {
    let name = ServerName::try_from(host.to_owned());
    name.map_err(|_| Problem::new(Cause::Setting, configuration(format!("`{host}` is no name for a certificate"))))
}

fn roots(target: &Target<'_>) -> Result<RootCertStore, Problem> {
    let certificates = match &target.ca {
        None => trust::system_roots(),
        Some(pem) => CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect(),
    };
    let mut roots = RootCertStore::empty();
    // As Go does, which passes over what it cannot read.
    let (usable, _) = roots.add_parsable_certificates(certificates);
    if usable == 0 {
        let failure =
            configuration("the certificate authority in the kubeconfig holds no certificate that can be read")
                .hint("`ekscred update-kubeconfig` writes the cluster's own");
        return Err(Problem::new(Cause::Setting, failure));
    }
    Ok(roots)
}

/// A clock that stands at one time.
#[derive(Debug)]
struct Clock(UnixTime);

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

/// Takes every certificate, as `insecure-skip-tls-verify` wants.
#[derive(Debug)]
struct Anything(Arc<CryptoProvider>);

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
