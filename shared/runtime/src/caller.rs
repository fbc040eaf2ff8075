//! Identity of the caller: the user in whose name a request is made. It is never a field of the body.
//!
//! Two kinds of callers exist, and neither opens the routes of the other:
//!
//! - An app calls with a JWT, which the API's authorizer has verified. One of its claims names the user.
//! - Your own backend calls the routes `/users/{userId}/…`, which IAM authorizes. The path names the user. IAM
//!   may let more roles of the account pass than this one, so the role is checked here.

mod backend_roles;
mod personal;
mod user_id;

use std::collections::HashMap;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use pluggy::ClientUserId;

use crate::RequestError;
use crate::env::{Environment, Error};
use crate::fields::invalid;
use crate::problem::Problem;

pub use backend_roles::{BackendRoles, InvalidRoles};

/// Path parameter of the routes for backends, and of no other route.
const USER_ID: &str = "userId";

/// The callers that a function accepts.
#[derive(Clone, Debug)]
pub struct Callers {
    /// The claim of the JWT that names the user, for example `sub`.
    pub owner_claim: String,
    /// Whether the claim may have an e-mail address or a CPF. Pluggy gets to know it.
    pub allows_personal_claim: bool,
    /// The roles of the backends that may name any user.
    pub backend_roles: BackendRoles,
}

impl Callers {
    /// Reads `OWNER_CLAIM`, `ALLOW_PERSONAL_OWNER_CLAIM` and `BACKEND_ROLE_ARNS`. The last may be empty.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        let role_arns = environment.optional("BACKEND_ROLE_ARNS");
        Ok(Self {
            owner_claim: environment.required("OWNER_CLAIM")?,
            allows_personal_claim: environment
                .parsed("ALLOW_PERSONAL_OWNER_CLAIM", "true or false")?,
            backend_roles: role_arns
                .unwrap_or_default()
                .parse()
                .map_err(|error| Error::unusable("BACKEND_ROLE_ARNS", error))?,
        })
    }

    /// Returns the user in whose name the request is made.
    pub fn user(&self, request: &Request) -> Result<ClientUserId, RequestError> {
        let parameters = request.path_parameters_ref();
        if let Some(user_id) = parameters.and_then(|parameters| parameters.first(USER_ID)) {
            return Ok(self.user_of_path(request, user_id)?);
        }
        let user = self
            .user_of_claim(request)
            .ok_or_else(Problem::unauthenticated)?;
        if !self.allows_personal_claim {
            personal::refuse(&user)?;
        }
        Ok(user)
    }

    /// Returns the user of the claim. Returns `None` without a usable claim, also when the request did not pass
    /// the JWT authorizer.
    fn user_of_claim(&self, request: &Request) -> Option<ClientUserId> {
        match verified(request)? {
            Verified::Claims(claims) => claims.get(&self.owner_claim)?.parse().ok(),
            Verified::UserArn(_) => None,
        }
    }

    /// Returns the user of the path, if one of the roles has signed the request.
    fn user_of_path(&self, request: &Request, user_id: &str) -> Result<ClientUserId, Problem> {
        let user_arn = match verified(request) {
            Some(Verified::UserArn(user_arn)) => Some(user_arn),
            Some(Verified::Claims(_)) | None => None,
        };
        self.backend_roles.check(user_arn)?;
        user_id::of_path(user_id).ok_or_else(|| invalid(USER_ID, user_id::RULE))
    }
}

/// Identity that an authorizer of the API has verified.
enum Verified<'a> {
    /// Claims of a JWT.
    Claims(&'a HashMap<String, String>),
    /// ARN of the IAM identity that has signed the request.
    UserArn(&'a str),
}

/// Returns the verified identity. The gateway runs one authorizer for a route, so an event with two is not
/// trusted.
fn verified(request: &Request) -> Option<Verified<'_>> {
    let RequestContext::ApiGatewayV2(context) = request.request_context_ref()? else {
        return None;
    };
    let authorizer = context.authorizer.as_ref()?;
    match (&authorizer.jwt, &authorizer.iam) {
        (Some(jwt), None) => Some(Verified::Claims(&jwt.claims)),
        (None, Some(iam)) => iam.user_arn.as_deref().map(Verified::UserArn),
        _ => None,
    }
}
