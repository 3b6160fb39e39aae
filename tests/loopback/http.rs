//! As much of HTTP/1.1 as AWS's clients speak: requests with a `Content-Length`, connections that stay open.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde_json::Value;

/// The most that a head or a body may have; no client of ours comes near.
const MAX_BYTES: u64 = 1024 * 1024;

pub struct Request {
    pub method: String,
    /// The target as it was sent: a path, with a query perhaps; for a proxy a URL or an authority.
    pub target: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// The next request of a connection; none where the client is done.
pub fn read(stream: &mut BufReader<impl Read>) -> io::Result<Option<Request>> {
    let mut head = stream.by_ref().take(MAX_BYTES);
    let mut line = || -> io::Result<String> {
        let mut line = String::new();
        head.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    };
    let start = line()?;
    let mut words = start.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0")) = (words.next(), words.next(), words.next()) else {
        return if start.is_empty() { Ok(None) } else { Err(invalid("no request line")) };
    };
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("no header"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method: method.to_owned(), target: target.to_owned(), headers, body: Vec::new() };
    if request.header("transfer-encoding").is_some() {
        return Err(invalid("chunks are not understood here"));
    }
    let length = request.header("content-length").map_or(Ok(0), |length| length.parse()).map_err(invalid)?;
    request.body = vec![0; usize::try_from(u64::min(length, MAX_BYTES)).map_err(invalid)?];
    stream.read_exact(&mut request.body)?;
    Ok(Some(request))
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl Request {
    /// The value of a header, whose name is given in lower case; of several, all, with commas between.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| &**value).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// The headers, a line each.
    pub fn headers(&self) -> String {
        self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect::<Vec<_>>().concat()
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn query(&self) -> Vec<(String, String)> {
        pairs(self.target.split_once('?').map_or("", |(_, query)| query))
    }

    /// The parameters in the body of a form.
    pub fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }

    /// The parameters in a body that is a JSON object.
    pub fn json(&self) -> Vec<(String, String)> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        body.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
    }
}

impl Response {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("Content-Type", content_type.to_owned())], body: body.into() }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// In one write, so that no packet waits for another.
    pub fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        let mut bytes = format!("HTTP/1.1 {} .\r\nContent-Length: {}\r\n", self.status, self.body.len()).into_bytes();
        for (name, value) in &self.headers {
            write!(bytes, "{name}: {value}\r\n")?;
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        stream.write_all(&bytes)?;
        stream.flush()
    }
}

/// The names and values of a query or a form, decoded.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decoded(n), decoded(v))).collect()
}

/// Percent-decoding; a plus sign stands for a blank, as forms have it.
pub fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2).and_then(hex)).flatten();
        bytes.push(escaped.unwrap_or(if first == b'+' { b' ' } else { first }));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986, 2.3) and `also`.
pub fn encoded(text: &str, also: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || also.as_bytes().contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(escape).collect()
}
