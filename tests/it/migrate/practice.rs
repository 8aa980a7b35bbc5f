//! The practice site of `../shared/data`, read from its mirror alone and compared with what is known of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use url::Url;
use zhanqun::base::clock;
use zhanqun::domain::content::{AllPictures, clean_paste, plain_text};
use zhanqun::migrate::old::{Article, Item, OldLetter, Source};
use zhanqun::migrate::pages::{Mirror, Site};

/// How well a mirror was understood.
#[derive(Debug, Default)]
struct Score {
    articles: usize,
    titles: usize,
    dates: usize,
    dated: usize,
    sources: usize,
    columns: usize,
    recall: f64,
    noise: f64,
    files: usize,
    files_found: usize,
    pictures: usize,
    pictures_found: usize,
    junk_published: usize,
    review: usize,
    lists: usize,
    lists_found: usize,
    letters: usize,
    letters_found: usize,
    broken: usize,
    faults: Vec<String>,
}

fn plain(text: &str) -> Vec<char> {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '\u{a0}')
        .map(|letter| match letter {
            '！'..='～' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            other => other,
        })
        .collect()
}

fn grams(text: &[char]) -> HashMap<&[char], usize> {
    let mut found = HashMap::new();
    for gram in text.windows(3) {
        *found.entry(gram).or_default() += 1;
    }
    found
}

/// Share of the first that is in the second.
fn share(of: &[char], found: &[char]) -> f64 {
    let (of, found) = (grams(of), grams(found));
    let all: usize = of.values().sum();
    let both: usize = of.iter().map(|(gram, count)| (*count).min(found.get(gram).copied().unwrap_or(0))).sum();
    if all == 0 { 1.0 } else { both as f64 / all as f64 }
}

/// Address without host, as the truth writes it.
fn path(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return address.to_owned() };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", url.path()).to_lowercase()
}

fn score(folder: &Path, truth: &Path, host: &str) -> Score {
    let mirror = Mirror::open(folder, Some(host)).unwrap();
    let site = Site::open(Arc::new(mirror), "mirror", Vec::new());
    let (mut articles, mut columns): (HashMap<String, Arc<Article>>, HashMap<String, String>) = Default::default();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let (mut junk, mut homes): (HashMap<String, Option<String>>, HashSet<String>) = Default::default();
    let mut letters: Vec<OldLetter> = Vec::new();
    let mut score = Score::default();
    site.walk(&mut |item, _| {
        match item {
            Item::Column(column) => {
                for address in &column.addresses {
                    columns.insert(path(address), column.name.clone());
                }
                names.insert(column.key, column.name);
            }
            Item::Article(article) => {
                let article = Arc::new(*article);
                for address in &article.addresses {
                    articles.insert(path(address), Arc::clone(&article));
                }
            }
            Item::Letter(letter) => letters.push(*letter),
            Item::Junk(found) => {
                junk.insert(path(&found.address), found.of.map(|of| path(&of)));
            }
            Item::Home(addresses) => homes.extend(addresses.iter().map(|address| path(address))),
            Item::Unreadable { place, why } => score.faults.push(format!("{place}: {why}")),
            Item::File(_) => {}
        }
        Ok(())
    })
    .unwrap();
    for line in std::fs::read_to_string(truth).unwrap().lines() {
        let truth: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| truth[key].as_str().unwrap_or_default().to_owned();
        let url = text("url").to_lowercase();
        match truth["kind"].as_str().unwrap() {
            "article" | "page" => {
                score.articles += 1;
                let Some(article) = articles.get(&url) else {
                    score.faults.push(format!("{url} is no article: {:?}", columns.get(&url)));
                    continue;
                };
                compare(&mut score, &site, &truth, article, &names, host);
            }
            "list" if truth["home"] != Value::Bool(true) => {
                score.lists += 1;
                match columns.get(&url) {
                    Some(name) if *name == text("title") => score.lists_found += 1,
                    other => score.faults.push(format!("{url} is the list {}: {other:?}", text("title"))),
                }
                for alias in truth["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if !columns.contains_key(&alias.to_lowercase()) {
                        score.faults.push(format!("{alias} is the list {}", text("title")));
                    }
                }
            }
            "junk" => {
                if articles.contains_key(&url) || columns.contains_key(&url) {
                    score.junk_published += 1;
                    score.faults.push(format!("{url} is junk ({}): {:?}", text("why"), columns.get(&url)));
                }
                if let Some(of) = truth["dup_of"].as_str()
                    && let Some(to) = junk.get(&url)
                    && !to.as_ref().is_some_and(|to| {
                        articles.get(&to.to_lowercase()).is_some_and(|article| {
                            article.addresses.iter().any(|address| path(address) == of.to_lowercase())
                        })
                    })
                {
                    score.faults.push(format!("{url} copies {of}: {to:?}"));
                }
            }
            "guestbook" => {
                for message in truth["messages"].as_array().into_iter().flatten() {
                    score.letters += 1;
                    let day = |time: Option<i64>| time.map(clock::day);
                    let says = |key: &str| message[key].as_str().unwrap_or_default();
                    let found = letters.iter().any(|letter| {
                        letter.title == says("title")
                            && letter.question == says("question")
                            && letter.answer == says("reply")
                            && letter.name == says("asker")
                            && day(letter.asked).as_deref() == message["asked"].as_str()
                            && day(letter.answered).as_deref() == message["replied"].as_str()
                    });
                    score.letters_found += usize::from(found);
                    if !found {
                        let near = letters.iter().find(|letter| letter.title == says("title"));
                        score.faults.push(format!("letter {message}: {near:?}"));
                    }
                }
            }
            _ => {}
        }
    }
    score.recall /= score.articles.max(1) as f64;
    score.noise /= score.articles.max(1) as f64;
    score
}

fn compare(
    score: &mut Score,
    site: &Site,
    truth: &Value,
    article: &Article,
    names: &BTreeMap<String, String>,
    host: &str,
) {
    let text = |key: &str| truth[key].as_str().unwrap_or_default();
    let url = text("url");
    let title = article.title.as_ref().map(|found| found.value.as_str()).unwrap_or_default();
    if title == text("title") {
        score.titles += 1;
    } else {
        score.faults.push(format!("{url} title {}: {:?}", text("title"), article.title));
    }
    if let Some(day) = truth["published"].as_str() {
        score.dated += 1;
        let found = article.published.as_ref().map(|found| clock::day(found.value));
        if found.as_deref() == Some(day) {
            score.dates += 1;
        } else {
            score.faults.push(format!("{url} date {day}: {found:?}"));
        }
    } else if article.published.is_some() {
        score.faults.push(format!("{url} has no date: {:?}", article.published));
    }
    let source = article.source.as_ref().map(|found| found.value.as_str()).unwrap_or_default();
    score.sources += usize::from(source == text("source"));
    if source != text("source") {
        score.faults.push(format!("{url} source {}: {source}", text("source")));
    }
    let author = article.author.as_ref().map(|found| found.value.as_str()).unwrap_or_default();
    if author != text("author") {
        score.faults.push(format!("{url} author {}: {author}", text("author")));
    }
    let column = article.column.as_ref().and_then(|found| names.get(&found.value)).map(String::as_str);
    score.columns += usize::from(column == truth["channel"].as_str());
    if column != truth["channel"].as_str() {
        score.faults.push(format!("{url} column {}: {column:?}", truth["channel"]));
    }
    let body = article.body.as_ref().map(|body| clean_paste(&body.value, &mut AllPictures).html).unwrap_or_default();
    let (found, wanted) = (plain(&plain_text(&body)), plain(text("text")));
    let (recall, noise) = (share(&wanted, &found), 1.0 - share(&found, &wanted));
    score.recall += recall;
    score.noise += noise;
    if recall < 0.995 || noise > 0.02 {
        let shown: String = plain_text(&body).chars().take(400).collect();
        score.faults.push(format!(
            "{url} text {recall:.3} noise {noise:.3}: {shown}\n        {}",
            text("text").chars().take(300).collect::<String>().replace('\n', "|")
        ));
    }
    let base = Url::parse(&article.base).unwrap();
    let has = |address: &str| {
        let at = base.join(address).ok();
        at.and_then(|url| site.file(&url).ok().flatten()).is_some()
    };
    for picture in truth["images"].as_array().into_iter().flatten().filter_map(|picture| picture["url"].as_str()) {
        score.pictures += 1;
        let name = picture.rsplit('/').next().unwrap_or_default();
        if body.contains(name) && has(&format!("http://{host}{picture}")) {
            score.pictures_found += 1;
        } else {
            score.faults.push(format!("{url} picture {picture}"));
        }
    }
    for file in truth["attachments"].as_array().into_iter().flatten() {
        score.files += 1;
        let address = file["url"].as_str().unwrap_or_default();
        let named = article.attachments.iter().any(|known| path(&known.address) == address.to_lowercase());
        if (named || body.to_lowercase().contains(address.trim_start_matches('/').to_lowercase().as_str()))
            && has(&format!("http://{host}{address}"))
        {
            score.files_found += 1;
        } else {
            score.faults.push(format!("{url} file {file}: {:?}", article.attachments));
        }
    }
    let sure = |part: Option<u8>| part.is_none_or(|sure| sure < 60);
    let review = sure(article.title.as_ref().map(|found| found.sure))
        || article.published.as_ref().is_some_and(|found| found.sure < 60)
        || (article.kind == zhanqun::migrate::old::ArticleKind::Article && article.published.is_none())
        || article.body.as_ref().is_some_and(|found| found.sure < 60)
        || (article.body.is_none() && article.attachments.is_empty());
    if review {
        score.review += 1;
        score.faults.push(format!(
            "{url} waits for a look: {:?} {:?} {:?} {:?}",
            article.kind,
            article.title,
            article.published,
            article.body.as_ref().map(|found| found.sure)
        ));
    }
    let all = format!("{title}{}{source}{author}", plain_text(&body));
    if all.contains('\u{fffd}') || all.contains("锟") {
        score.broken += 1;
        score.faults.push(format!("{url} is garbled"));
    }
}

#[test]
fn the_practice_site_from_its_pages_alone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/oldsite-asp");
    if !folder.join("site").is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let score = score(&folder.join("site"), &folder.join("truth.jsonl"), "mzj.example.gov.cn");
    for fault in &score.faults {
        println!("{fault}");
    }
    assert!(score.articles > 100, "{score:?}");
    let part = |found: usize, of: usize| found * 100 >= of * 99;
    assert!(part(score.titles, score.articles), "{score:?}");
    assert!(part(score.dates, score.dated), "{score:?}");
    assert!(part(score.sources, score.articles) && part(score.columns, score.articles), "{score:?}");
    assert!(score.recall >= 0.99 && score.noise < 0.01, "{score:?}");
    assert_eq!((score.files_found, score.pictures_found), (score.files, score.pictures), "{score:?}");
    assert_eq!((score.lists_found, score.letters_found), (score.lists, score.letters), "{score:?}");
    assert_eq!((score.junk_published, score.broken), (0, 0), "{score:?}");
    assert!(score.review * 100 <= score.articles, "{score:?}");
}
