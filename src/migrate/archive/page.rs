//! A page of an old site without anything that acts: scripts, forms, plug-ins and foreign frames go; links inside
//! the site lead into the copy.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use url::Url;

use super::Place;
use crate::domain::content::pieces;
use crate::migrate::script;

/// Attributes that lead or load.
const ADDRESSES: [&str; 7] = ["href", "src", "background", "lowsrc", "longdesc", "poster", "usemap"];
/// Attributes that act, send or say what is no longer so.
const DROPPED: [&str; 9] =
    ["action", "formaction", "srcdoc", "srcset", "ping", "integrity", "crossorigin", "method", "enctype"];
/// Elements whose tags go; what stands in them stays.
const UNWRAPPED: [&str; 8] = ["object", "noscript", "noframes", "embed", "applet", "param", "base", "bgsound"];

/// A page that can be shown.
pub(super) struct Inert {
    pub html: String,
    /// Byte at which a banner goes; 0 for a page of frames.
    pub banner: usize,
}

/// Makes a page inert.
pub(super) fn inert(html: &str, address: &Url, place: &Place) -> Inert {
    let input = BufferQueue::default();
    let work = Work {
        place,
        page: address,
        base: address.clone(),
        out: String::with_capacity(html.len() + html.len() / 8),
        banner: 0,
        frames: false,
        script: false,
        style: None,
    };
    let tokenizer = Tokenizer::new(Sink(RefCell::new(work)), TokenizerOpts::default());
    for piece in pieces(html) {
        input.push_back(piece.into());
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let Work { mut out, mut banner, frames, .. } = tokenizer.sink.0.into_inner();
    if banner == 0 && !frames {
        out.insert_str(0, "<body>");
        banner = "<body>".len();
    }
    Inert { html: out, banner: if frames { 0 } else { banner } }
}

/// A style whose addresses lead into the copy.
pub(super) fn style(text: &str, base: &Url, place: &Place) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (begin, _) in lower.match_indices("url(") {
        let inner = begin + 4;
        let Some(end) = text[inner..].find(')').map(|end| inner + end).filter(|_| begin >= at) else { continue };
        out.push_str(&text[at..inner]);
        let address = text[inner..end].trim().trim_matches(['\'', '"']);
        let inside = base.join(address).ok().and_then(|url| place.inside(&url));
        match inside {
            Some(inside) => out.push_str(&format!("\"{inside}\"")),
            None if address.starts_with("data:image/") => out.push_str(&text[inner..end]),
            None => {}
        }
        at = end;
    }
    out.push_str(&text[at..]);
    // What old browsers ran from styles.
    out.replace("expression(", "(").replace("</", "")
}

struct Sink<'a>(RefCell<Work<'a>>);

struct Work<'a> {
    place: &'a Place,
    page: &'a Url,
    base: Url,
    out: String,
    banner: usize,
    frames: bool,
    /// Inside a script, which goes.
    script: bool,
    /// Text of a style so far.
    style: Option<String>,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut work = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => work.text(&text),
            Token::DoctypeToken(doctype) => work.doctype(&doctype),
            Token::TagToken(tag) => {
                return match tag.kind {
                    TagKind::StartTag => work.start(&tag),
                    TagKind::EndTag => {
                        work.end(&tag.name);
                        TokenSinkResult::Continue
                    }
                };
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Work<'_> {
    fn text(&mut self, text: &str) {
        match &mut self.style {
            Some(style) => style.push_str(text),
            None if self.script => {}
            None => self.out.push_str(&escape(text)),
        }
    }

    /// Decides how browsers lay the page out, so it stays.
    fn doctype(&mut self, doctype: &Doctype) {
        self.out.push_str("<!DOCTYPE html");
        if let Some(public) = &doctype.public_id {
            self.out.push_str(&format!(" PUBLIC \"{}\"", escape(public)));
            if let Some(system) = &doctype.system_id {
                self.out.push_str(&format!(" \"{}\"", escape(system)));
            }
        }
        self.out.push_str(">\n");
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        let attribute = |key: &str| tag.attrs.iter().find(|a| &*a.name.local == key).map(|a| a.value.trim().to_owned());
        match name {
            "script" => {
                self.script = true;
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            "base" => {
                if let Some(base) = attribute("href").and_then(|href| self.page.join(&href).ok()) {
                    self.base = base;
                }
            }
            // Old pages say charsets, refreshes and policies there that are not so here.
            "meta" if attribute("name").is_none() => return TokenSinkResult::Continue,
            "link" if !attribute("rel").is_some_and(|rel| rel.to_ascii_lowercase().contains("stylesheet")) => {
                return TokenSinkResult::Continue;
            }
            _ => {}
        }
        if UNWRAPPED.contains(&name) {
            return TokenSinkResult::Continue;
        }
        self.out.push('<');
        self.out.push_str(name);
        for attribute in &tag.attrs {
            self.attribute(name, &attribute.name.local, &attribute.value);
        }
        if matches!(name, "input" | "button" | "select" | "textarea") {
            self.out.push_str(" disabled");
        }
        self.out.push('>');
        match name {
            "body" if self.banner == 0 => self.banner = self.out.len(),
            "frameset" => self.frames = true,
            "style" => {
                self.style = Some(String::new());
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "iframe" | "xmp" => return TokenSinkResult::RawData(RawKind::Rawtext),
            "textarea" | "title" => return TokenSinkResult::RawData(RawKind::Rcdata),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn attribute(&mut self, tag: &str, key: &str, value: &str) {
        let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:".contains(&b));
        if !plain || key.starts_with("on") || DROPPED.contains(&key) {
            return;
        }
        let value = match key {
            "style" => style(value, &self.base, self.place),
            _ if ADDRESSES.contains(&key) => match self.address(tag, value.trim()) {
                Some(address) => address,
                None => return,
            },
            _ => value.to_owned(),
        };
        self.out.push_str(&format!(" {key}=\"{}\"", escape(&value)));
    }

    /// Where an address of the page leads in the copy; `None` for what is not shown.
    fn address(&self, tag: &str, address: &str) -> Option<String> {
        if address.starts_with('#') || address.starts_with("data:image/") {
            return Some(address.to_owned());
        }
        let code = address.get(..11).filter(|head| head.eq_ignore_ascii_case("javascript:"));
        let url = match code {
            Some(_) => script::read(&address[11..]).addresses.first().and_then(|found| self.base.join(found).ok())?,
            None => self.base.join(address).ok()?,
        };
        if let Some(inside) = self.place.inside(&url) {
            return Some(inside);
        }
        // Links lead on to the Web; nothing is loaded from there.
        (matches!(tag, "a" | "area") && matches!(url.scheme(), "http" | "https" | "mailto")).then(|| url.to_string())
    }

    fn end(&mut self, name: &str) {
        match name {
            "script" => self.script = false,
            "style" => {
                if let Some(text) = self.style.take() {
                    let text = style(&text, &self.base, self.place);
                    self.out.push_str(&text);
                }
                self.out.push_str("</style>");
            }
            _ if UNWRAPPED.contains(&name) => {}
            _ => self.out.push_str(&format!("</{name}>")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Inert, Place, Url, inert};

    fn place() -> Place {
        Place { prefix: "/archive/mzj".into(), own: HashSet::from(["a.gov.cn".to_owned(), "www.a.gov.cn".to_owned()]) }
    }

    fn made(html: &str) -> Inert {
        inert(html, &Url::parse("http://a.gov.cn/d/x.asp?id=1").unwrap(), &place())
    }

    #[test]
    fn links_stay_inside_and_nothing_acts() {
        let inert = made(
            "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.0//EN\"><html><head><meta http-equiv=refresh content='0;url=http://evil/'>\
             <script>document.write('<b>x</b>')</script><base href='/e/'><link rel=stylesheet href=s.css>\
             <style>td{background:url(/i/b.gif)} p{background:url(http://evil/x.gif)}</style></head>\
             <body onload=\"x()\" background=bg.gif><a href='show.asp?id=2#m' onclick='y()'>n</a><a href='http://www.a.gov.cn/'>h</a>\
             <a href=\"javascript:window.open('pop.asp')\">p</a><a href=\"javascript:alert(1)\">q</a><a href='http://b.cn/?a=1&b=2'>o</a>\
             <form action='/save.asp' method=post><input name=a value='\"&lt;'></form><iframe src='http://evil/'></iframe>\
             <object data=x.swf><embed src=x.swf>文字</object><img src='http://evil/t.gif'><img src=../p.jpg><noscript>N</noscript></body></html>",
        );
        let html = &inert.html;
        for no in
            ["script", "evil", "onload", "onclick", "action", "save.asp", "embed", "object", "refresh", "base", "alert"]
        {
            assert!(!html.contains(no), "{no}\n{html}");
        }
        for yes in [
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.0//EN\">",
            "href=\"/archive/mzj/e/s.css\"",
            "url(\"/archive/mzj/i/b.gif\")",
            "<body background=\"/archive/mzj/e/bg.gif\">",
            "href=\"/archive/mzj/e/show.asp?id=2#m\"",
            "href=\"/archive/mzj/\"",
            "href=\"/archive/mzj/e/pop.asp\"",
            "href=\"http://b.cn/?a=1&amp;b=2\"",
            "value=\"&quot;&lt;\" disabled",
            "src=\"/archive/mzj/p.jpg\"",
            "文字",
            "N",
        ] {
            assert!(html.contains(yes), "{yes}\n{html}");
        }
        assert!(html[..inert.banner].ends_with("bg.gif\">"), "{}", &html[..inert.banner]);
    }

    #[test]
    fn pages_without_a_body_and_pages_of_frames() {
        let bare = made("<title>t</title>text");
        assert_eq!((&bare.html[..bare.banner], &bare.html[bare.banner..]), ("<body>", "<title>t</title>text"));
        let frames = made("<frameset cols=50%,*><frame src=left.asp><frame src=http://b.cn/></frameset>");
        assert_eq!(frames.banner, 0);
        assert!(frames.html.contains("src=\"/archive/mzj/d/left.asp\"") && !frames.html.contains("b.cn"));
    }

    #[test]
    fn nothing_breaks_out_of_a_style_or_an_attribute() {
        let odd =
            made("<style>a{}</sty</style><p style='x:expression(alert(1))' \"=1 a<b=2 title='\"><img src=x>'>t</p>");
        assert!(!odd.html.contains("expression") && !odd.html.contains("\"><img"), "{}", odd.html);
    }
}
