//! Any bytes as pages of an old site: they are understood or told to be unreadable, twice the same.
#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use url::Url;
use zhanqun::base::fault::Fault;
use zhanqun::migrate::old::Source;
use zhanqun::migrate::pages::{Fetched, Fetches, Site};

/// Four pages of one shape, a list and a home page.
struct Pages(Vec<(Url, Bytes)>);

impl Fetches for Pages {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn address(&self, number: usize) -> &Url {
        &self.0[number].0
    }

    fn read(&self, number: usize) -> Result<Fetched, Fault> {
        let (address, bytes) = self.0[number].clone();
        Ok(Fetched { address, content_type: "text/html".to_owned(), disposition: String::new(), bytes, moved_to: None })
    }

    fn number(&self, address: &Url) -> Option<usize> {
        self.0.iter().position(|(known, _)| known == address)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let names = ["", "list.asp?id=1", "show.asp?id=1", "show.asp?id=2", "show.asp?id=3", "show.asp?id=4"];
    let portion = bytes.len() / names.len() + 1;
    let pages = names.iter().enumerate().map(|(at, name)| {
        let url = Url::parse(&format!("http://old.example/{name}")).expect("an address");
        // Some pages share their beginning, so that there is something to learn.
        let from = if at % 2 == 0 { 0 } else { at * portion };
        let page = bytes.get(from..bytes.len().min((at + 1) * portion)).unwrap_or_default();
        (url, Bytes::copy_from_slice(page))
    });
    let site = Site::open(Arc::new(Pages(pages.collect())), "mirror", Vec::new());
    let walk = || {
        let mut items = Vec::new();
        site.walk(&mut |item, _| {
            items.push(format!("{item:?}"));
            Ok(())
        })
        .expect("a walk");
        items
    };
    assert_eq!(walk(), walk());
});
