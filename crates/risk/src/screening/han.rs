//! Chinese characters of names that are written in two ways. Each pair is the traditional form and the simplified one;
//! both are read as the simplified one. It is a list of surnames and of letters that given names and firms are made
//! of, not a conversion of texts: what is missing is compared as it stands.

/// Pairs, the traditional letter first.
const PAIRS: &str = "張张陳陈劉刘黃黄楊杨趙赵吳吴鄭郑孫孙馬马羅罗謝谢韓韩許许鄧邓馮冯蕭萧葉叶蔣蒋呂吕蘇苏盧卢賈贾閻阎\
    譚谭鐘钟鍾钟陸陆範范韋韦鄒邹龍龙龔龚顧顾錢钱湯汤嚴严賴赖萬万饒饶喬乔賀贺駱骆紀纪衛卫單单應应歐欧陽阳聶聂溫温蔔卜寧宁\
    塗涂畢毕齊齐倫伦魯鲁習习婁娄檢检邊边儲储閔闵諸诸葛葛厲厉關关勞劳郟郏陰阴隋隋鄔邬農农莊庄龐庞廉廉黨党竇窦車车鮑鲍費费\
    滕滕樂乐於于時时傅傅鄺邝岑岑蓋盖過过連连偉伟國国華华強强軍军東东麗丽紅红蘭兰鳳凤瓊琼瑩莹賢贤傑杰義义慶庆愛爱榮荣\
    蓮莲蓉蓉鵬鹏飛飞濤涛傳传輝辉潔洁靜静穎颖豔艳艷艳嬌娇妍妍嵐岚兒儿學学勝胜峰峰峯峰剛刚鋼钢鐵铁銀银鋒锋鑫鑫錦锦鎮镇\
    銘铭鈞钧鉅巨賓宾寶宝貴贵財财買买賣卖貿贸資资賴赖進进運运達达遠远選选鄉乡長长門门開开闊阔際际陝陕隆隆雲云電电靈灵\
    韻韵順顺頤颐領领頭头題题顏颜風风飯饭養养館馆驗验騰腾驍骁驥骥鶴鹤鷹鹰麥麦點点齡龄壽寿夢梦奮奋婭娅實实寬宽將将專专\
    導导屬属島岛嶺岭帥帅師师廠厂廣广廈厦張张後后從从復复德德恆恒懷怀戰战戲戏擇择擁拥據据捷捷揚扬書书會会條条業业極极\
    標标樣样機机權权歡欢歲岁歷历氣气漢汉滿满漁渔潤润澤泽濟济滬沪灣湾煒炜燁烨爾尔獅狮環环現现產产畫画異异發发盛盛監监\
    礦矿祿禄禮礼種种稱称穀谷積积競竞筆笔節节築筑簡简紡纺純纯紙纸細细終终組组結结絲丝經经綠绿維维網网緒绪線线縣县總总\
    織织繼继續续罰罚聖圣聞闻聯联聰聪職职膠胶臨临興兴舉举舊旧藝艺藥药虛虚號号裝装製制見见規规視视親亲覺觉觀观訂订計计\
    記记設设試试詩诗話话誠诚語语調调談谈論论識识證证議议護护讀读變变讓让豐丰貝贝負负貢贡責责貨货質质輪轮輸输轉转農农\
    醫医釀酿釋释針针鍵键鏈链鏡镜闖闯陣阵隊队階阶隨随險险雞鸡離离難难雙双雜杂霧雾靜静韶韶響响須须預预頻频類类飾饰餘余\
    駿骏騎骑驚惊體体鬥斗魚鱼鮮鲜鳥鸟鴻鸿麟麟黌黉齒齿夢梦嬋婵嬰婴孌娈個个僑侨億亿兩两劃划勁劲動动務务勵励區区協协參参\
    問问啟启嘉嘉園园圖图團团場场堅坚報报塊块塵尘墻墙墾垦壇坛壓压壯壮";

/// The letter that a letter of a name is read as.
pub(super) fn simplified(letter: char) -> char {
    let mut pairs = PAIRS.chars();
    while let (Some(traditional), Some(simple)) = (pairs.next(), pairs.next()) {
        if traditional == letter {
            return simple;
        }
    }
    letter
}

/// Whether a letter is a Chinese one.
pub(super) const fn is_han(letter: char) -> bool {
    let common = matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}');
    common || matches!(letter, '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_whole_and_end_in_one_step() {
        let letters: Vec<char> = PAIRS.chars().collect();
        assert_eq!(letters.len() % 2, 0);
        assert!(letters.iter().all(|letter| is_han(*letter)), "no space crept in");
        for pair in letters.chunks(2) {
            assert_eq!(simplified(pair[0]), simplified(simplified(pair[0])), "{pair:?}");
        }
        for (traditional, simple) in [('張', '张'), ('劉', '刘'), ('歐', '欧'), ('鍾', '钟'), ('張', '张')]
        {
            assert_eq!(simplified(traditional), simple);
        }
        assert_eq!(simplified('王'), '王');
    }
}
