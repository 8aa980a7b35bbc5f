//! Index numbers, document numbers and dates of forming, which programs had no columns for and offices added.

use crate::base::clock;
use crate::domain::content::plain_text;
use crate::migrate::old::Article;

use super::{Fields, from_text};

/// Columns for 索引号, in small letters.
pub const INDEX_NUMBER: &[&str] =
    &["indexno", "indexnumber", "index_number", "indexcode", "syh", "suoyin", "suoyinhao", "索引号", "信息索引号"];
/// Columns for 文号.
pub const NUMBER: &[&str] =
    &["docno", "docnumber", "fileno", "filenumber", "wenhao", "wh", "fwzh", "fawenhao", "文号", "发文字号", "文件编号"];
/// Columns for 成文日期.
pub const FORMED: &[&str] =
    &["formdate", "formed", "writedate", "cwrq", "chengwenriqi", "成文日期", "生成日期", "发文日期"];

/// Gives an article what stands in such columns.
pub fn numbers(article: &mut Article, fields: &dyn Fields) {
    let first = |names: &[&str]| plain_text(&fields.first(names));
    if article.index_number.is_empty() {
        article.index_number = first(INDEX_NUMBER);
    }
    if article.number.is_empty() {
        article.number = first(NUMBER);
    }
    if article.formed.is_empty() {
        article.formed = from_text(&fields.first(FORMED)).map(clock::day).unwrap_or_default();
    }
}
