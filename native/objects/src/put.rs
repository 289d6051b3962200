use std::sync::Arc;
use std::time::Duration;

use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload, Result};
use tokio::time::Instant;
use varve_engine::PutOutcome;

use crate::failure::Meaning;

/// How often bytes are put of which nobody knows whether they landed.
const TRIES: u32 = 6;
/// After so long none begins: to look what stands there may itself take as long as requests are repeated.
const PATIENCE: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Puts bytes under a name if it is free. What the store leaves open (a lost answer, a time-out, 409, 5xx) is settled by what stands
/// there: once a put may have arrived, the same bytes are ours.
///
/// `once` must not repeat a request by itself: a second try of its own is answered "taken" by the first.
pub(crate) async fn put_if_absent(
    once: Arc<dyn ObjectStore>,
    store: Arc<dyn ObjectStore>,
    path: Path,
    bytes: Vec<u8>,
) -> Result<PutOutcome> {
    let payload = PutPayload::from(bytes.clone());
    let mut may_be_there = false;
    let began = Instant::now();
    let mut tries = 1;
    loop {
        let error = match once
            .put_opts(&path, payload.clone(), PutMode::Create.into())
            .await
        {
            Ok(_) => return Ok(PutOutcome::Created),
            Err(error) => error,
        };
        match Meaning::of(&error) {
            Meaning::Taken => {}
            Meaning::Unknown => may_be_there = true,
            _ => return Err(error),
        }
        match read(&store, &path).await {
            Ok(Some(found)) if may_be_there && found == bytes => return Ok(PutOutcome::Created),
            Ok(Some(_)) => return Ok(PutOutcome::Exists),
            // Another request was under way, and came to nothing; or this one has not arrived.
            Ok(None) | Err(_) if tries < TRIES && began.elapsed() < PATIENCE => pause(tries).await,
            Ok(None) | Err(_) => return Err(undecided(error)),
        }
        tries += 1;
    }
}

/// "Taken" without anything there says nothing.
fn undecided(error: Error) -> Error {
    match Meaning::of(&error) {
        Meaning::Taken => Error::Generic {
            store: "",
            source: "another request for this name is under way".into(),
        },
        _ => error,
    }
}

async fn read(store: &Arc<dyn ObjectStore>, path: &Path) -> Result<Option<Vec<u8>>> {
    match store.get(path).await {
        Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Twice as long each time, and between half and all of that, so that writers that met do not meet again.
async fn pause(tries: u32) {
    let longest = FIRST_PAUSE * (1 << tries.min(6));
    let share = getrandom::u32().unwrap_or(u32::MAX);
    let pause = longest.mul_f64(0.5 + 0.5 * f64::from(share) / f64::from(u32::MAX));
    tokio::time::sleep(pause).await;
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;
    use object_store::throttle::{ThrottleConfig, ThrottledStore};

    use super::*;

    #[test]
    fn a_store_that_is_slow_to_look_is_not_tried_for_ever() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        // The name is taken by what cannot be found.
        let slow = ThrottleConfig {
            wait_get_per_call: Duration::from_secs(45),
            ..ThrottleConfig::default()
        };
        let (once, store) = (
            Arc::new(InMemory::new()),
            Arc::new(ThrottledStore::new(InMemory::new(), slow)),
        );
        let path = Path::from("t");
        let (outcome, took) = runtime.block_on(async {
            once.put(&path, "other".into()).await.unwrap();
            let began = Instant::now();
            let outcome = put_if_absent(once, store, path, b"own".to_vec()).await;
            (outcome, began.elapsed())
        });
        assert_eq!(Meaning::of(&outcome.unwrap_err()), Meaning::Unknown);
        assert_eq!(took.as_secs(), 90);
    }
}
