//! The listeners: UDP and TCP on one port of loopback.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

use super::message::{ALIAS, Authority, Code, Question, Reply, TEXT, read};
use super::zone::{Data, Found, Trouble, Zone};
use crate::world::Shared;

/// What a forger would like the client to believe.
const FORGED: &str = "v=DMARC1; p=reject; forged";
/// Ports that are tried for one that is free for both.
const TRIES: usize = 16;

/// A server that listens and does not answer yet.
pub struct Listening {
    tcp: TcpListener,
    udp: UdpSocket,
    /// Where.
    pub address: SocketAddr,
}

/// Takes one port for both. With port 0 any that is free.
pub async fn listen(address: SocketAddr) -> std::io::Result<Listening> {
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        let tcp = TcpListener::bind(address).await?;
        let taken = tcp.local_addr()?;
        match UdpSocket::bind(taken).await {
            Ok(udp) => return Ok(Listening { tcp, udp, address: taken }),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Answers until it is told to stop, by being dropped.
pub async fn serve(listening: Listening, zone: Arc<Zone>, shared: Shared) {
    let Listening { tcp, udp, .. } = listening;
    tokio::join!(by_udp(udp, &zone, &shared), by_tcp(tcp, &zone, &shared));
}

async fn by_udp(socket: UdpSocket, zone: &Zone, shared: &Shared) {
    let mut bytes = [0; 4096];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut bytes).await else { continue };
        let Some(question) = bytes.get(..length).and_then(read) else { continue };
        note(shared, &question, "udp");
        for answer in answers(zone, &question, true) {
            let answer = if answer.len() > question.size { cut(&question) } else { answer };
            // Whoever asked may be gone.
            let _ = socket.send_to(&answer, from).await;
        }
    }
}

async fn by_tcp(listener: TcpListener, zone: &Arc<Zone>, shared: &Shared) {
    let mut clients = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let (zone, shared) = (Arc::clone(zone), shared.clone());
            clients.spawn(async move { conversation(stream, &zone, &shared).await });
        }
        // A client that hung up in the middle is no reason to stop.
        while clients.try_join_next().is_some() {}
    }
}

async fn conversation(mut stream: TcpStream, zone: &Zone, shared: &Shared) -> std::io::Result<()> {
    loop {
        let length = usize::from(stream.read_u16().await?);
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes).await?;
        let Some(question) = read(&bytes) else { return Ok(()) };
        note(shared, &question, "tcp");
        for answer in answers(zone, &question, false) {
            stream.write_u16(u16::try_from(answer.len()).unwrap_or(u16::MAX)).await?;
            stream.write_all(&answer).await?;
        }
    }
}

fn note(shared: &Shared, question: &Question, by: &str) {
    let name = super::zone::plain(&question.name);
    shared.lock().names_asked.push(format!("{by} {name}"));
}

/// An answer without its records, that tells the client to come by TCP.
fn cut(question: &Question) -> Vec<u8> {
    Reply { cut: true, ..Reply::to(question, Code::Fine) }.bytes(question)
}

/// What is sent, one after the other.
fn answers(zone: &Zone, question: &Question, udp: bool) -> Vec<Vec<u8>> {
    let honest = honest(zone, question);
    let bytes = |reply: &Reply| reply.bytes(question);
    let forged = || Data::Text(vec![FORGED.as_bytes().to_vec()]);
    let nothing = || Reply { authority: Authority::Here, ..Reply::to(question, Code::Fine) };
    match zone.trouble_of(&question.name) {
        None => vec![bytes(&honest)],
        Some(Trouble::Servfail) => vec![bytes(&Reply::to(question, Code::Servfail))],
        Some(Trouble::Refused) => vec![bytes(&Reply::to(question, Code::Refused))],
        Some(Trouble::Silent) => Vec::new(),
        Some(Trouble::WrongId) => {
            let answers = vec![(question.name.clone(), forged())];
            let wrong = Reply { id: question.id.wrapping_add(1), answers, ..Reply::to(question, Code::Fine) };
            if udp { vec![bytes(&wrong), bytes(&honest)] } else { vec![bytes(&honest)] }
        }
        Some(Trouble::WrongName) => {
            let name = format!("not-{}", question.name);
            let wrong = Reply { answers: vec![(name.clone(), forged())], name, ..Reply::to(question, Code::Fine) };
            if udp { vec![bytes(&wrong), bytes(&honest)] } else { vec![bytes(&honest)] }
        }
        Some(Trouble::Truncated) => vec![if udp { cut(question) } else { bytes(&honest) }],
        Some(Trouble::Additional) => {
            vec![bytes(&Reply { additional: vec![(question.name.clone(), forged())], ..nothing() })]
        }
        Some(Trouble::OtherName) => {
            vec![bytes(&Reply { answers: vec![(format!("not-{}", question.name), forged())], ..nothing() })]
        }
        Some(Trouble::Garbage) => vec![question.id.to_be_bytes().into_iter().chain([0xff; 9]).collect()],
        Some(Trouble::Referral) => {
            vec![bytes(&Reply { authority: Authority::Others, ..Reply::to(question, Code::Fine) })]
        }
    }
}

fn honest(zone: &Zone, question: &Question) -> Reply {
    let found = match question.of {
        TEXT => zone.texts(&question.name),
        ALIAS => zone.alias(&question.name),
        _ => return Reply::to(question, Code::NotImplemented),
    };
    let (code, authority, records) = match found {
        Found::Records(records) => (Code::Fine, Authority::Silent, records),
        Found::Nothing(records) => (Code::Fine, Authority::Here, records),
        Found::NoName(records) => (Code::NoName, Authority::Here, records),
    };
    let answers = records.into_iter().map(|(name, data)| (name.to_owned(), data.clone())).collect();
    Reply { answers, authority, ..Reply::to(question, code) }
}
