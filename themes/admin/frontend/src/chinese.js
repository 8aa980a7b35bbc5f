// The editor's own words in Chinese. The catalogue is written for TinyMCE 6, whose words HugeRTE has kept.
import "./name.js";
import "tinymce-i18n/langs6/zh-Hans.js";
