//! Test delivery to our own URL, in Pluggy's format. It proves URL, secret and table before the registration
//! at Pluggy.

use client::delivery::deliver;
use serde_json::json;
use uuid::Uuid;

use crate::ensure::webhook_secret;
use crate::{App, Error, Report};

pub(crate) async fn test_delivery(app: &App) -> Result<Report, Error> {
    let secret = webhook_secret(app).await?;
    let event = json!({"event": "webhook-registration/test", "eventId": Uuid::new_v4()});
    let url = app.webhook_url.as_str();
    let status = deliver(&app.https, url, app.accepted.header(), &secret, &event)
        .await
        .map_err(Error::Delivery)?;
    if status == 200 {
        Ok(Report::Delivered)
    } else {
        Err(Error::Refused { status })
    }
}
