//! Endpoints of AWS services.

use aws_config::Region;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use http::Uri;

use crate::env::Environment;

const DYNAMODB: &str = "DynamoDB";
/// Ids of the services in use, and the variables that override one endpoint.
const SERVICES: [(&str, &str); 4] = [
    (DYNAMODB, "AWS_ENDPOINT_URL_DYNAMODB"),
    ("EventBridge", "AWS_ENDPOINT_URL_EVENTBRIDGE"),
    ("Secrets Manager", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
    ("SQS", "AWS_ENDPOINT_URL_SQS"),
];
const ALL: &str = "AWS_ENDPOINT_URL";

/// Overridden endpoints, by service id.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
#[derive(Clone, Debug)]
pub(super) struct Endpoints(Vec<(&'static str, String)>);

impl Endpoints {
    pub(super) fn from_env(environment: &Environment) -> Self {
        let moved = |(id, variable)| {
            let url = environment.optional(variable);
            Some((id, url.or_else(|| environment.optional(ALL))?))
        };
        Self(SERVICES.into_iter().filter_map(moved).collect())
    }

    /// Returns DynamoDB's endpoint, as its client resolves it.
    pub(super) async fn dynamodb(&self, region: Option<&Region>) -> Option<Uri> {
        let params = Params::builder()
            .set_region(region.map(ToString::to_string))
            .set_endpoint(self.of(DYNAMODB).map(str::to_owned))
            .build()
            .ok()?;
        let endpoint = DefaultResolver::new().resolve_endpoint(&params).await;
        endpoint.ok()?.url().parse().ok()
    }

    fn of(&self, service: &str) -> Option<&str> {
        let found = self.0.iter().find(|(id, _)| *id == service);
        found.map(|(_, url)| url.as_str())
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let url = self.of(key.service_id()).filter(|_| key.env() == ALL);
        url.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(variables: &'static [(&str, &str)]) -> Endpoints {
        Endpoints::from_env(&Environment::from_lookup(move |asked| {
            let found = variables.iter().find(|(name, _)| *name == asked);
            found.map(|(_, value)| (*value).to_owned())
        }))
    }

    #[tokio::test]
    async fn dynamodb_is_where_its_client_looks_for_it() {
        for (variables, expected) in [
            (&[][..], "https://dynamodb.sa-east-1.amazonaws.com/"),
            (&[(ALL, "http://127.0.0.1:4566")], "http://127.0.0.1:4566/"),
            (
                &[
                    (ALL, "http://127.0.0.1:4566"),
                    ("AWS_ENDPOINT_URL_DYNAMODB", "https://127.0.0.1:8000"),
                ],
                "https://127.0.0.1:8000/",
            ),
        ] {
            let region = Region::new("sa-east-1");

            let found = endpoints(variables).dynamodb(Some(&region)).await;

            assert_eq!(found.unwrap().to_string(), expected);
        }
    }

    #[tokio::test]
    async fn without_a_region_there_is_no_dynamodb() {
        assert_eq!(endpoints(&[]).dynamodb(None).await, None);
    }
}
