//! Titles in Latin letters, as dedecms names its pages after them.

use pinyin::ToPinyinMulti;

/// Ways to read a title that are tried.
const MOST: usize = 16;

/// The ways in which a title is spelled, the most usual first: syllables or their first letters, ASCII letters and
/// figures as they are, `_` for the rest. The program has one reading for each character and does not say which; a
/// character with several makes several spellings.
pub(super) fn spellings(title: &str, first_letters: bool) -> Vec<String> {
    let title = title.trim();
    if title.len() < 2 {
        return vec![title.to_owned()];
    }
    let mut found = vec![String::with_capacity(title.len() * 2)];
    for letter in title.chars() {
        let mut readings: Vec<String> = Vec::new();
        if letter.is_ascii_alphanumeric() {
            readings.push(letter.to_string());
        }
        for reading in letter.to_pinyin_multi().into_iter().flatten() {
            let plain = reading.plain().replace('ü', "v");
            let reading = if first_letters { plain.chars().take(1).collect() } else { plain };
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        let most = MOST / found.len();
        readings.truncate(most.max(1));
        if readings.is_empty() {
            readings.push("_".to_owned());
        }
        found =
            readings.iter().flat_map(|reading| found.iter().map(move |before| format!("{before}{reading}"))).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn titles_are_spelled() {
        assert_eq!(spellings("关于2010年“低保”的通知", false)[0], "guanyu2010nian_dibao_detongzhi");
        assert_eq!(spellings("民政Q&A", true), ["mzQ_A"]);
        assert_eq!(spellings("妇女", false)[0], "funv");
        let ways = spellings("重要会议调查", false);
        assert!(ways.contains(&"zhongyaohuiyidiaocha".to_owned()), "{ways:?}");
        assert!(ways.contains(&"zhongyaohuiyitiaocha".to_owned()), "{ways:?}");
        assert!(spellings(&"重会调行".repeat(40), false).len() <= 16);
        assert_eq!(spellings("a", true), ["a"]);
    }
}
