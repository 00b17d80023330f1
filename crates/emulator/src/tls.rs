//! Connections under TLS, as axum takes them.
//!
//! Invariant: a client that is slow to shake hands, or never does, holds back no other.

use std::io;
use std::net::SocketAddr;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Handshakes that wait to be taken.
const BACKLOG: usize = 64;

type Ready = (TlsStream<TcpStream>, SocketAddr);

/// A listener whose connections have shaken hands.
pub struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<Ready>,
    /// Ends with the listener.
    _accepting: JoinSet<()>,
}

impl TlsListener {
    /// Puts TLS before a listener.
    pub fn new(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (shaken, ready) = mpsc::channel(BACKLOG);
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, acceptor, shaken));
        Ok(Self { address, ready, _accepting: accepting })
    }
}

async fn accept(mut listener: TcpListener, acceptor: TlsAcceptor, shaken: mpsc::Sender<Ready>) {
    let mut shaking = JoinSet::new();
    loop {
        // The other `accept` of axum waits a moment when the machine is out of files.
        let (stream, from) = Listener::accept(&mut listener).await;
        let (acceptor, shaken) = (acceptor.clone(), shaken.clone());
        shaking.spawn(async move {
            // Answers are small: none should wait for the next.
            let _ = stream.set_nodelay(true);
            // Who does not trust the authority goes away here; there is nobody to report to.
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = shaken.send((stream, from)).await;
            }
        });
        while shaking.try_join_next().is_some() {}
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Ready {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The accepting task never ends by itself.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
