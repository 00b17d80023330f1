//! An emulated tenant of its own for each run.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A running emulator; it ends with this value.
pub struct Tenant {
    process: Child,
    line: String,
    control: String,
}

impl Tenant {
    /// Starts one and waits for the line that says where it is.
    pub fn start(binary: &Path, scenario: &str, latency_ms: u64) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(["emulate", scenario, "--seed", "1", "--latency", &latency_ms.to_string()]).env_clear();
        let process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("regain emulate could not be started")?;
        let mut tenant = Self { process, line: String::new(), control: String::new() };
        let stdout = tenant.process.stdout.take().context("regain emulate has no stdout")?;
        BufReader::new(stdout).read_line(&mut tenant.line)?;
        let endpoints: Value =
            serde_json::from_str(&tenant.line).with_context(|| format!("regain emulate {scenario} printed no endpoints"))?;
        endpoints["control"].as_str().context("there is no control endpoint")?.clone_into(&mut tenant.control);
        Ok(tenant)
    }

    /// What `REGAIN_ENDPOINTS` wants in a file.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Asks the control endpoint, which speaks plain HTTP on loopback.
    pub fn ask(&self, path: &str) -> Result<Value> {
        let host = self.control.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).with_context(|| format!("{host} does not answer"))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        body(&answer).with_context(|| format!("GET {path} was not answered as expected"))
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The JSON document in an answer that was sent whole.
fn body(answer: &[u8]) -> Result<Value> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no end of the headers")?;
    let (head, body) = answer.split_at(end);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    if !head.starts_with("http/1.1 200") || head.contains("transfer-encoding") {
        bail!("{}", head.lines().next().unwrap_or_default());
    }
    serde_json::from_slice(body).context("no JSON document")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_answer_is_read() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"depth\":3}";
        assert_eq!(body(answer).expect("JSON")["depth"], 3);
        assert!(body(b"HTTP/1.1 404 Not Found\r\n\r\n{}").is_err());
        assert!(body(b"nothing").is_err());
    }
}
