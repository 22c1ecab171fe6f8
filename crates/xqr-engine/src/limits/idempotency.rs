//! Idempotency: a request that is sent again has no second effect.
//!
//! The record is inserted before the effect and in the same transaction. So no effect exists
//! without a record, no record without an effect, and a crash leaves nothing to clean up. A refused
//! or failed request is rolled back with its record and may be sent again. Responses are sealed
//! with a key that only the bearer of the API key has.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use xqr_auth::SealingKey;
use xqr_errors::{Condition, Error, Result};
use xqr_store::Conn;
use xqr_store::idempotency::{self, Record};

use crate::{App, Principal, Tx};

/// How long an answer is kept: 24 hours, in milliseconds.
pub const RETENTION: i64 = 24 * 60 * 60 * 1000;

/// The status of an answer whose request is still at work after its transaction; RFC 9110 knows it
/// as no final one.
pub const UNFINISHED: u16 = 102;
/// How long such a request is waited for, in milliseconds: one whose process was killed is taken
/// for done after that.
const PATIENCE: i64 = 2 * 60 * 1000;

/// A request with an Idempotency-Key.
#[derive(Debug, Clone)]
pub struct Attempt {
    id: [u8; 32],
    fingerprint: [u8; 32],
    sealing: SealingKey,
}

/// The answer to an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Whether an earlier attempt had the effect.
    pub replayed: bool,
    /// Whether this attempt had an effect.
    pub had_effect: bool,
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Whether anything was made; if not, the answer is not kept, and the request may be tried
    /// again.
    pub had_effect: bool,
}

/// The digest of a request: its principal, method, path and `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestDigest([u8; 32]);

impl RequestDigest {
    /// Names a request: `principal` sends `method path` with a client's `idempotency_key`.
    pub fn new(principal: Principal, method: &str, path: &str, idempotency_key: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(principal.number().to_be_bytes());
        for part in [method, path, idempotency_key] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Returns whether an answer is stored at `now`, Unix milliseconds.
    pub fn is_answered(&self, conn: &mut Conn, now: i64) -> Result<bool> {
        Ok(idempotency::find(conn, &self.0)?
            .is_some_and(|earlier| now - earlier.created_at < RETENTION))
    }
}

impl Attempt {
    /// Describes an attempt at a request with a body of which `fingerprint` is the digest.
    pub fn new(digest: RequestDigest, fingerprint: [u8; 32], sealing: SealingKey) -> Self {
        Self { id: digest.0, fingerprint, sealing }
    }
}

/// The attempts that run on this node.
#[derive(Default)]
pub(crate) struct RunningAttempts(Mutex<HashSet<[u8; 32]>>);

/// A seat among the running attempts.
struct Seat<'r>(&'r RunningAttempts, [u8; 32]);

impl RunningAttempts {
    fn enter(&self, id: [u8; 32]) -> Result<Seat<'_>> {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            return Ok(Seat(self, id));
        }
        Err(Condition::IdempotencyRunning { seconds: 1 }.into())
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl App {
    /// Runs a use case in a transaction, unless an earlier attempt did: then its answer comes
    /// again. `answer` makes the outcome of what `job` returns.
    ///
    /// # Errors
    ///
    /// Those of `job`; [`Condition::IdempotencyReused`] for another body,
    /// [`Condition::IdempotencyRunning`] while the first attempt runs.
    pub async fn write_once<T: Send + 'static>(
        &self,
        attempt: Attempt,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        answer: impl FnOnce(T) -> Outcome + Send + 'static,
    ) -> Result<Answer> {
        let _place = self.running.enter(attempt.id)?;
        self.write(move |tx| attempt.run(tx, job, answer)).await
    }
}

impl Attempt {
    /// Takes the record away, for an effect that was undone: the request may be tried again.
    pub fn forget(&self, tx: &mut Tx<'_>) -> Result<()> {
        idempotency::delete(tx.conn, &self.id)
    }

    fn run<T>(
        &self,
        tx: &mut Tx<'_>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T>,
        answer: impl FnOnce(T) -> Outcome,
    ) -> Result<Answer> {
        if let Some(earlier) = self.begin(tx)? {
            return self.replay(&earlier, tx.now);
        }
        let Outcome { status, body, had_effect } = answer(job(tx)?);
        if !had_effect {
            idempotency::delete(tx.conn, &self.id)?;
            return Ok(Answer { status, body, replayed: false, had_effect });
        }
        let sealed = self.sealing.seal(&self.id, &body, |nonce| tx.random(nonce))?;
        idempotency::finish(tx.conn, &self.id, status.into(), &sealed)?;
        Ok(Answer { status, body, replayed: false, had_effect })
    }

    /// Writes the record, or returns that of an earlier attempt.
    fn begin(&self, tx: &mut Tx<'_>) -> Result<Option<Record>> {
        let record = Record {
            id: self.id.into(),
            fingerprint: self.fingerprint.into(),
            status: 0,
            answer: Vec::new(),
            created_at: tx.now,
        };
        if idempotency::begin(tx.conn, &record)? {
            return Ok(None);
        }
        match idempotency::find(tx.conn, &self.id)? {
            Some(earlier) if tx.now - earlier.created_at < RETENTION => return Ok(Some(earlier)),
            Some(_) => idempotency::delete(tx.conn, &self.id)?,
            None => {}
        }
        if idempotency::begin(tx.conn, &record)? {
            Ok(None)
        } else {
            Err(Condition::IdempotencyRunning { seconds: 1 }.into())
        }
    }

    /// Notes that a request that was kept as [`UNFINISHED`] has done its work.
    pub fn finish(&self, tx: &mut Tx<'_>, status: u16) -> Result<()> {
        idempotency::set_status(tx.conn, &self.id, status.into())
    }

    fn replay(&self, earlier: &Record, now: i64) -> Result<Answer> {
        if earlier.fingerprint != self.fingerprint {
            return Err(Condition::IdempotencyReused.into());
        }
        if earlier.status == i32::from(UNFINISHED) && now - earlier.created_at < PATIENCE {
            return Err(Condition::IdempotencyRunning { seconds: 1 }.into());
        }
        let body = self
            .sealing
            .open(&self.id, &earlier.answer)
            .ok_or_else(|| Error::internal("a stored answer cannot be opened"))?;
        Ok(Answer {
            status: u16::try_from(earlier.status).unwrap_or(500),
            body,
            replayed: true,
            had_effect: false,
        })
    }
}

/// Deletes up to `limit` answers that are past their retention, and returns how many.
pub fn purge(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    idempotency::purge(tx.conn, tx.now - RETENTION, limit)
}
