//! How connections die.

use std::io;
use std::os::fd::OwnedFd;

use socket2::{SockFilter, SockRef};
use tokio::net::TcpStream;
use tokio::sync::broadcast;

use super::connections::Alive;
use super::will_reset;

/// More than a request of ours has.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;
/// A program of one instruction: of each packet, nothing is kept.
///
/// Source: <https://www.kernel.org/doc/html/latest/networking/filter.html>
const DROP_ALL: [SockFilter; 1] = [SockFilter::new(RETURN_CONSTANT, 0, 0, 0)];
const RETURN_CONSTANT: u16 = 0x06;

/// How connections die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severance {
    /// The other side has closed them.
    Closed,
    /// The other side has reset them.
    Reset,
    /// The other side closes them when a request has come, and does not answer it: a server whose patience ends just then.
    ClosedOnUse,
    /// The other side has forgotten them, as a network's gateway does, and resets them when they are used.
    Forgotten,
    /// The way to the other side is gone, until connections die again: what is sent is not even acknowledged, and nobody
    /// says so.
    Silent,
}

impl Severance {
    /// When this returns, the socket is to be closed. Nothing is left in `alive` if the connection is dead before that.
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
                // Where that fails, the connection stays alive, and whoever severs it waits in vain.
                if SockRef::from(socket).attach_filter(&DROP_ALL).is_ok() {
                    *alive = None;
                }
                // As long as it is there, no new connection from the same port comes through.
                let _ = severances.recv().await;
                will_reset(socket);
            }
        }
    }
}

/// Waits until something comes from the client.
async fn is_used(socket: &OwnedFd) -> io::Result<TcpStream> {
    let stream = std::net::TcpStream::from(socket.try_clone()?);
    let stream = TcpStream::from_std(stream)?;
    stream.readable().await?;
    Ok(stream)
}

/// What is left unread would turn the end of the connection into a reset.
async fn take_what_comes(socket: &OwnedFd) -> io::Result<()> {
    let stream = is_used(socket).await?;
    stream.try_read(&mut vec![0; MAX_REQUEST_BYTES])?;
    Ok(())
}
