//! Link to the page of the bank where the user logs in (Open Finance).

use lambda_http::http::Uri;
use lambda_http::http::uri::Scheme;
use pluggy::Item;

/// Returns the link of an awaited login. It is left out unless it is an absolute https URL, because apps open it as it
/// is.
pub(super) fn login_link(item: &Item) -> Option<&str> {
    let link = item.parameter.as_ref()?.data.as_deref()?;
    let url: Uri = link.parse().ok()?;
    let is_https = url.scheme() == Some(&Scheme::HTTPS);
    (is_https && url.host().is_some_and(|host| !host.is_empty())).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn link_of(parameter: &serde_json::Value) -> Option<String> {
        let item = json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "parameter": parameter,
            "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
        });
        let item: Item = serde_json::from_value(item).unwrap();
        login_link(&item).map(str::to_owned)
    }

    #[test]
    fn a_link_is_an_https_url_exactly_as_received() {
        for link in [
            "https://bank.example.com/auth?request=abc%2F&x=1#state",
            "HTTPS://BANK.example.com:8443/auth",
            "https://bank.example.com",
        ] {
            let parameter = json!({"name": "oauthCode", "type": "oauth", "data": link});

            assert_eq!(link_of(&parameter).as_deref(), Some(link));
        }
    }

    #[test]
    fn any_other_text_is_left_out() {
        for data in [
            json!("http://bank.example.com/auth"),
            json!("javascript:alert(1)"),
            json!("data:text/html,x"),
            json!("//bank.example.com/auth"),
            json!("bank.example.com"),
            json!("https:"),
            json!("https:///auth"),
            json!("https://"),
            json!(" https://bank.example.com/auth"),
            json!("https://bank.example.com/au th"),
            json!("https://bank.example.com/\n"),
            json!("iVBORw0KGgo="),
            json!(""),
            json!(null),
            json!({"url": "https://bank.example.com"}),
        ] {
            let parameter = json!({"name": "oauthCode", "type": "oauth", "data": data});

            assert_eq!(link_of(&parameter), None, "{data}");
        }
        assert_eq!(link_of(&json!(null)), None);
    }
}
