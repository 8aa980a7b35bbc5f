//! In development the open page reloads itself: one event for each swap of the themes.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body::Frame;
use tokio::sync::watch;

use crate::app::App;

use super::Error;
use super::body::Body;
use super::policy::Keep;

/// The stream of swaps; exists in development only.
pub fn stream(app: &App) -> Result<Response<Body>, Error> {
    if !app.config.themes.development {
        return Err(Error::NotFound);
    }
    let events = Events::new(app.engine.generations());
    let mut response = Response::new(Body::Handler(axum::body::Body::new(events)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    Keep::Never.set(response.headers_mut());
    Ok(response)
}

type Next = Pin<Box<dyn Future<Output = Option<watch::Receiver<u64>>> + Send>>;

/// `data: 2` for each new generation.
pub struct Events {
    next: Next,
    greeted: bool,
}

impl Events {
    fn new(generations: watch::Receiver<u64>) -> Events {
        Events { next: wait(generations), greeted: false }
    }
}

fn wait(mut generations: watch::Receiver<u64>) -> Next {
    Box::pin(async move { generations.changed().await.ok().map(|()| generations) })
}

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if !self.greeted {
            self.greeted = true;
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b": ready\n\n")))));
        }
        match self.next.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(generations)) => {
                let event = format!("data: {}\n\n", *generations.borrow());
                self.next = wait(generations);
                Poll::Ready(Some(Ok(Frame::data(Bytes::from(event)))))
            }
        }
    }
}
