//! Where the browser comes back to: a listener on 127.0.0.1, on a port of the moment, for one sign-in.
//!
//! Invariant: only an answer with our state counts. Whatever else comes here (another page, a guess,
//! a browser that connects early) gets an answer of its own and ends nothing.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use regain_incident::secret::Secret;
use reqwest::Url;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Prompt;

/// More than any request line of a browser with a code in it.
const LONGEST: usize = 16 * 1024;
/// Connections at once; more wait.
const AT_ONCE: usize = 16;

/// What the browser brought.
pub(super) enum Landing {
    Code(Secret),
    /// The error's name.
    Refused(String),
}

pub(super) struct Listening {
    listener: TcpListener,
    port: u16,
}

impl Listening {
    pub(super) async fn begin() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// As it is registered, but for the port, which Entra leaves out of the comparison for `localhost`.
    pub(super) fn redirect(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Answers whoever comes until the one with our state does.
    pub(super) async fn wait(&self, state: &str, prompt: &dyn Prompt) -> Landing {
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if open.len() < AT_ONCE => {
                    if let Ok((stream, _)) = accepted {
                        open.push(answer(stream, state, prompt));
                    }
                }
                Some(Some(landing)) = open.next(), if !open.is_empty() => return landing,
            }
        }
    }
}

/// One connection. It may say nothing for a while, but not for ever.
async fn answer(mut stream: TcpStream, state: &str, prompt: &dyn Prompt) -> Option<Landing> {
    let line = tokio::time::timeout(Duration::from_secs(10), request_line(&mut stream)).await.ok()??;
    let landing = read(&line, state);
    let (status, page) = match &landing {
        Some(Landing::Code(_)) => ("200 OK", prompt.page(true)),
        Some(Landing::Refused(_)) => ("200 OK", prompt.page(false)),
        None => ("404 Not Found", String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        page.len()
    );
    // Whether the page arrives changes nothing: the code is here.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(page.as_bytes()).await;
    let _ = stream.shutdown().await;
    landing
}

/// The first line, once the whole head is there.
async fn request_line(stream: &mut TcpStream) -> Option<String> {
    let mut head = zeroize::Zeroizing::new(Vec::new());
    let mut buffer = zeroize::Zeroizing::new([0_u8; 4096]);
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let count = stream.read(buffer.as_mut_slice()).await.ok().filter(|count| *count > 0)?;
        head.extend_from_slice(buffer.get(..count)?);
        if head.len() > LONGEST {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    String::from_utf8(line.to_vec()).ok()
}

/// `GET /?code=…&state=… HTTP/1.1`, if the state is ours.
fn read(line: &str, state: &str) -> Option<Landing> {
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let url = Url::parse("http://localhost").ok()?.join(target).ok()?;
    if url.path() != "/" || url.host_str() != Some("localhost") {
        return None;
    }
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if value("state")? != state {
        return None;
    }
    match (value("code"), value("error")) {
        (Some(code), None) => Some(Landing::Code(Secret::new(code))),
        (_, Some(error)) => Some(Landing::Refused(name_of(&error))),
        (None, None) => None,
    }
}

/// Errors have plain names; anything else came from somebody else.
fn name_of(error: &str) -> String {
    let plain = error.len() <= 64 && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain { error.to_owned() } else { "unnamed error".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_state_counts() {
        let code = |line: &str| match read(line, "s1") {
            Some(Landing::Code(code)) => code.expose().to_owned(),
            Some(Landing::Refused(error)) => format!("refused {error}"),
            None => "nothing".to_owned(),
        };
        assert_eq!(code("GET /?code=c%2F1&state=s1&session_state=x HTTP/1.1"), "c/1");
        assert_eq!(code("GET /?error=access_denied&error_description=x&state=s1 HTTP/1.1"), "refused access_denied");
        assert_eq!(code("GET /?error=%1b[31m&state=s1 HTTP/1.1"), "refused unnamed error");
        for other in [
            "GET /?code=c&state=s2 HTTP/1.1",
            "GET /?code=c HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "POST /?code=c&state=s1 HTTP/1.1",
            "GET http://evil.example/?code=c&state=s1 HTTP/1.1",
            "GET /?state=s1 HTTP/1.1",
            "",
        ] {
            assert_eq!(code(other), "nothing", "{other}");
        }
    }
}
