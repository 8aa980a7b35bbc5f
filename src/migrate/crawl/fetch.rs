//! One address until there is an answer to it: other sessions and hosts, wrong lengths, folder names in GBK.

use std::ops::Deref;

use encoding_rs::GBK;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use url::Url;

use super::client::{Answer, Ask, Client};
use super::frontier::Wanted;
use super::{Crawl, MOST_HOPS, MOST_VAIN};
use crate::migrate::pages::address::same;
use crate::migrate::session;

/// Bytes of an answer that may be a page.
const LARGEST: usize = 16 << 20;

/// An answer and what was odd about it.
pub(super) struct Fetch {
    pub answer: Answer,
    /// The address that really answered: the same page, perhaps with another host or a session.
    pub asked: Url,
    pub remark: String,
}

impl Deref for Fetch {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

impl Crawl {
    /// Asks for an address.
    ///
    /// # Errors
    /// Why there is no answer, for people.
    pub(super) async fn fetch(&mut self, client: &mut Client, wanted: &Wanted) -> Result<Fetch, String> {
        let referer = self.places.get(wanted.from as usize).map(|(page, _)| page.clone());
        let (mut asked, posted) = match self.form(wanted) {
            Some((target, form)) => (target, Some(form)),
            None => (wanted.address.clone(), None),
        };
        let (form, referer) = (posted.as_deref(), referer.as_ref());
        let mut answer = client.ask(Ask { url: &asked, form, referer, to_the_end: false }).await?;
        let mut hops = 0;
        // The same page for another visit, host or scheme is followed here: it is no other address.
        while (300..400).contains(&answer.status) && hops < MOST_HOPS {
            let Some(to) = self.location(&answer, &asked) else { break };
            let here = same(&session::without_session(&to)) == same(&session::without_session(&asked));
            if !here || !self.frontier.is_own(&to) || posted.is_some() {
                break;
            }
            asked = to;
            answer = client.ask(Ask { url: &asked, form, referer, to_the_end: false }).await?;
            hops += 1;
        }
        if let Some(other) = in_gbk(&asked)
            && (answer.status == 404 || self.is_nothing(&asked, &answer))
            && let Ok(again) = client.ask(Ask { url: &other, form, referer, to_the_end: false }).await
            && again.status == 200
            && !self.is_nothing(&asked, &again)
        {
            return Ok(Fetch { answer: again, asked, remark: "found under its name in GBK".into() });
        }
        let mut remark = String::new();
        if answer.large {
            remark = format!("larger than {} MB, left out", self.options.largest >> 20);
        } else if answer.short {
            (answer, remark) = whole(client, Ask { url: &asked, form, referer, to_the_end: false }, answer).await;
        } else if self.vain < MOST_VAIN && ends_early(&answer) {
            match client.ask(Ask { url: &asked, form, referer, to_the_end: true }).await {
                Ok(again) if again.status == 200 && again.body.len() > answer.body.len() => {
                    remark = "Content-Length was too small".into();
                    answer = again;
                    self.vain = 0;
                }
                _ => self.vain += 1,
            }
        }
        Ok(Fetch { answer, asked, remark })
    }
}

/// Asks again for what broke off: the same length twice is all there is.
async fn whole(client: &mut Client, ask: Ask<'_>, first: Answer) -> (Answer, String) {
    let mut longest = first;
    for _ in 0..2 {
        let Ok(again) = client.ask(ask).await else { continue };
        if !again.short {
            return (again, String::new());
        }
        if again.body.len() == longest.body.len() {
            return (again, "Content-Length was too large".into());
        }
        if again.body.len() > longest.body.len() {
            longest = again;
        }
    }
    (longest, "broke off".into())
}

/// A page that ends in the middle exactly where its header says.
fn ends_early(answer: &Answer) -> bool {
    let length = answer.header("content-length").parse::<usize>().ok();
    let is_page = answer.header("content-type").to_ascii_lowercase().contains("html");
    if answer.status != 200
        || !is_page
        || length != Some(answer.body.len())
        || !(200..LARGEST).contains(&answer.body.len())
    {
        return false;
    }
    let lower = answer.body.to_ascii_lowercase();
    let end = &lower[lower.len().saturating_sub(400)..];
    let has = |text: &[u8], word: &[u8]| memchr::memmem::find(text, word).is_some();
    has(&lower, b"<html") && !has(end, b"</html") && !has(end, b"</body") && !has(end, b"</frameset")
}

/// The address with its path in GBK, if that is another one.
fn in_gbk(address: &Url) -> Option<Url> {
    const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'`').add(b'%');
    let text = percent_decode_str(address.path()).decode_utf8().ok().filter(|text| !text.is_ascii())?;
    let (bytes, _, unknown) = GBK.encode(&text);
    if unknown {
        return None;
    }
    let mut other = address.clone();
    other.set_path(&percent_encode(&bytes, PATH).to_string());
    Some(other)
}
