//! A fact that is no row of a table: a service answers, over the network, and in time or not at all.
//!
//! The source sends all keys of a round in one request, and with it the time that is left. It finds the answers
//! by the numbers of the keys, because the service spells names its own way. One key can fail alone.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use gatehouse::Call;
use gatehouse::prelude::*;

pub struct Customer {
    pub name: String,
}

pub struct Report {
    pub is_premium: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Licence {
    Basic,
    Premium,
}

fact! {
    /// The licence that the billing service has for `customer`.
    pub LicenceOf(customer: String) -> Licence;
}

/// Customers with a licence read the reports that it covers.
#[policy]
pub async fn licensed(customer: &Customer, report: &Report) -> bool {
    match LicenceOf(customer.name.clone()).await? {
        Licence::Basic => !report.is_premium,
        Licence::Premium => true,
    }
}

/// May a customer read a report?
pub struct Reports;

impl Domain for Reports {
    type Subject = Customer;
    type Action = ();
    type Resource = Report;
    type Context = ();
}

pub static GATE: Gate<Reports, licensed> = Gate::new();

/// What the billing service says about one name.
enum Account {
    Licensed(Licence),
    /// Its data are being moved.
    Moving,
}

/// Stands in for the client of the billing service.
struct BillingClient {
    accounts: HashMap<String, Account>,
    latency: Duration,
}

impl BillingClient {
    /// The most names of one request.
    const MAX_NAMES: usize = 100;

    /// The accounts of `names`, with the index of the name before each. Ends after `time` at the latest.
    async fn accounts(
        &self,
        names: &[&str],
        time: Duration,
    ) -> Result<Vec<(usize, &Account)>, tokio::time::error::Elapsed> {
        tokio::time::timeout(time, tokio::time::sleep(self.latency)).await?;
        // The service knows names in small letters.
        let account = |name: &str| self.accounts.get(&name.to_lowercase());
        let numbered = names.iter().enumerate();
        Ok(numbered.filter_map(|(number, name)| Some((number, account(name)?))).collect())
    }
}

/// How long a request takes at most, whatever the deadline of the session is.
const AT_MOST: Duration = Duration::from_secs(5);

impl FactSource<LicenceOf> for BillingClient {
    async fn load(&self, keys: &[LicenceOf]) -> Result<Loaded<LicenceOf>, FactError> {
        self.load_within(keys, &Call::new()).await
    }

    async fn load_within(
        &self,
        keys: &[LicenceOf],
        call: &Call,
    ) -> Result<Loaded<LicenceOf>, FactError> {
        let names: Vec<_> = keys.iter().map(|key| key.customer.as_str()).collect();
        let time = call.time_left().map_or(AT_MOST, |left| left.min(AT_MOST));
        let mut loaded = Loaded::new();
        // `?` turns any error into a `FactError`, which fails all keys of the call.
        for (number, account) in self.accounts(&names, time).await? {
            let key = keys[number].clone();
            match account {
                Account::Licensed(licence) => loaded.insert(key, *licence),
                Account::Moving => loaded.fail(key, FactError::safe("the account is being moved")),
            }
        }
        Ok(loaded)
    }

    fn max_batch_size(&self) -> usize {
        Self::MAX_NAMES
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[loads(LicenceOf)]
    billing: BillingClient,
}

/// The billing service, which answers after `latency`.
fn facts(latency: Duration) -> AppFacts {
    let accounts = HashMap::from([
        ("acme".to_owned(), Account::Licensed(Licence::Premium)),
        ("bolt".to_owned(), Account::Licensed(Licence::Basic)),
        ("core".to_owned(), Account::Moving),
    ]);
    AppFacts { billing: BillingClient { accounts, latency } }
}

/// One request of a customer, which ends after a quarter of a second.
async fn may_read_premium(name: &str, latency: Duration) -> Decision {
    let deadline = Instant::now() + Duration::from_millis(250);
    let session = Session::new(facts(latency))
        .with_deadline_at(deadline, tokio::time::sleep_until(deadline.into()));
    let customer = Customer { name: name.to_owned() };
    GATE.bind(&session, &customer, &()).check(&Report { is_premium: true }).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (name, latency) in [("Acme", 20), ("Bolt", 20), ("Core", 20), ("Dorn", 20), ("Acme", 9000)]
    {
        let decision = may_read_premium(name, Duration::from_millis(latency)).await;
        println!("{name}, answered in {latency} ms: {decision}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn a_name_is_found_however_it_is_spelt() {
        assert!(may_read_premium("Acme", SOON).await.is_allow());
        assert!(may_read_premium("ACME", SOON).await.is_allow());
        assert!(may_read_premium("Bolt", SOON).await.is_deny());
        assert!(may_read_premium("Dorn", SOON).await.is_deny());
    }

    #[tokio::test]
    async fn one_account_that_fails_is_indeterminate() {
        assert!(may_read_premium("Core", SOON).await.is_indeterminate());
    }

    #[tokio::test]
    async fn the_deadline_reaches_the_client() {
        let source = facts(Duration::from_secs(3600)).billing;
        let call = Call::new().with_deadline(Instant::now() + Duration::from_millis(20));
        assert!(source.load_within(&[LicenceOf("Acme".to_owned())], &call).await.is_err());
    }
}
