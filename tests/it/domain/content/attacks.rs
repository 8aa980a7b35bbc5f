//! Attack strings in the manner of DOMPurify's list, through every way into a document.

use std::io::{Cursor, Write};

use zhanqun::domain::content::{AllPictures, clean, clean_paste, docx, layout, markdown};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::docx::package;

/// One a line; what they do is what a browser would run.
const ATTACKS: &str = include_str!("../../../fixtures/paste/attacks.txt");

/// Nothing of it can run: checked on the tree that a browser would make, not on the text.
fn harmless(html: &str, attack: &str) {
    use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
    struct Sink<'a>(&'a str);
    impl TokenSink for Sink<'_> {
        type Handle = ();
        fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
            if let Token::TagToken(tag) = token {
                let name = tag.name.to_string();
                let known = [
                    "a",
                    "abbr",
                    "b",
                    "bdi",
                    "bdo",
                    "blockquote",
                    "br",
                    "caption",
                    "cite",
                    "code",
                    "dd",
                    "del",
                    "dfn",
                    "div",
                    "dl",
                    "dt",
                    "em",
                    "figcaption",
                    "figure",
                    "h2",
                    "h3",
                    "h4",
                    "h5",
                    "h6",
                    "hr",
                    "i",
                    "img",
                    "ins",
                    "kbd",
                    "li",
                    "mark",
                    "ol",
                    "p",
                    "pre",
                    "q",
                    "rp",
                    "rt",
                    "ruby",
                    "s",
                    "samp",
                    "small",
                    "span",
                    "strong",
                    "sub",
                    "sup",
                    "table",
                    "tbody",
                    "td",
                    "tfoot",
                    "th",
                    "thead",
                    "tr",
                    "u",
                    "ul",
                    "var",
                    "wbr",
                    "col",
                    "colgroup",
                ];
                assert!(known.contains(&name.as_str()), "<{name}> of {}", self.0);
                for attribute in &tag.attrs {
                    let key = attribute.name.local.to_string();
                    let value = attribute.value.to_string();
                    assert!(
                        !key.starts_with("on") && key != "style" && key != "srcdoc" && !key.contains(':'),
                        "{key} of {}",
                        self.0
                    );
                    if matches!(key.as_str(), "href" | "src" | "cite") {
                        let plain: String = value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
                        let scheme = plain.split_once(':').map(|(scheme, _)| scheme.to_lowercase());
                        let scheme = scheme
                            .filter(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c)));
                        assert!(
                            scheme.as_deref().is_none_or(|scheme| ["http", "https", "mailto", "tel"].contains(&scheme)),
                            "{value} of {}",
                            self.0
                        );
                    }
                    if key == "id" {
                        assert!(value.starts_with("fn"), "{value} of {}", self.0);
                    }
                }
            }
            TokenSinkResult::Continue
        }
    }
    let input = BufferQueue::default();
    input.push_back(html.into());
    let tokenizer = Tokenizer::new(Sink(attack), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
}

#[test]
fn no_attack_survives_any_way_in() {
    let attacks: Vec<&str> = ATTACKS.lines().filter(|line| !line.is_empty()).collect();
    assert!(attacks.len() >= 100, "{}", attacks.len());
    for attack in attacks {
        harmless(&clean(attack).html, attack);
        let pasted = clean_paste(attack, &mut AllPictures).html;
        harmless(&pasted, attack);
        harmless(&clean(&pasted).html, attack);
        harmless(&layout(&pasted), attack);
        harmless(&markdown(attack), attack);
        let office = format!(
            "<p class=MsoNormal style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>{attack}</p>"
        );
        harmless(&clean_paste(&office, &mut AllPictures).html, attack);
    }
}

#[test]
fn attacks_in_word_files_are_text() {
    for attack in ATTACKS.lines().filter(|line| !line.is_empty()) {
        let text = attack.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let text: String = text.chars().filter(|c| *c >= ' ').collect();
        let body = format!(
            "<w:p><w:r><w:t>文{text}</w:t></w:r></w:p><w:p><w:hyperlink r:id=\"rId9\"><w:r><w:t>链</w:t></w:r></w:hyperlink></w:p><w:p><w:r><w:instrText>x</w:instrText><w:fldChar w:fldCharType=\"begin\"/><w:instrText>HYPERLINK \"{text}\"</w:instrText><w:fldChar w:fldCharType=\"separate\"/><w:t>域</w:t><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>"
        );
        let rels =
            format!("<Relationship Id=\"rId9\" Type=\"x/hyperlink\" TargetMode=\"External\" Target=\"{text}\"/>");
        let file =
            package(&body, &[("word/_rels/document.xml.rels", &format!("<Relationships>{rels}</Relationships>"))]);
        let read = docx(&file, &mut AllPictures).unwrap();
        harmless(&read.html, attack);
    }
    // Nothing of an archive leads out of it.
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("../../etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"x").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert!(docx(&bytes, &mut AllPictures).is_err());
}
