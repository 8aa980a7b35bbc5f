//! What programs of old sites called their tables and columns.

/// Names that programs give the columns, in small letters, likeliest first.
pub(super) mod article {
    pub(in super::super) const TITLE: &[&str] = &[
        "title",
        "newstitle",
        "articletitle",
        "n_title",
        "news_title",
        "infotitle",
        "subject",
        "biaoti",
        "标题",
        "文章标题",
        "新闻标题",
        "信息标题",
        "信息名称",
        "文件名称",
    ];
    pub(in super::super) const ID: &[&str] = &[
        "articleid",
        "newsid",
        "id",
        "contentid",
        "infoid",
        "news_id",
        "n_id",
        "编号",
        "序号",
        "文章编号",
        "信息编号",
    ];
    pub(in super::super) const SUBTITLE: &[&str] = &["subheading", "subtitle", "副标题"];
    pub(in super::super) const DATE: &[&str] = &[
        "updatetime",
        "createtime",
        "regtime",
        "addtime",
        "adddate",
        "pubdate",
        "publishdate",
        "publishtime",
        "inputtime",
        "posttime",
        "dateandtime",
        "newsdate",
        "n_date",
        "infotime",
        "intime",
        "time",
        "date",
        "发布时间",
        "发布日期",
        "公开日期",
        "添加时间",
        "日期",
        "时间",
    ];
    pub(in super::super) const BODY: &[&str] = &[
        "content",
        "newscontent",
        "articlecontent",
        "infocontent",
        "body",
        "n_content",
        "news_content",
        "text",
        "memo",
        "neirong",
        "内容",
        "正文",
        "文章内容",
        "新闻内容",
        "信息内容",
    ];
    pub(in super::super) const SOURCE: &[&str] = &[
        "copyfrom",
        "source",
        "comefrom",
        "newsfrom",
        "origin",
        "laiyuan",
        "from",
        "来源",
        "文章来源",
        "信息来源",
        "发布机构",
    ];
    pub(in super::super) const AUTHOR: &[&str] = &["author", "writer", "newsauthor", "zuozhe", "作者"];
    pub(in super::super) const EDITOR: &[&str] = &["editor", "inputer", "责任编辑", "编辑"];
    pub(in super::super) const COLUMN: &[&str] = &[
        "bigclassname",
        "bigclassid",
        "bigclass",
        "classid",
        "classname",
        "catid",
        "typeid",
        "columnid",
        "sortid",
        "tid",
        "category",
        "typename",
        "栏目",
        "所属栏目",
        "栏目名称",
        "类别",
        "分类",
    ];
    pub(in super::super) const SUBCOLUMN: &[&str] =
        &["smallclassname", "smallclassid", "smallclass", "二级栏目", "子栏目"];
    pub(in super::super) const SUMMARY: &[&str] =
        &["intro", "summary", "description", "introduce", "摘要", "简介", "内容概述"];
    pub(in super::super) const KEYWORDS: &[&str] = &["keyword", "keywords", "key", "关键字", "关键词", "主题词"];
    pub(in super::super) const CLICKS: &[&str] =
        &["hits", "click", "clicks", "clickcount", "readcount", "点击", "点击数", "浏览次数", "点击次数"];
    pub(in super::super) const PICTURE: &[&str] =
        &["defaultpicurl", "picurl", "photourl", "thumb", "litpic", "图片", "标题图片"];
    pub(in super::super) const FILES: &[&str] = &["uploadfiles", "files", "attachments", "附件"];
    pub(in super::super) const LINK: &[&str] = &["linkurl", "redirecturl", "outlink", "跳转地址", "链接地址"];
    pub(in super::super) const STATE: &[&str] =
        &["passed", "status", "checked", "ischeck", "isshow", "verific", "审核", "状态", "是否审核"];
    pub(in super::super) const DELETED: &[&str] = &["deleted", "isdelete", "isdel", "deltf"];
    pub(in super::super) const ADDRESS: &[&str] = &["url", "网址", "地址", "原地址", "链接"];
}

/// Tables of columns. The smaller class comes first: its table names the larger one too.
pub(super) mod column {
    pub(in super::super) const ID: &[&str] = &[
        "smallclassid",
        "bigclassid",
        "classid",
        "catid",
        "typeid",
        "columnid",
        "sortid",
        "id",
        "栏目编号",
        "类别编号",
    ];
    pub(in super::super) const NAME: &[&str] = &[
        "smallclassname",
        "bigclassname",
        "classname",
        "catname",
        "typename",
        "columnname",
        "sortname",
        "foldername",
        "栏目名称",
        "类别名称",
        "分类名称",
    ];
    pub(in super::super) const PARENT: &[&str] =
        &["parentid", "bigclassid", "bigclassname", "fatherid", "pid", "tn", "reid", "上级栏目"];
    pub(in super::super) const ORDER: &[&str] = &["orderid", "rootid", "sortrank", "listorder", "px", "排序"];
}

/// Guestbooks.
pub(super) mod letter {
    pub(in super::super) const TABLE: &[&str] = &[
        "guest", "gbook", "feedback", "message", "liuyan", "letter", "mailbox", "consult", "留言", "咨询", "信箱",
        "来信",
    ];
    pub(in super::super) const ID: &[&str] = &["guestid", "gbookid", "messageid", "letterid", "id", "编号", "序号"];
    pub(in super::super) const TITLE: &[&str] = &["guesttitle", "title", "subject", "biaoti", "标题", "主题"];
    pub(in super::super) const NAME: &[&str] =
        &["guestname", "username", "realname", "truename", "name", "author", "xingming", "姓名", "留言人", "来信人"];
    pub(in super::super) const ASKED: &[&str] = &[
        "guestdatetime",
        "addtime",
        "adddate",
        "posttime",
        "asktime",
        "dateandtime",
        "time",
        "date",
        "留言时间",
        "来信时间",
        "时间",
    ];
    pub(in super::super) const QUESTION: &[&str] =
        &["guestcontent", "content", "question", "message", "words", "body", "neirong", "留言内容", "来信内容", "内容"];
    pub(in super::super) const ANSWER: &[&str] = &[
        "guestreply",
        "reply",
        "answer",
        "replycontent",
        "recontent",
        "huifu",
        "回复内容",
        "答复内容",
        "回复",
        "答复",
    ];
    pub(in super::super) const ANSWERED: &[&str] =
        &["guestreplydatetime", "replytime", "replydate", "retime", "redate", "answertime", "回复时间", "答复时间"];
    pub(in super::super) const UNIT: &[&str] =
        &["guestreplyadmin", "replyunit", "replyer", "replyname", "unit", "回复单位", "答复单位", "回复人"];
}

/// A program by one of its tables.
pub(super) struct Program {
    /// What it is called.
    pub name: &'static str,
    /// Its table, in small letters.
    pub table: &'static str,
    /// A column that it must have, in small letters.
    pub sign: &'static str,
    /// How it addresses what stands there.
    pub addresses: &'static [&'static str],
    /// Its folder of uploads.
    pub files_at: &'static str,
    /// What it replaces in texts.
    pub replace: &'static [(&'static str, &'static str)],
}

/// Programs that departments had. Their addresses are those of a fresh installation: proposals, to be looked at.
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "PowerEasy",
        table: "pe_article",
        sign: "articleid",
        addresses: &[
            "/Article/ShowArticle.asp?ArticleID={id}",
            "/ShowArticle.asp?ArticleID={id}",
            "/Article/Print.asp?ArticleID={id}",
        ],
        files_at: "/Article/UploadFiles/",
        replace: &[("[InstallDir_ChannelDir]{$UploadDir}", "/Article/UploadFiles")],
    },
    Program {
        name: "PowerEasy",
        table: "pe_class",
        sign: "classid",
        addresses: &["/Article/ShowClass.asp?ClassID={id}"],
        files_at: "",
        replace: &[],
    },
    Program {
        name: "ASP article system",
        table: "article",
        sign: "articleid",
        addresses: &[
            "/Article_Show.asp?ArticleID={id}",
            "/ShowArticle.asp?ArticleID={id}",
            "/Article_Print.asp?ArticleID={id}",
        ],
        files_at: "",
        replace: &[],
    },
    Program {
        name: "ASP article system",
        table: "articleclass",
        sign: "classid",
        addresses: &["/Article_Class.asp?ClassID={id}", "/Article_Class2.asp?ClassID={id}"],
        files_at: "",
        replace: &[],
    },
    Program {
        name: "ASP news script",
        table: "news",
        sign: "newsid",
        addresses: &["/NewsDetail.asp?NewsID={id}", "/ReadNews.asp?NewsID={id}", "/ShowNews.asp?NewsID={id}"],
        files_at: "",
        replace: &[],
    },
    Program {
        name: "ASP news script",
        table: "news",
        sign: "id",
        addresses: &["/NewsDetail.asp?ID={id}", "/ShowNews.asp?ID={id}", "/News_View.asp?ID={id}"],
        files_at: "",
        replace: &[],
    },
];

/// The program that a table is one of.
pub(super) fn program(table: &str, header: &[String]) -> Option<&'static Program> {
    let table = table.to_lowercase();
    PROGRAMS
        .iter()
        .find(|program| program.table == table && header.iter().any(|column| column.eq_ignore_ascii_case(program.sign)))
}
