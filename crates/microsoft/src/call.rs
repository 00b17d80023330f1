//! One thing asked of a service: a place in its lanes, a token, as many attempts as are allowed.
//!
//! Invariant: whatever waits here is bounded by [`Patience`](crate::Patience). A token that is
//! refused is replaced once, and the request made once more: a refused one was not carried out.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use regain_ports::{Clock, Provider, ProviderError, ProviderErrorKind, Urgency};

use crate::guard::Carries;
use crate::http::{Answer, Http, Request};
use crate::lanes::{Lane, Lanes, Place, after};
use crate::retry::{Attempt, Deed, Next, Patience};
use crate::token::{Resource, Token, Tokens};

/// What is being done, for the person who reads the error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doing {
    /// A phrase that follows "could not".
    pub(crate) what: &'static str,
    /// What to grant where it is denied.
    pub(crate) needs: &'static str,
}

/// How it is to be done.
pub(crate) struct How {
    pub(crate) doing: Doing,
    pub(crate) deed: Deed,
    pub(crate) urgency: Urgency,
    /// What it takes a place in, and what it costs there.
    pub(crate) lanes: Vec<(Lane, u32)>,
}

pub(crate) struct Caller {
    pub(crate) http: Arc<Http>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) patience: Patience,
}

/// An answer, and the attempts that it took.
pub(crate) struct Told {
    pub(crate) answer: Answer,
    pub(crate) attempts: u32,
}

impl Resource {
    pub(crate) fn provider(self) -> Provider {
        match self {
            Self::Graph => Provider::Graph,
            Self::Exchange | Self::Purview => Provider::Exchange,
        }
    }

    /// What a request with a token for it carries.
    pub(crate) fn carries(self) -> Carries {
        match self {
            Self::Graph => Carries::GraphToken,
            Self::Exchange => Carries::ExchangeToken,
            Self::Purview => Carries::PurviewToken,
        }
    }
}

impl Caller {
    /// Asks until the service has spoken; what it said, refusals too, is the caller's to read.
    pub(crate) async fn call(&self, resource: Resource, how: &How, request: &Request) -> Result<Told, ProviderError> {
        // Patience begins with the first try: among hundreds of accounts, waiting for one's turn is none.
        let mut began = None;
        let mut renewed = false;
        let mut number = 1;
        loop {
            let error = |kind| ProviderError { provider: resource.provider(), doing: how.doing.what, attempts: number, kind };
            let places = self.enter(how).await.map_err(error)?;
            // Only now: among hundreds of accounts a token can expire while its request waits for its turn.
            let token = self.tokens.get(resource).await?;
            let until = after(*began.get_or_insert_with(|| self.clock.now()), self.patience.total);
            let outcome = self.http.send(request, Some(&token)).await;
            drop(places);
            let (now, jitter) = (self.clock.now(), rand::random());
            let attempt = Attempt { deed: how.deed, number, patience: self.patience, now, until, jitter };
            match attempt.next(outcome) {
                Next::Give(kind) => return Err(error(kind)),
                Next::Again { at, pause_lane } => self.wait(how, at, pause_lane).await,
                Next::Take(answer) if !renewed && is_token_refused(&answer) => {
                    self.replace(&token, &answer).await?;
                    renewed = true;
                }
                Next::Take(answer) => return Ok(Told { answer, attempts: number }),
            }
            number += 1;
        }
    }

    async fn replace(&self, token: &Token, answer: &Answer) -> Result<Token, ProviderError> {
        self.tokens.renew(token, claims_asked(answer)).await
    }

    /// A place in every lane, always in the same order, so that no two wait for each other.
    async fn enter(&self, how: &How) -> Result<Vec<Place>, ProviderErrorKind> {
        let mut places = Vec::with_capacity(how.lanes.len());
        for (lane, units) in &how.lanes {
            let place = self.lanes.enter(lane, *units, how.urgency, self.patience.total).await;
            places.push(place.map_err(|wait| ProviderErrorKind::Throttled { wait })?);
        }
        Ok(places)
    }

    /// A throttled lane stands still for everybody; another failure is waited out by its own request.
    async fn wait(&self, how: &How, at: regain_incident::Timestamp, pause_lane: bool) {
        if pause_lane {
            for (lane, _) in &how.lanes {
                self.lanes.pause(lane, at);
            }
        } else {
            self.clock.sleep_until(at).await;
        }
    }
}

/// A 401: another token may heal it, also where permissions were granted a moment ago.
fn is_token_refused(answer: &Answer) -> bool {
    answer.status == 401
}

/// The claims that a continuous access evaluation challenge asks for, as the text to send.
fn claims_asked(answer: &Answer) -> Option<String> {
    let challenge = answer.header("www-authenticate")?;
    if !challenge.contains("insufficient_claims") {
        return None;
    }
    let encoded = challenge.split("claims=\"").nth(1)?.split('"').next()?;
    let bytes = STANDARD.decode(encoded).or_else(|_| URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('='))).ok()?;
    String::from_utf8(bytes).ok()
}
