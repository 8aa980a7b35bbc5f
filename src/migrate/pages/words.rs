//! Words by which old pages tell what they are.

use url::Url;

use crate::migrate::old::JunkKind;

/// Begins a list of other articles; what follows is no text of this one.
const RELATED: [&str; 18] = [
    "相关文章",
    "相关新闻",
    "相关链接",
    "相关信息",
    "相关内容",
    "相关报道",
    "相关专题",
    "相关阅读",
    "热点文章",
    "热门文章",
    "推荐文章",
    "推荐阅读",
    "最新文章",
    "延伸阅读",
    "同类文章",
    "猜你喜欢",
    "相关评论",
    "网友评论",
];

/// Begins a line that leads to the article before or behind.
const NEIGHBOURS: [&str; 14] = [
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "前一篇",
    "后一篇",
    "上一个",
    "下一个",
    "上一主题",
    "下一主题",
    "上条",
    "下条",
    "上篇",
    "下篇",
];

/// Begins a line at the end of a text that belongs to the page.
const TAIL: [&str; 10] = [
    "加入收藏",
    "推荐给好友",
    "告诉好友",
    "发表评论",
    "我要评论",
    "查看评论",
    "分享到",
    "相关文章",
    "版权所有",
    "技术支持",
];

/// What buttons are made of.
const BUTTONS: [&str; 61] = [
    "打印",
    "关闭",
    "返回",
    "收藏",
    "分享",
    "字体",
    "TOP",
    "顶部",
    "回到",
    "本页",
    "此页",
    "本文",
    "此文",
    "文章",
    "窗口",
    "页面",
    "网页",
    "上一页",
    "上页",
    "上级",
    "首页",
    "列表",
    "目录",
    "加入",
    "推荐",
    "给",
    "好友",
    "告诉",
    "发表",
    "我要",
    "查看",
    "评论",
    "复制",
    "链接",
    "地址",
    "繁体",
    "简体",
    "到",
    "大",
    "中",
    "小",
    "双击",
    "滚屏",
    "预览",
    "本",
    "此",
    "该",
    "当前",
    "文档",
    "信息",
    "上一级",
    "上层",
    "主页",
    "前页",
    "回",
    "自动",
    "刷新",
    "全文",
    "字号",
    "纠错",
    "举报",
];

/// Anchors that say nothing of what they lead to.
const EMPTY_ANCHORS: [&str; 36] = [
    "更多",
    "more",
    "详细",
    "详情",
    "点击",
    "查看",
    "全文",
    "阅读全文",
    "点击查看",
    "首页",
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "返回",
    "返回首页",
    "返回上页",
    "打印",
    "打印本页",
    "关闭",
    "关闭窗口",
    "下载",
    "点击下载",
    "收藏",
    "评论",
    "[图]",
    "[图文]",
    "图",
    "进入",
    "详细内容",
    "点击进入",
    "更多信息",
    "查看更多",
    "在线查看",
    "我要留言",
    "网站首页",
];

/// Names of columns whose pages have no date and need none.
const STANDING: [&str; 21] = [
    "领导", "机构", "职能", "职责", "科室", "处室", "股室", "内设", "下属", "直属", "简介", "概况", "介绍", "联系",
    "地图", "班子", "组织", "单位", "学会", "关于", "风采",
];

/// Letters that decorate.
fn is_sign(letter: char) -> bool {
    !letter.is_alphanumeric() && letter != '《' && letter != '》'
}

/// A text without signs and blanks around it.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(is_sign)
}

/// A text without any blanks, to compare by.
pub(super) fn tight(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{a0}').collect()
}

/// Is it the heading of a list of other articles?
pub(super) fn begins_related(text: &str) -> bool {
    let text = tight(text);
    let text = bare(&text);
    text.chars().count() <= 8 && RELATED.iter().any(|word| text.starts_with(word))
}

/// Does a line at the end of a text belong to the page?
pub(super) fn is_tail(text: &str) -> bool {
    let text = tight(text);
    is_neighbour(&text, false)
        || (bare(&text).chars().count() <= 24 && TAIL.iter().any(|word| bare(&text).starts_with(word)))
        || is_buttons(&text)
}

/// Is it nothing but what old pages could be told to do: 【打印本页】【关闭窗口】?
fn is_buttons(text: &str) -> bool {
    let mut rest = text;
    let mut any = false;
    while let Some(letter) = rest.chars().next() {
        match BUTTONS.iter().find(|word| rest.starts_with(**word)) {
            Some(word) => {
                rest = &rest[word.len()..];
                any = true;
            }
            None if letter.is_alphanumeric() => return false,
            None => rest = &rest[letter.len_utf8()..],
        }
    }
    any
}

/// Does it lead to the article before or behind this one?
pub(super) fn is_neighbour(text: &str, linked: bool) -> bool {
    let text = tight(text);
    let text = bare(&text);
    let behind = NEIGHBOURS.iter().find_map(|word| text.strip_prefix(word));
    // 下篇 is also the second half of a text.
    let half = text.starts_with("上篇") || text.starts_with("下篇");
    behind.is_some_and(|behind| linked || !half || bare(behind).is_empty())
}

/// Is it the label of files that follow: 相关附件：?
pub(super) fn names_files(text: &str) -> bool {
    let text = tight(text);
    matches!(
        bare(&text),
        "附件"
            | "相关附件"
            | "附件下载"
            | "附件列表"
            | "相关下载"
            | "文件下载"
            | "相关文件"
            | "下载"
            | "点击下载"
    )
}

/// Is it the foot of a page?
pub(super) fn is_foot(text: &str) -> bool {
    let text = tight(text);
    let text = bare(&text);
    ["版权所有", "版权申明", "技术支持", "主办单位", "承办单位", "网站标识码", "Copyright", "CopyRight"]
        .iter()
        .any(|word| text.starts_with(word))
}

/// Does it begin what visitors wrote of a text?
pub(super) fn begins_comments(text: &str) -> bool {
    let text = tight(text);
    let text = bare(&text);
    text.chars().count() <= 60
        && ["网友评论", "网友留言", "读者评论", "最新评论", "相关评论"].iter().any(|word| text.starts_with(word))
}

/// Is it the anchor of a pager?
pub(super) fn is_pager(text: &str) -> bool {
    let text = tight(text);
    let plain = bare(&text);
    if plain.is_empty() {
        return matches!(text.as_str(), ">" | ">>" | "<" | "<<" | "»" | "«" | "›" | "‹");
    }
    let digits = plain.len() <= 4 && plain.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = plain.strip_prefix('第').and_then(|rest| rest.strip_suffix('页'));
    digits
        || numbered.is_some_and(|inner| inner.chars().all(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(c)))
        || matches!(
            plain,
            "上一页"
                | "下一页"
                | "上页"
                | "下页"
                | "前一页"
                | "后一页"
                | "尾页"
                | "末页"
                | "最后一页"
                | "首页"
                | "第一页"
                | "next"
                | "Next"
                | "prev"
                | "Prev"
        )
}

/// Does an anchor name what it leads to?
pub(super) fn names_something(text: &str) -> bool {
    let plain = bare(text);
    plain.chars().count() >= 2
        && !EMPTY_ANCHORS.iter().any(|word| word.eq_ignore_ascii_case(plain))
        && !is_pager(text)
        && !plain.bytes().all(|byte| byte.is_ascii_digit())
}

/// Was it cut off to fit?
pub(super) fn is_cut(text: &str) -> bool {
    text.ends_with('…') || text.ends_with("...") || text.ends_with("..") || text.ends_with("。。。")
}

/// What is left of a text that was cut off.
pub(super) fn before_cut(text: &str) -> &str {
    text.trim_end_matches(['…', '.', '。'])
}

/// Is it a column of pages that need no date?
pub(super) fn is_standing(name: &str) -> bool {
    STANDING.iter().any(|word| name.contains(word))
}

/// The name of the program or file, without its ending: `show` of `/news/Show.asp`.
pub(super) fn stem(address: &Url) -> String {
    let last = address.path().rsplit('/').next().unwrap_or_default();
    last.split('.').next().unwrap_or_default().to_ascii_lowercase()
}

/// What an address looks like by its words alone.
pub(super) fn junk_by_address(address: &Url) -> Option<JunkKind> {
    let stem = stem(address);
    let path = address.path().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| stem.contains(word));
    let token = |words: &[&str]| stem.split(|c: char| !c.is_ascii_alphabetic()).any(|part| words.contains(&part));
    let query = address.query().unwrap_or_default().to_ascii_lowercase();
    let asks = |names: &[&str]| {
        query.split('&').any(|part| names.iter().any(|name| part.split('=').next().is_some_and(|key| key == *name)))
    };
    if has(&["print", "dayin"]) || asks(&["print", "printpage"]) || query.contains("a=print") {
        return Some(JunkKind::Print);
    }
    if has(&["search", "sousuo"])
        || token(&["so", "query", "find"])
        || asks(&["keyword", "keywords", "searchword", "q"])
    {
        return Some(JunkKind::Search);
    }
    if has(&[
        "login",
        "logon",
        "register",
        "userreg",
        "user_reg",
        "getpass",
        "getpwd",
        "checkuser",
        "chkuser",
        "logout",
    ]) || path.contains("/admin/")
        || path.contains("/manage/")
        || path.contains("/member/")
        || token(&["reg", "login", "admin"])
    {
        return Some(JunkKind::LogIn);
    }
    if has(&["calendar", "rili"]) {
        return Some(JunkKind::Calendar);
    }
    if has(&["counter", "tongji"]) || token(&["count", "hits", "click", "clicks", "stat", "jishu"]) {
        return Some(JunkKind::Counter);
    }
    // `post_508890.html` is an article.
    let numbered = stem.bytes().any(|byte| byte.is_ascii_digit());
    if has(&["vote", "toupiao", "survey", "sendmail", "comment", "pinglun"])
        || path.contains("/e/pl/")
        || (!numbered && token(&["save", "sign", "post", "add"]))
    {
        return Some(JunkKind::Form);
    }
    None
}

/// Does an address look like that of a guestbook?
pub(super) fn is_guestbook(address: &Url) -> bool {
    let stem = stem(address);
    [
        "gbook", "guest", "liuyan", "lyb", "lyban", "message", "feedback", "consult", "zixun", "letter", "xinxiang",
        "mailbox", "jzxx",
    ]
    .iter()
    .any(|word| stem.contains(word))
        || ["/guestbook/", "/gbook/", "/liuyan/", "/message/"]
            .iter()
            .any(|word| address.path().to_ascii_lowercase().contains(word))
}

/// Does a title look like that of a guestbook?
pub(super) fn names_guestbook(title: &str) -> bool {
    ["留言", "信箱", "咨询", "互动交流", "来信", "问答", "投诉", "建言"].iter().any(|word| title.contains(word))
}

/// Is a title that of an error page?
pub(super) fn names_error(title: &str) -> bool {
    let lower = title.to_lowercase();
    [
        "无法找到",
        "找不到",
        "页面不存在",
        "not found",
        "错误提示",
        "出错",
        "服务器错误",
        "runtime error",
        "error 50",
        "无权访问",
        "无权浏览",
        "无权查看",
        "没有权限",
    ]
    .iter()
    .any(|word| lower.contains(word))
        || has_404(&lower)
}

/// `404` by itself: neither in a longer number nor one that counts something, 第404号.
fn has_404(title: &str) -> bool {
    title.match_indices("404").any(|(at, found)| {
        let before = title[..at].chars().next_back();
        let after = title[at + found.len()..].chars().next();
        let counts = |c: char| c.is_ascii_digit() || "第号〔〕[]（）()-年次件人个元项条".contains(c);
        !before.is_some_and(counts) && !after.is_some_and(counts)
    })
}

/// Is it a title that editing programs gave by themselves?
pub(super) fn is_default_title(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    ["新建网页", "new page", "无标题", "untitled", "网页标题", "未命名", "新网页"]
        .iter()
        .any(|word| lower.starts_with(word))
}
