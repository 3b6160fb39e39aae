//! A made-up AWS on loopback: STS, EKS and its API servers, the SSO portal, SSO OIDC, sign-in, instance metadata and the container
//! endpoint.
//!
//! It has two ports. One speaks plain HTTP: metadata endpoints and `AWS_ENDPOINT_URL` point there. The other is a
//! CONNECT proxy, so that programs reach it under the real host names; it ends TLS itself, with certificates of a private
//! CA. It verifies what it receives (signatures, session tokens, bearer tokens, `DPoP` proofs), answers in the services'
//! own formats, by default or as a [`Setup`] says, and keeps one line of text a call.

pub mod authority;
pub mod eks;
pub mod http;
mod kubernetes;
mod metadata;
pub mod placeholders;
mod proxy;
pub mod server;
mod service;
mod setup;
mod signature;
mod signin;
mod sso;
mod sts;

use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use authority::Authority;
use server::Server;
use service::{Aws, Place};
pub use setup::Setup;

/// A running loopback AWS. Dropped, it closes its ports and connections and waits for its threads.
pub struct Loopback {
    aws: Arc<Aws>,
    plain: Server,
    proxy: Server,
    folder: TempDir,
}

/// What a loopback AWS was asked.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// One line a call, in order.
    pub calls: Vec<String>,
    /// TCP connections, to either port.
    pub connections: usize,
    /// Tunnels that the proxy opened.
    pub connects: usize,
}

impl Loopback {
    pub fn start(setup: Setup) -> Self {
        let folder = TempDir::new().expect("a temporary directory");
        let authority = Authority::new();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).expect("the CA's file");
        let (plain, proxy) = (Server::bind(), Server::bind());
        let aws = Arc::new(Aws::new(
            setup,
            vec![
                ("aws", plain.url()),
                ("proxy", proxy.url()),
                ("proxy_address", proxy.url().replace("http://", "")),
                ("ca", ca_in(&folder).to_str().expect("UTF-8").to_owned()),
            ],
        ));
        Self {
            plain: plain.serve({
                let aws = Arc::clone(&aws);
                move |stream: TcpStream| aws.serve(stream, &Place::plain(&aws))
            }),
            proxy: proxy.serve({
                let aws = Arc::clone(&aws);
                move |stream: TcpStream| proxy::serve(stream, &aws, &authority)
            }),
            aws,
            folder,
        }
    }

    /// The base URL of the plain HTTP port.
    pub fn aws(&self) -> String {
        self.plain.url()
    }

    /// The URL of the proxy.
    pub fn proxy(&self) -> String {
        self.proxy.url()
    }

    /// The private CA's certificate, in PEM.
    pub fn ca(&self) -> PathBuf {
        ca_in(&self.folder)
    }

    /// The placeholders that stand for its addresses, and what they stand for.
    pub fn places(&self) -> &[(&'static str, String)] {
        &self.aws.places
    }

    /// What it was asked so far.
    pub fn report(&self) -> Report {
        let (calls, connects) = self.aws.log();
        Report { calls, connections: self.plain.connections() + self.proxy.connections(), connects }
    }

    /// Calls, headers and answers, as text.
    pub fn transcript(&self) -> String {
        self.aws.transcript()
    }
}

fn ca_in(folder: &TempDir) -> PathBuf {
    folder.path().join("ca.pem")
}
