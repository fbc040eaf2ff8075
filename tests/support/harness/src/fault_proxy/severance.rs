//! Ways to sever connections.

use std::io;
use std::os::fd::OwnedFd;

use socket2::{SockFilter, SockRef};
use tokio::net::TcpStream;
use tokio::sync::broadcast;

use super::connections::Alive;
use super::will_reset;

/// Larger than any of our requests.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;
/// A packet filter of one instruction that drops every packet.
///
/// Source: <https://www.kernel.org/doc/html/latest/networking/filter.html>
const DROP_ALL: [SockFilter; 1] = [SockFilter::new(RETURN_CONSTANT, 0, 0, 0)];
const RETURN_CONSTANT: u16 = 0x06;

/// A way to sever connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severance {
    /// The other side has closed them.
    Closed,
    /// The other side has reset them.
    Reset,
    /// The other side closes a connection when a request arrives, and does not answer: a server whose idle timeout ends
    /// then.
    ClosedOnUse,
    /// The other side has forgotten the connections, as a network's gateway does. It resets them when they are used.
    Forgotten,
    /// The network to the other side fails silently until the next severance. Nothing that is sent is acknowledged.
    Silent,
}

impl Severance {
    /// Severs the connection. The caller closes the socket when this returns. Takes `alive` if the connection is dead
    /// before that.
    pub(super) async fn happen(
        self,
        socket: &OwnedFd,
        alive: &mut Option<Alive>,
        severances: &mut broadcast::Receiver<Self>,
    ) {
        match self {
            Self::Closed => {}
            Self::Reset => will_reset(socket),
            Self::ClosedOnUse => {
                *alive = None;
                let _ = take_what_comes(socket).await;
            }
            Self::Forgotten => {
                *alive = None;
                let _ = is_used(socket).await;
                will_reset(socket);
            }
            Self::Silent => {
                // If this fails, the connection stays alive, and the test waits until it times out.
                if SockRef::from(socket).attach_filter(&DROP_ALL).is_ok() {
                    *alive = None;
                }
                // While the filter is active, no new connection from the same port succeeds.
                let _ = severances.recv().await;
                will_reset(socket);
            }
        }
    }
}

/// Waits until the client sends something.
async fn is_used(socket: &OwnedFd) -> io::Result<TcpStream> {
    let stream = std::net::TcpStream::from(socket.try_clone()?);
    let stream = TcpStream::from_std(stream)?;
    stream.readable().await?;
    Ok(stream)
}

/// Reads all input. Unread input would turn the end of the connection into a reset.
async fn take_what_comes(socket: &OwnedFd) -> io::Result<()> {
    let stream = is_used(socket).await?;
    stream.try_read(&mut vec![0; MAX_REQUEST_BYTES])?;
    Ok(())
}
