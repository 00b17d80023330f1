//! A list of the whole tenant that answers for every account: read once, and not once for each.
//!
//! Invariant: whoever asks for a new list never gets one whose reading began before he asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use regain_incident::Timestamp;
use regain_ports::{Age, Clock, ProviderError};
use tokio::sync::Mutex;

use super::Output;
use crate::lanes::wait_until;

/// How old a list may be that is shared.
const FRESH: Duration = Duration::from_mins(2);

/// One list, and who waits for it.
#[derive(Default)]
pub(crate) struct Shared {
    /// Readings begun so far.
    begun: AtomicU64,
    last: Mutex<Option<Reading>>,
}

struct Reading {
    number: u64,
    at: Timestamp,
    answer: Result<Arc<Output>, ProviderError>,
}

impl Shared {
    /// The list, read by `read` if nobody else's reading will do. Everybody who waits at the same time
    /// gets the same reading, refusals too.
    pub(crate) async fn get(
        &self,
        clock: &dyn Clock,
        age: Age,
        read: impl Future<Output = Result<Output, ProviderError>>,
    ) -> Result<Arc<Output>, ProviderError> {
        let asked = self.begun.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if let Some(reading) = &*last {
            let is_recent = wait_until(reading.at, clock.now()) < FRESH;
            if reading.number > asked || (age == Age::Shared && is_recent && reading.answer.is_ok()) {
                return shared(&reading.answer);
            }
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let at = clock.now();
        let answer = read.await.map(Arc::new);
        let told = shared(&answer);
        *last = Some(Reading { number, at, answer });
        told
    }
}

fn shared(answer: &Result<Arc<Output>, ProviderError>) -> Result<Arc<Output>, ProviderError> {
    match answer {
        Ok(output) => Ok(output.clone()),
        Err(error) => Err(error.again()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeClock;

    async fn reads_of(ages: &[Age]) -> u64 {
        let (clock, list) = (FakeClock::new(), Shared::default());
        for age in ages {
            list.get(&*clock, *age, async { Ok(Output::default()) }).await.unwrap();
        }
        list.begun.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn a_recent_list_is_shared_and_a_new_one_is_read() {
        assert_eq!(reads_of(&[Age::Shared, Age::Shared, Age::Shared]).await, 1);
        assert_eq!(reads_of(&[Age::Shared, Age::New, Age::Shared]).await, 2);
    }

    #[tokio::test]
    async fn who_asks_while_a_reading_is_under_way_gets_the_next_one_and_all_of_them_the_same() {
        let (clock, list) = (FakeClock::new(), Shared::default());
        let slow = || async {
            tokio::task::yield_now().await;
            Ok(Output::default())
        };
        let first = list.get(&*clock, Age::New, slow());
        let rest = async {
            tokio::task::yield_now().await;
            tokio::join!(list.get(&*clock, Age::New, slow()), list.get(&*clock, Age::New, slow()))
        };
        let (first, (second, third)) = tokio::join!(first, rest);
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        assert!(list.begun.load(Ordering::SeqCst) <= 2);
    }

    #[tokio::test]
    async fn an_old_list_is_read_again() {
        let (clock, list) = (FakeClock::new(), Shared::default());
        list.get(&*clock, Age::Shared, async { Ok(Output::default()) }).await.unwrap();
        clock.sleep_until(crate::lanes::after(clock.now(), FRESH)).await;
        list.get(&*clock, Age::Shared, async { Ok(Output::default()) }).await.unwrap();
        assert_eq!(list.begun.load(Ordering::SeqCst), 2);
    }
}
