//! Getting posts onto the bus: in order within each partition, and none held up by another's.

use std::time::Duration;

use rand::RngExt as _;
use shared::telemetry::chain;
use tokio::time::{Instant, sleep, timeout_at};

use crate::App;
use crate::bus::{self, Code};
use crate::outbox::Outbox;
use crate::parking;
use crate::post::Post;

/// What follows a request of which some is refused for now; it doubles until nothing is.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// What became of posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// How many are on the bus.
    pub(crate) published: usize,
    /// How many are noted in the queue.
    pub(crate) parked: usize,
    /// Those that are neither, in their order.
    pub(crate) left: Vec<Post>,
}

/// Why a delivery ends before all is done.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Bus(#[from] bus::Error),
    #[error("the bus refuses every entry: {0}")]
    Refusing(Code),
    #[error(transparent)]
    Parking(#[from] parking::Error),
    #[error("the time is over")]
    OutOfTime,
}

/// Publishes what the bus takes until `deadline`. What it never takes, or refuses while it takes
/// others, goes into the queue, so that it holds up nobody; where it takes nothing, all is left.
pub(crate) async fn deliver(app: &App, posts: Vec<Post>, deadline: Instant) -> Delivered {
    let (mut outbox, mut parked) = (Outbox::new(posts), 0);
    let delivering = empty(app, &mut outbox, &mut parked);
    let ended = timeout_at(deadline, delivering).await;
    if let Err(stopped) = ended.unwrap_or(Err(Stopped::OutOfTime)) {
        // No error: the stream repeats, which mends most of it, and has an alarm for the rest.
        tracing::warn!(error = chain(&stopped), "not all published");
    }
    Delivered {
        published: outbox.published(),
        parked,
        left: outbox.into_posts(),
    }
}

async fn empty(app: &App, outbox: &mut Outbox, parked: &mut usize) -> Result<(), Stopped> {
    let mut pause = FIRST_PAUSE;
    loop {
        while let Some((post, code)) = outbox.given_up() {
            app.parking.park(&post.reference, code).await?;
            outbox.remove_first();
            *parked += 1;
        }
        if outbox.is_empty() {
            return Ok(());
        }
        let Some(request) = outbox.next_request() else {
            return Err(Stopped::Refusing(outbox.refusal().to_owned()));
        };
        app.bus.see().await?;
        let is_refused_for_now = match app.bus.put(&outbox.entries(&request)).await {
            Ok(verdicts) => outbox.answered(&request, verdicts),
            Err(bus::Error::Rejected(code)) => {
                outbox.rejected(&request, code);
                false
            }
            Err(error @ bus::Error::Unavailable(_)) => return Err(error.into()),
        };
        if is_refused_for_now {
            sleep(pause.mul_f64(rand::rng().random_range(0.5..1.0))).await;
            pause *= 2;
        } else {
            pause = FIRST_PAUSE;
        }
    }
}
