//! The guarded client as the engine's way out.

use xqr_engine::Settings;
use xqr_engine::runtime::ports::webhook_client::{Later, Outbound, Outcome, Refusal};
use xqr_engine::settings::Webhooks;
use xqr_fetch::{FetchError, HeaderMap, HeaderName, HeaderValue, Policy, Target};

use crate::deliver_webhooks::PLACES;

pub(crate) struct Guarded {
    client: xqr_fetch::Outbound,
    show_addresses: bool,
}

impl Guarded {
    /// A client for webhooks: no redirects, 5 seconds for everything.
    pub(crate) fn new(settings: &Settings) -> Self {
        let Webhooks { allow_http, allow_nets, ports } = settings.webhooks.clone();
        let policy = Policy {
            http: allow_http,
            ports,
            allow_nets,
            max_redirects: 0,
            // Beside the attempts, addresses are judged.
            max_requests: PLACES + PLACES / 2,
            // Many webhooks lead to a few large services; each webhook has a bound of its own.
            max_requests_per_host: 32,
            ..Policy::default()
        };
        Self {
            client: xqr_fetch::Outbound::new(policy),
            show_addresses: settings.fetch.show_addresses,
        }
    }

    async fn judged(&self, url: &str) -> Result<String, Refusal> {
        let target =
            Target::parse(url, self.client.policy()).map_err(|error| self.refusal(error))?;
        match self.client.judge(&target).await {
            // A name that does not resolve now may resolve later.
            Ok(()) | Err(FetchError::Unreachable | FetchError::Busy) => {
                Ok(target.as_str().to_owned())
            }
            Err(error) => Err(self.refusal(error)),
        }
    }

    /// What a user may know of a refusal: an address that only a name led to shows the operator's
    /// network.
    fn refusal(&self, error: FetchError) -> Refusal {
        match error {
            FetchError::Internal { host, address, literal } => Refusal::Internal {
                host,
                address: address.filter(|_| literal || self.show_addresses),
            },
            FetchError::BadUrl(fault) => Refusal::Text(fault.to_string()),
            other => Refusal::Text(other.to_string()),
        }
    }

    async fn posted(
        &self,
        url: &str,
        headers: Vec<(&'static str, String)>,
        body: String,
    ) -> Result<Outcome, FetchError> {
        let target = Target::parse(url, self.client.policy())?;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(
                HeaderName::from_static(name),
                HeaderValue::try_from(value).map_err(|_| FetchError::Garbled)?,
            );
        }
        let answer = self.client.post(&target, map, body.into_bytes()).await?;
        Ok(Outcome::Answered {
            status: answer.status,
            retry_after: answer.retry_after,
            took: answer.duration,
        })
    }
}

impl Outbound for Guarded {
    fn judge<'a>(&'a self, url: &'a str) -> Later<'a, Result<String, Refusal>> {
        Box::pin(self.judged(url))
    }

    fn post<'a>(
        &'a self,
        url: &'a str,
        headers: Vec<(&'static str, String)>,
        body: String,
    ) -> Later<'a, Outcome> {
        Box::pin(async move {
            match self.posted(url, headers, body).await {
                Ok(outcome) => outcome,
                Err(FetchError::Busy) => Outcome::Busy,
                Err(error) => Outcome::Unanswered { reason: error.to_string() },
            }
        })
    }
}
