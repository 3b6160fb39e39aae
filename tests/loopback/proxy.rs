//! The CONNECT proxy: where every real host name leads to this AWS.

use std::io::{self, BufReader};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::authority::Authority;
use super::http::{self, Request, Response};
use super::service::{Aws, Place};

/// Serves one connection: any number of refusals, then a tunnel.
pub fn serve(stream: TcpStream, aws: &Aws, authority: &Authority) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = http::read(&mut stream)? {
        if let Some(refusal) = refusal(&request, aws) {
            refusal.write(stream.get_mut())?;
            continue;
        }
        let host = request.target.strip_suffix(":443").unwrap_or(&request.target);
        aws.count_connect();
        // Not a Response: a tunnel's has no length.
        io::Write::write_all(stream.get_mut(), b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        let name = request.target.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
        return aws.serve(authority.accept(name, stream.into_inner()), &Place::tunnel(host));
    }
    Ok(())
}

fn refusal(request: &Request, aws: &Aws) -> Option<Response> {
    if request.method != "CONNECT" {
        // Nothing that goes unencrypted belongs into a proxy: metadata and container credentials do.
        aws.note(&format!("Proxied {} {}", request.method, request.target));
        return Some(Response::new(403, "text/plain", "tunnels only"));
    }
    let demanded = aws.proxy_auth().map(|login| format!("Basic {}", STANDARD.encode(login)))?;
    if request.header("proxy-authorization") == Some(demanded) {
        return None;
    }
    Some(Response::new(407, "text/plain", "who are you?").header("Proxy-Authenticate", "Basic realm=\"loopback\""))
}
