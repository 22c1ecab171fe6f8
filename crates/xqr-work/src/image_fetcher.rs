//! The guarded client, as the engine fetches pictures with it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use xqr_engine::errors::{Condition, Result};
use xqr_engine::runtime::ports::image_fetcher::Fetch;
use xqr_engine::settings;
use xqr_fetch::{FetchError, Kind, Outbound, Policy, Target};

/// Fetches pictures from the public Internet and what the settings name beside it.
pub(crate) struct Fetcher {
    outbound: Outbound,
    show_addresses: bool,
}

impl Fetcher {
    pub(crate) fn new(settings: &settings::Fetch) -> Self {
        let (ports, allow_nets) = (settings.ports.clone(), settings.allow_nets.clone());
        let deadline = Duration::from_millis(settings.deadline_ms);
        let outbound =
            Outbound::new(Policy { http: true, ports, allow_nets, deadline, ..Policy::default() });
        Self { outbound, show_addresses: settings.show_addresses }
    }

    async fn attempt(&self, url: &str) -> Result<Bytes, FetchError> {
        let target = Target::parse(url, self.outbound.policy())?;
        let fetched = self.outbound.fetch(&target, Kind::Image).await?;
        Ok(Bytes::copy_from_slice(&fetched.bytes))
    }

    fn refuse(&self, field: &str, error: &FetchError) -> Condition {
        let field = field.to_owned();
        match error {
            FetchError::Internal { host, address, literal } => {
                let shown = address.filter(|_| *literal || self.show_addresses);
                let address =
                    shown.map_or_else(|| "(withheld)".to_owned(), |address| address.to_string());
                Condition::FetchRefused { field, host: host.clone(), address }
            }
            FetchError::TooLarge { max } => Condition::UploadTooLarge { field, max: (*max).into() },
            FetchError::NotAnImage => Condition::ImageUnreadable { field },
            FetchError::Busy => Condition::Overloaded { seconds: 1 },
            other => Condition::FetchFailed { field, reason: other.to_string() },
        }
    }
}

impl Fetch for Fetcher {
    fn fetch<'a>(
        &'a self,
        field: &'a str,
        url: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes>> + Send + 'a>> {
        Box::pin(async move {
            self.attempt(url).await.map_err(|error| self.refuse(field, &error).into())
        })
    }
}
