use std::future::Future;
use std::sync::mpsc::{Receiver, sync_channel};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use varve_engine::{Error, Result};

/// The thread that sends the requests of a bucket; it ends with this value, and whoever waits for it then is told.
#[derive(Debug)]
pub(crate) struct Io {
    handle: Handle,
    end: Option<oneshot::Sender<()>>,
}

/// What a request comes to.
pub(crate) struct Pending<T>(Receiver<T>);

impl Io {
    #[expect(
        clippy::disallowed_methods,
        reason = "this thread ends with the bucket, and a failure to have it is told"
    )]
    pub(crate) fn start() -> Result<Self> {
        let failed = |error: std::io::Error| Error::io("start", "the thread for requests", &error);
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("varve-io".to_owned());
        let run = move || {
            let _ = runtime.block_on(ended);
            // A name that is being looked up is not waited for.
            runtime.shutdown_background();
        };
        thread.spawn(run).map_err(failed)?;
        Ok(Self {
            handle,
            end: Some(end),
        })
    }

    /// Begins requests.
    pub(crate) fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Pending<T> {
        let (tell, told) = sync_channel(1);
        self.handle.spawn(async move {
            // Where nobody waits any more, nobody is told.
            let _ = tell.send(work.await);
        });
        Pending(told)
    }

    /// Waits for requests.
    pub(crate) fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T> {
        self.begin(work).wait()
    }
}

impl<T> Pending<T> {
    pub(crate) fn wait(self) -> Result<T> {
        self.0
            .recv()
            .map_err(|_| Error::internal("the thread for requests ended while one was under way"))
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
    }
}
