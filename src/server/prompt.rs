//! Running an answer over HTTP/2 at once.

use std::future::Future;
use std::task::{Context, Waker};

use hyper::rt::Executor;

/// Runs what hyper wants to run beside a connection: at once as far as it comes without waiting, the rest as a task.
///
/// hyper makes a future of every request over HTTP/2. That of a kept page is over at its first poll, and a task for it
/// would cost more than the answer; what is answered in one turn also leaves in one write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prompt;

impl<F> Executor<F> for Prompt
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        let mut future = Box::pin(future);
        // Whoever waits is polled again as a task and names the task's waker then.
        if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            tokio::spawn(future);
        }
    }
}
