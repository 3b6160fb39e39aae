//! A threaded TCP server that ends without a trace: no thread, no connection and no port outlives it.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

pub struct Server {
    address: SocketAddr,
    guests: Arc<Mutex<Guests>>,
    acceptor: Option<JoinHandle<()>>,
}

/// A port that is bound and not yet served.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// The connections so far.
#[derive(Default)]
struct Guests {
    closed: bool,
    streams: Vec<TcpStream>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    pub fn bind() -> Bound {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        Bound { listener, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.guests.lock().expect("no thread panics with the guests").streams.len()
    }
}

impl Bound {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves each connection in a thread of its own. That a client goes away is no error.
    pub fn serve<F>(self, handler: F) -> Server
    where
        F: Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
    {
        let Self { listener, address } = self;
        let guests = Arc::new(Mutex::new(Guests::default()));
        let acceptor = thread::spawn({
            let (guests, handler) = (Arc::clone(&guests), Arc::new(handler));
            move || {
                while let Ok((stream, _)) = listener.accept() {
                    let mut guests = guests.lock().expect("no thread panics with the guests");
                    if guests.closed {
                        return;
                    }
                    let _ = stream.set_nodelay(true);
                    guests.streams.push(stream.try_clone().expect("a second handle"));
                    let handler = Arc::clone(&handler);
                    guests.threads.push(thread::spawn(move || {
                        let _ = handler(stream.try_clone().expect("a second handle"));
                        let _ = stream.shutdown(Shutdown::Both);
                    }));
                }
            }
        });
        Server { address, guests, acceptor: Some(acceptor) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let threads = {
            let mut guests = self.guests.lock().expect("no thread panics with the guests");
            guests.closed = true;
            for stream in &guests.streams {
                let _ = stream.shutdown(Shutdown::Both);
            }
            std::mem::take(&mut guests.threads)
        };
        let _ = TcpStream::connect(self.address); // wakes the acceptor
        let panicked = self.acceptor.take().into_iter().chain(threads).any(|thread| thread.join().is_err());
        // A panic while a test already fails would end the whole run.
        assert!(!panicked || thread::panicking(), "a thread of the loopback AWS has panicked; see above");
    }
}
