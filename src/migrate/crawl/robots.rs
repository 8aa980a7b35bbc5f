//! `robots.txt`: what a site asks robots to leave alone (RFC 9309).

use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

/// Longest file that is read.
const LONGEST: usize = 512 << 10;
/// Longest pause that is kept.
const LONGEST_PAUSE: u64 = 10;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Robots {
    /// Pattern, and whether it is allowed.
    rules: Vec<(String, bool)>,
    /// Pause between two requests.
    pub pause: Option<Duration>,
    /// Addresses of sitemaps.
    pub sitemaps: Vec<String>,
}

impl Robots {
    /// Reads the file: the group for `zhanqun`, else the one for everybody.
    pub fn read(text: &str) -> Robots {
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut sitemaps = Vec::new();
        let (mut ours, mut all): (Option<Robots>, Option<Robots>) = (None, None);
        let (mut for_us, mut for_all, mut naming) = (false, false, false);
        for line in text[..end].lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "sitemap" => sitemaps.push(value.to_owned()),
                "user-agent" => {
                    if !naming {
                        (for_us, for_all) = (false, false);
                    }
                    naming = true;
                    for_all |= value == "*";
                    for_us |= value.to_ascii_lowercase().contains("zhanqun");
                }
                key => {
                    naming = false;
                    let groups = [(for_us, &mut ours), (for_all, &mut all)];
                    for (_, group) in groups.into_iter().filter(|(meant, _)| *meant) {
                        group.get_or_insert_default().rule(key, value);
                    }
                }
            }
        }
        Robots { sitemaps, ..ours.or(all).unwrap_or_default() }
    }

    fn rule(&mut self, key: &str, value: &str) {
        match key {
            "disallow" if !value.is_empty() => self.rules.push((decoded(value), false)),
            "allow" if !value.is_empty() => self.rules.push((decoded(value), true)),
            "crawl-delay" => {
                let seconds = value.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
                self.pause = seconds.map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST_PAUSE as f64)));
            }
            _ => {}
        }
    }

    /// May the address be asked for? The longest rule decides.
    pub fn allows(&self, address: &Url) -> bool {
        let mut path = address.path().to_owned();
        if let Some(query) = address.query() {
            path.push('?');
            path.push_str(query);
        }
        let path = decoded(&path);
        let found = self.rules.iter().filter(|(pattern, _)| fits(pattern, &path));
        found.max_by_key(|(pattern, allowed)| (pattern.len(), *allowed)).is_none_or(|(_, allowed)| *allowed)
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Does the path begin as the pattern says? `*` is anything, `$` the end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (number, part) in parts.iter().enumerate() {
        let last = number + 1 == parts.len();
        if last && to_end {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    !to_end || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Duration, Robots, Url};

    #[test]
    fn the_longest_rule_of_our_group_decides() {
        let text = "User-agent: *\nDisallow: /admin/\nCrawl-delay: 2\nDisallow: /*.asp$\n\nUser-agent: other\nDisallow: /\n\
                    Sitemap: http://a.gov.cn/map.xml\n";
        let robots = Robots::read(text);
        let allows = |path: &str| robots.allows(&Url::parse(&format!("http://a.gov.cn{path}")).unwrap());
        assert!(allows("/") && allows("/show.asp?id=1") && !allows("/show.asp") && !allows("/admin/x"));
        assert_eq!((robots.pause, robots.sitemaps.len()), (Some(Duration::from_secs(2)), 1));
        let ours = Robots::read(&format!("{text}\nUser-agent: Zhanqun\nUser-agent: x\nDisallow: /c\nAllow: /c/b\n"));
        let allows = |path: &str| ours.allows(&Url::parse(&format!("http://a.gov.cn{path}")).unwrap());
        assert!(allows("/admin/x") && !allows("/c/a") && allows("/c/b/a") && allows("/show.asp"));
        assert!(Robots::read("<html>no robots</html>").allows(&Url::parse("http://a.gov.cn/").unwrap()));
    }
}
