//! `check("…")`: commands as an accountant would write them, one a line, the outcome behind `->`. After every line
//! the world's invariants are checked; a refusal must leave every row as it was.
//!
//! An order is named by the merchant's number. `between 2 : close T1 shop` decides a command before the second step of
//! the next line's chain, as another cell would.

use crate::support::{World, login_in};
use base::{AgreementNo, AppId, DAY_US, Day, HOUR_US, MINUTE_US, OrderNo, PartyId, SECOND_US, Slot, Text};
use engine::{
    AgreementDelivery, CancelAction, CancelOrder, ClaimOrder, CloseOrder, Command, ConfirmGoods, ConfirmPay,
    DebitOrder, EndMandate, FindAccount, FindAgreement, FindByBuyer, FindEscrow, FindLogin, FindMandate,
    FindOffer, FindOrder, FindOrderByNo, FindParty, FindRefund, FindTrade, IssuePayCode, JudgePassword,
    NewPassword, OfferAgreement, OpenApp, OpenOrder, OpenParty, OpenSigning, PayBy, PostponeDebit,
    RefundOrder, Reply, RunTimer, SetAppStatus, SetPartyStatus, SetRules, SignAgreement, TopUp, TryPassword,
    UnsignAgreement, Which,
};
use engine::{Key, Table};
use ledger::AccountKind;
use money::{Currency, Money, Rate, parse_amount};
use people::{AppMode, AppStatus, PartyKind, PartyStatus};
use std::collections::BTreeMap;
use trade::{
    Agreement, Delivery, Goods, Mandate, Meaning, Notice, Order, OrderNumber, PeriodRule, PersonalProduct,
    Product, Refund, Rulebook, Signing, Terms, Timeout, Trade, Unit, Validity, WireCharset,
};

/// Runs a script in a fresh world and hands the world back.
pub(crate) fn check(script: &str) -> Script {
    let mut fresh = Script::new();
    fresh.play(script);
    fresh
}

/// Runs a script in a world whose people a first script made.
pub(crate) fn check_in(people: &str, script: &str) -> Script {
    let mut fresh = check(people);
    fresh.play(script);
    fresh
}

pub(crate) struct Script {
    pub(crate) world: World,
    pub(crate) parties: BTreeMap<String, PartyId>,
    pub(crate) apps: BTreeMap<PartyId, AppId>,
    pub(crate) agreements: BTreeMap<String, AgreementNo>,
    pub(crate) tries: BTreeMap<String, u64>,
    next_slot: u8,
    pub(crate) last: Option<Reply>,
}

/// The words of a line, and its `name=value` pairs.
pub(crate) struct Words<'a> {
    pub(crate) plain: Vec<&'a str>,
    pub(crate) named: BTreeMap<&'a str, &'a str>,
}

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Words<'a> {
        let (named, plain): (Vec<&str>, Vec<&str>) =
            text.split_whitespace().partition(|word| word.contains('='));
        Words { plain, named: named.into_iter().filter_map(|word| word.split_once('=')).collect() }
    }
    pub(crate) fn at(&self, index: usize) -> &'a str {
        self.plain.get(index).unwrap_or_else(|| panic!("word {index} is missing in {:?}", self.plain))
    }
    pub(crate) fn text<const N: usize>(&self, name: &str) -> Option<Text<N>> {
        self.named.get(name).map(|value| Text::new(value).unwrap())
    }
}

pub(crate) fn cny(text: &str) -> Money {
    parse_amount(text, Currency::Cny).unwrap()
}

pub(crate) fn digest(name: &str) -> [u8; 16] {
    let mut digest = [0; 16];
    digest[..name.len()].copy_from_slice(name.as_bytes());
    digest
}

pub(crate) fn span_us(text: &str) -> i64 {
    let (count, unit) = text.split_at(text.len() - 1);
    let count: i64 = count.parse().unwrap();
    count
        * match unit {
            "s" => SECOND_US,
            "m" => MINUTE_US,
            "h" => HOUR_US,
            "d" => DAY_US,
            other => panic!("no unit {other}"),
        }
}

impl Script {
    pub(crate) fn new() -> Script {
        let (parties, apps, tries) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let agreements = BTreeMap::new();
        Script { world: World::new(), parties, apps, agreements, tries, next_slot: 1, last: None }
    }

    pub(crate) fn play(&mut self, script: &str) {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (text, expected) = match line.split_once("->") {
                Some((text, expected)) => (text.trim(), Some(expected.trim())),
                None => (line, None),
            };
            let told = self.line(text);
            match expected {
                // Whatever comes of it: the world is looked at all the same.
                Some("?") => {}
                Some(expected) => assert_eq!(told, expected, "\n{line}"),
                None => assert!(!told.contains("refused"), "{line} gave {told}"),
            }
            if self.world.between.is_empty() {
                self.world.check();
            }
        }
    }

    /// Runs one line and says what came of it.
    pub(crate) fn line(&mut self, text: &str) -> String {
        if let Some(rest) = text.strip_prefix("between ") {
            let (step, inner) = rest.split_once(':').expect("between <step> : <command>");
            let command = self.command(&Words::of(inner)).expect("only commands stand between steps");
            self.world.between.push((step.trim().parse().unwrap(), command));
            return "later".to_owned();
        }
        if let Some(rest) = text.strip_prefix("close-line ") {
            let told = self.line(&format!("propose-line {rest}"));
            return if told.contains("refused") { told } else { self.line(&format!("approve-line {rest}")) };
        }
        let words = Words::of(text);
        let Some(command) = self.command(&words) else { return self.look(&words) };
        let before = (self.world.between.is_empty()).then(|| self.world.rows.clone());
        let steps_before = self.world.between_replies.len();
        let ran = self.world.run(command.clone());
        assert!(self.world.between.is_empty(), "the chain ended before the command between its steps");
        let accepted = ran.is_accepted();
        let reply = ran.reply.expect("every slot is at home");
        // But a wrong password uses its try up.
        if let Some(before) = before.filter(|_| !accepted && ran.steps == 1 && words.at(0) != "judge") {
            // What risk rules found is written down, and nothing else.
            let noted = |key: &Key| matches!(key.table(), Table::RiskDecision | Table::RiskCase);
            let mut after = self.world.rows.clone();
            after.retain(|key, _| !noted(key) || before.contains_key(key));
            // It uses the proof up, and what is looked at by a person waits for that.
            let by_risk = tell(&reply).contains("Risk(");
            let moved = |key: &Key| {
                let kept = matches!(key.table(), Table::Transfer | Table::BankOrder | Table::Timer);
                // That a card was named wrongly is counted, too.
                by_risk && (kept || matches!(key.table(), Table::Attempt | Table::PasskeyProof))
                    || key.table() == Table::CardGuess
            };
            let mut before = before;
            before.retain(|key, _| !moved(key));
            after.retain(|key, _| !moved(key));
            assert!(before == after, "a refusal changes nothing: {text}");
        }
        if words.at(0) == "try" && accepted {
            let Reply::TryPassword(Ok(reserved)) = &reply else { panic!("another reply") };
            self.tries.insert(words.at(3).to_owned(), reserved.attempt);
        }
        if let Reply::OfferAgreement(Ok(agreement)) = &reply {
            self.agreements.insert(words.at(1).to_owned(), agreement.no);
        }
        let replies = self.world.between_replies[steps_before..].iter().chain([&reply]);
        let told = replies.map(tell).collect::<Vec<_>>().join(" | ");
        self.last = Some(reply);
        told
    }

    pub(crate) fn party(&self, name: &str) -> PartyId {
        let unknown = PartyId::issue(9_000_000_000, Slot::new(77).unwrap()).unwrap();
        self.parties.get(name).copied().unwrap_or(unknown)
    }

    pub(crate) fn no(&self, name: &str) -> OrderNo {
        if let Ok(no) = name.parse() {
            return no;
        }
        if let Some(agreement) = self.agreements.get(name) {
            return agreement.topic();
        }
        let found = self
            .world
            .all::<OrderNumber>()
            .find(|number| number.out_trade_no.as_str() == name)
            .map(|number| number.no);
        found.unwrap_or(OrderNo::from_number(1_700_000_000_000_000_088).unwrap())
    }

    pub(crate) fn order(&self, name: &str) -> std::sync::Arc<Order> {
        let no = self.no(name);
        self.world.get::<Order>((no.slot(), no)).unwrap_or_else(|| panic!("no order {name}"))
    }

    pub(crate) fn refund(&self, name: &str, number: &str) -> std::sync::Arc<Refund> {
        let no = self.no(name);
        self.world
            .get::<Refund>((no.slot(), no, Text::new(number).unwrap()))
            .unwrap_or_else(|| panic!("no refund {number}"))
    }

    /// `T1` is the merchant's number, `#T1` our own number of it.
    /// A number that no act had before.
    pub(crate) fn fresh_no(&self) -> Text<64> {
        Text::new(&format!("r{}", self.world.rows.len())).unwrap()
    }

    fn which(&self, name: &str) -> Which {
        match name.strip_prefix('#') {
            Some(name) => Which::No(self.no(name)),
            None => Which::Out(Text::new(name).unwrap()),
        }
    }

    fn command(&mut self, words: &Words<'_>) -> Option<Command> {
        let verb = words.at(0);
        let party = |index| self.party(words.at(index));
        let by_seller = |index| (self.party(words.at(index)), self.which(words.at(index - 1)));
        Some(match verb {
            "person" | "merchant" => return self.open(words).map(Command::from),
            "topup" => {
                let key = words.text("key").unwrap_or(Text::new(&self.world.rows.len().to_string()).unwrap());
                let currency =
                    words.named.get("in").map_or(Currency::Cny, |code| Currency::from_code(code).unwrap());
                TopUp { party: party(1), amount: parse_amount(words.at(2), currency).unwrap(), key }.into()
            }
            "status" => {
                let status = match words.at(2) {
                    "normal" => PartyStatus::Normal,
                    "frozen" => PartyStatus::Frozen,
                    "closed" => PartyStatus::Closed,
                    other => panic!("no status {other}"),
                };
                SetPartyStatus { party: party(1), status }.into()
            }
            "app" => {
                let mode = if words.named.contains_key("cert") { AppMode::Cert } else { AppMode::Key };
                let (certificate, cert_sn) = (words.text("cert"), words.text("sn"));
                let (public_key, sealed_aes_key) = (vec![1, 2, 3], None);
                OpenApp {
                    seller: party(1),
                    mode,
                    public_key,
                    certificate,
                    cert_sn,
                    allow_rsa1: false,
                    sealed_aes_key,
                }
                .into()
            }
            "disable" => {
                let unknown = AppId::issue(9, self.party(words.at(1)).slot()).unwrap();
                let app = self.apps.get(&self.party(words.at(1))).copied().unwrap_or(unknown);
                SetAppStatus { app, status: AppStatus::Disabled }.into()
            }
            "rules" => {
                let fee = Rate::from_ppm(words.named["fee"].parse().unwrap()).unwrap();
                let limit = cny(words.named["limit"]).minor();
                let effective_at_us =
                    self.world.wall_us + words.named.get("in").map_or(0, |span| span_us(span));
                let (slot, password_free_limit_minor) = (Slot::PLATFORM, limit);
                SetRules {
                    rules: Rulebook {
                        slot,
                        effective_at_us,
                        merchant_fee_ppm: fee,
                        password_free_limit_minor,
                    },
                }
                .into()
            }
            "line" => crate::statement::command(self, words).into(),
            "statement" => crate::statement::begin(words).into(),
            "propose-line" => crate::statement::propose(self, words).into(),
            "withdraw-line" => crate::statement::withdraw(self, words).into(),
            "approve-line" => crate::statement::approve(self, words).into(),
            verb if verb.starts_with("bk-") => crate::bank::command(self, words),
            verb if verb.starts_with("fz-") => crate::freeze::command(self, words),
            verb if verb.starts_with("tr-") => return crate::transfer::command(self, words),
            verb if verb.starts_with("tc-") => return crate::card_transfer::command(self, words),
            verb if verb.starts_with("tb-") => return crate::batch::command(self, words),
            verb if verb.starts_with("dc-") => return crate::close_day::command(self, words),
            "unsettled" => engine::FindUnsettled { seller: party(1), currency: Currency::Cny }.into(),
            verb if verb.starts_with("ct-") => return crate::contract::command(self, words),
            verb if verb.starts_with("rk-") => return crate::risk::command(self, words),
            "code" => IssuePayCode { party: party(1), digest: digest(words.at(2)), attempt: None }.into(),
            "pay" => self.order_command(words, Product::FaceToFace, Some(3)).into(),
            "precreate" => self.order_command(words, Product::QrCode, None).into(),
            "create" => self.order_command(words, Product::MiniProgram, None).into(),
            "page" => self.order_command(words, Product::Page, None).into(),
            // counter T1 shop 12.30 buyer=alice
            "counter" => self.order_command(words, Product::StaticCode, None).into(),
            "escrow" => {
                let goods = match words.named.get("of").copied().unwrap_or("physical") {
                    "physical" => Goods::Physical,
                    "virtual" => Goods::Virtual,
                    "auto" => Goods::AutoDelivery,
                    "topup" => Goods::TopUp,
                    "wholesale" => Goods::Wholesale,
                    "cross" => Goods::CrossBorder,
                    other => panic!("no goods {other}"),
                };
                self.order_command(words, goods.product(), None).into()
            }
            "received" => {
                let attempt = self.tries.get(words.at(3)).copied().unwrap_or(999_999);
                let request_no = words.text("no").unwrap_or_else(|| self.fresh_no());
                ConfirmGoods { buyer: party(2), order_no: self.no(words.at(1)), attempt, request_no }.into()
            }
            "see" => FindEscrow {
                order_no: self.no(words.at(1)),
                party: words.plain.get(2).map(|name| self.party(name)),
            }
            .into(),
            "seller" | "buyer" | "arbiter" => {
                crate::escrow::command(self, words.plain.as_slice(), &words.named).into()
            }
            "page-sign" => {
                let (order, terms) =
                    (self.order_command(words, Product::Page, None), self.offer(words).terms);
                OpenSigning { order, terms, sign_notify_url: words.text("tell") }.into()
            }
            "claim" => {
                let by_code = words.plain.contains(&"code");
                ClaimOrder { order_no: self.no(words.at(1)), buyer: party(2), by_code }.into()
            }
            "try" => TryPassword { party: party(2), about: crate::bank::about(self, words.at(1)) }.into(),
            "judge" => {
                let attempt = self.tries.get(words.at(2)).copied().unwrap_or(999_999);
                JudgePassword { party: party(1), attempt, right: words.at(3) == "right" }.into()
            }
            "confirm" => {
                let attempt = self.tries.get(words.at(3)).copied().unwrap_or(999_999);
                ConfirmPay { buyer: party(2), order_no: self.no(words.at(1)), attempt }.into()
            }
            "close" => {
                let (seller, which) = by_seller(2);
                CloseOrder { seller, which }.into()
            }
            "cancel" => {
                let (seller, which) = by_seller(2);
                CancelOrder { seller, which }.into()
            }
            "refund" => {
                let (seller, which) = by_seller(2);
                let out_request_no = words.plain.get(4).map(|number| Text::new(number).unwrap());
                let currency =
                    words.named.get("in").map_or(Currency::Cny, |code| Currency::from_code(code).unwrap());
                let amount = parse_amount(words.at(3), currency).unwrap();
                RefundOrder {
                    seller,
                    which,
                    amount,
                    out_request_no,
                    reason: words.text("reason"),
                    back: crate::split::back(self, words),
                }
                .into()
            }
            "bind" => crate::split::bind(self, words).into(),
            "unbind" => crate::split::unbind(self, words).into(),
            "split" => crate::split::split(self, words).into(),
            "find-split" => crate::split::find(self, words).into(),
            "left" => engine::FindSplittable { seller: party(2), order_no: self.no(words.at(1)) }.into(),
            "bound" => engine::FindRelations { seller: party(1) }.into(),
            "query" => {
                let (seller, which) = by_seller(2);
                FindOrder { seller, which }.into()
            }
            "offer" | "sign" | "unsign" | "give-up" | "postpone" | "debit" | "agreed" | "offered"
            | "named" | "mandate" => self.about_agreement(words),
            "look" => FindOrderByNo { order_no: self.no(words.at(1)) }.into(),
            "refunded" => {
                let (seller, which) = by_seller(2);
                FindRefund { seller, which, out_request_no: Text::new(words.at(3)).unwrap() }.into()
            }
            "trade" => FindTrade { buyer: party(2), order_no: self.no(words.at(1)) }.into(),
            "login" => FindLogin { login: Text::new(words.at(1)).unwrap() }.into(),
            "who" => FindParty { party: party(1) }.into(),
            "account" => {
                FindAccount { party: party(1), currency: Currency::from_code(words.at(2)).unwrap() }.into()
            }
            "timer" => {
                let timer =
                    self.world.get::<Order>((self.no(words.at(1)).slot(), self.no(words.at(1)))).unwrap();
                RunTimer { due_at_us: timer.expires_at_us, timer: timer.timer.unwrap() }.into()
            }
            _ => return None,
        })
    }

    /// The agreement of a name, or one that is not there.
    pub(crate) fn agreement(&self, name: &str) -> AgreementNo {
        self.agreements
            .get(name)
            .copied()
            .unwrap_or(AgreementNo::from_number(1_700_000_000_000_000_088).unwrap())
    }

    /// `offer A1 shop month=1 first=2026-01-10 single=30.00`, `sign A1 alice P1`, `debit T1 shop A1 30.00`, …
    fn about_agreement(&self, words: &Words<'_>) -> Command {
        let (agreement_no, party) = (self.agreement(words.at(1)), self.party(words.at(2)));
        match words.at(0) {
            "offer" => self.offer(words).into(),
            "sign" => {
                let attempt = self.tries.get(words.at(3)).copied().unwrap_or(999_999);
                SignAgreement { agreement_no, buyer: party, attempt }.into()
            }
            "unsign" => UnsignAgreement { seller: party, agreement_no }.into(),
            "give-up" => EndMandate { buyer: party, agreement_no }.into(),
            "postpone" => {
                PostponeDebit { seller: party, agreement_no, to: words.at(3).parse().unwrap() }.into()
            }
            "debit" => {
                let (agreement_no, by_plan) =
                    (self.agreement(words.at(3)), !words.named.contains_key("noplan"));
                let mut order = self.order_command(words, Product::FaceToFace, Some(3));
                order.pay_by = None;
                DebitOrder { order, agreement_no, by_plan }.into()
            }
            "agreed" => FindAgreement { seller: party, agreement_no }.into(),
            "offered" => FindOffer { agreement_no }.into(),
            "mandate" => FindMandate { buyer: party, agreement_no }.into(),
            "named" => FindByBuyer {
                buyer: self.party(words.at(1)),
                seller: party,
                product: PersonalProduct::CyclePay,
                sign_scene: words.text("scene").unwrap_or(Text::new("INDUSTRY|DIGITAL_MEDIA").unwrap()),
                external_agreement_no: words.text("ext"),
            }
            .into(),
            other => panic!("no such line: {other}"),
        }
    }

    fn offer(&self, words: &Words<'_>) -> OfferAgreement {
        let seller = self.party(words.at(2));
        let (month, day) = (words.named.get("month"), words.named.get("day"));
        let unit = if month.is_some() { Unit::Month } else { Unit::Day };
        let money = |name: &str| words.named.get(name).map(|amount| cny(amount));
        let rule = month.or(day).map(|every| PeriodRule {
            unit,
            every: every.parse().unwrap(),
            first: words.named["first"].parse::<Day>().unwrap(),
            single: money("single").unwrap_or(cny("30.00")),
            total: money("total"),
            payments: words.named.get("times").map(|times| times.parse().unwrap()),
        });
        let product = if rule.is_some() { PersonalProduct::CyclePay } else { PersonalProduct::Withholding };
        let of_app = words.named.get("app").map_or(seller, |name| self.party(name));
        OfferAgreement {
            seller,
            app: self.apps.get(&of_app).copied().unwrap_or(AppId::issue(1, seller.slot()).unwrap()),
            terms: Terms {
                product,
                sign_scene: words.text("scene").unwrap_or(Text::new("INDUSTRY|DIGITAL_MEDIA").unwrap()),
                external_agreement_no: words.text("ext"),
                external_logon_id: words.text("logon"),
                rule,
                validity: words.named.get("valid").map(|text| Validity::parse(text).unwrap()),
            },
            delivery: AgreementDelivery {
                notify_url: Some(Text::new("https://shop.example/agreements").unwrap()),
                return_url: None,
                charset: WireCharset::Utf8,
                rsa1: false,
            },
            sign_within_us: words.named.get("within").map(|span| span_us(span)),
        }
    }

    /// `person alice 100.00 slot=7` opens a party with a password and money; `person alice nopassword=y`.
    fn open(&mut self, words: &Words<'_>) -> Option<OpenParty> {
        let name = words.at(1);
        let slot = words.named.get("slot").map_or(self.next_slot, |slot| slot.parse().unwrap());
        self.next_slot += 1;
        let login = words.text("login").unwrap_or_else(|| Text::new(&login_in(name, slot)).unwrap());
        let kind = if words.at(0) == "merchant" { PartyKind::Merchant } else { PartyKind::Person };
        let password = NewPassword { verifier: Text::new("$argon2id$test").unwrap(), pepper_version: 1 };
        let password = (!words.named.contains_key("nopassword")).then_some(password);
        let command = OpenParty { kind, login, name: Text::new(name).unwrap(), password };
        if words.named.contains_key("login") {
            return Some(command);
        }
        let Some(Reply::OpenParty(Ok(id))) = self.world.run(command).reply else {
            panic!("{name} is not opened")
        };
        self.parties.insert(name.to_owned(), id);
        if kind == PartyKind::Merchant {
            let public_key = vec![1, 2, 3];
            let (certificate, cert_sn, sealed_aes_key) = (None, None, None);
            let app = OpenApp {
                seller: id,
                mode: AppMode::Key,
                public_key,
                certificate,
                cert_sn,
                allow_rsa1: false,
                sealed_aes_key,
            };
            let Some(Reply::OpenApp(Ok(app))) = self.world.run(app).reply else {
                panic!("no app for {name}")
            };
            self.apps.insert(id, app);
        }
        if let Some(amount) = words.plain.get(2) {
            let key = Text::new("opening").unwrap();
            let funded = |world: &mut World| world.run(TopUp { party: id, amount: cny(amount), key });
            assert!(cny(amount).is_zero() || funded(&mut self.world).is_accepted());
        }
        None
    }

    /// `pay T1 shop C1 30.00` (the code belongs to the party it was issued to), `precreate T1 shop 30.00`, …
    pub(crate) fn order_command(
        &self,
        words: &Words<'_>,
        product: Product,
        code_at: Option<usize>,
    ) -> OpenOrder {
        let seller = self.party(words.at(2));
        let amount_at = if code_at.is_some() { 4 } else { 3 };
        let currency = words.named.get("in").map_or(Currency::Cny, |code| Currency::from_code(code).unwrap());
        let pay_by = code_at.map(|index| {
            let digest = digest(words.at(index));
            let owner =
                self.world.all::<trade::PayCode>().find(|code| code.digest == digest).map(|code| code.slot);
            let named = words.named.get("slot").map(|slot| Slot::new(slot.parse().unwrap()).unwrap());
            PayBy { slot: named.or(owner).unwrap_or(Slot::new(1).unwrap()), digest }
        });
        let meaning = Meaning {
            product,
            total: parse_amount(words.at(amount_at), currency).unwrap(),
            subject: words.text("subject").unwrap_or(Text::new("tea").unwrap()),
            body: words.text("body"),
            named_buyer: words.named.get("buyer").map(|name| self.party(name)),
            goods_detail: words.text("goods"),
        };
        let delivery = Delivery {
            notify_url: (!words.named.contains_key("silent"))
                .then(|| Text::new("https://shop.example/notify").unwrap()),
            return_url: None,
            quit_url: None,
            charset: WireCharset::Utf8,
            rsa1: false,
            store_id: words.text("store"),
            terminal_id: None,
            operator_id: None,
            passback_params: words.text("passback"),
            merchant_order_no: None,
        };
        let timeout = |name: &str| words.named.get(name).map(|text| Timeout::parse(text).unwrap());
        let of_app = words.named.get("app").map_or(seller, |name| self.party(name));
        OpenOrder {
            seller,
            app: self.apps.get(&of_app).copied().unwrap_or(AppId::issue(1, seller.slot()).unwrap()),
            out_trade_no: Text::new(words.at(1)).unwrap(),
            meaning,
            delivery,
            timeout: timeout("timeout"),
            expires_at_us: words.named.get("expires").map(|span| self.world.wall_us + span_us(span)),
            code_timeout: timeout("qr"),
            pay_by,
            royalty_freeze: words.named.contains_key("freeze"),
        }
    }

    /// Lines that are no command: they look, or let time pass.
    fn look(&mut self, words: &Words<'_>) -> String {
        match words.at(0) {
            "person" | "merchant" => "ok".to_owned(),
            "advance" => {
                self.world.advance(span_us(words.at(1)));
                "ok".to_owned()
            }
            // Time passes, and what becomes due in it is done.
            "wait" => {
                self.world.advance(span_us(words.at(1)));
                for timer in &self.world.due() {
                    let ran = self.world.run(RunTimer { due_at_us: timer.due_at_us, timer: timer.no });
                    assert!(ran.is_accepted());
                }
                "ok".to_owned()
            }
            "due" => {
                let due = self.world.due();
                for timer in &due {
                    let ran = self.world.run(RunTimer { due_at_us: timer.due_at_us, timer: timer.no });
                    assert!(ran.is_accepted());
                }
                due.len().to_string()
            }
            // Like `due`, for the clocks of escrows alone.
            "tick" => {
                let mut due = self.world.due();
                due.retain(|timer| timer.task == trade::TimerTask::EscrowStep);
                for timer in &due {
                    let ran = self.world.run(RunTimer { due_at_us: timer.due_at_us, timer: timer.no });
                    assert!(ran.is_accepted());
                }
                due.len().to_string()
            }
            "balance" => {
                let units = self.world.balance(self.party(words.at(1)), AccountKind::Balance);
                Money::from_minor(units.unsigned_abs(), Currency::Cny).unwrap().to_string()
            }
            "fees" => {
                let slot = self.party(words.at(1)).slot();
                self.world.balance(PartyId::platform(slot), AccountKind::FeeIncome).to_string()
            }
            "order" => {
                let order = self.order(words.at(1));
                format!(
                    "{:?} refunded {} fee {} returned {}",
                    order.state,
                    order.refunded(),
                    order.fee(),
                    order.fee_returned()
                )
            }
            "trade-row" => {
                let (no, buyer) = (self.no(words.at(1)), self.party(words.at(2)));
                let trade = self.world.get::<Trade>((buyer.slot(), no)).filter(|trade| trade.buyer == buyer);
                trade.map_or("none".to_owned(), |trade| {
                    format!("{:?} {}", trade.state, trade.refunded_minor.of(trade.currency))
                })
            }
            // `A1 shop`: both sides of an agreement.
            "both" => {
                let no = self.agreement(words.at(1));
                let side = |progress: trade::Progress| {
                    format!(
                        "{:?} {} debits {} step {}{}",
                        progress.state,
                        progress.debits,
                        progress.debited_minor.of(Currency::Cny),
                        progress.plan_step,
                        progress.ended_by.map_or(String::new(), |by| format!(" by {by:?}"))
                    )
                };
                let agreement = self.world.all::<Agreement>().find(|row| row.no == no);
                let mandate = self.world.all::<Mandate>().find(|row| row.no == no);
                let told = (
                    agreement.map_or("none".to_owned(), |row| side(row.progress())),
                    mandate.map_or("none".to_owned(), |row| side(row.progress())),
                );
                if told.0 == told.1 { told.0 } else { format!("{} / {}", told.0, told.1) }
            }
            "told" => {
                let topic = self.agreement(words.at(1)).topic();
                let told = self.world.all::<Notice>().filter(|notice| notice.order_no == topic);
                let told =
                    told.filter_map(|notice| notice.content.as_ref().map(|content| content.to_string()));
                let kinds =
                    told.map(|content| content.split("\"notify_type\":\"").nth(1).unwrap().to_owned());
                kinds.map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
            }
            // `T1 A1`: what became of what is signed by paying T1; from then on A1 is the agreement's name.
            "signing" => {
                let no = self.no(words.at(1));
                let signing = self.world.get::<Signing>((no.slot(), no)).expect("its terms stand beside it");
                match (signing.agreement_no, signing.refused) {
                    (None, None) => "waiting".to_owned(),
                    (None, Some(refused)) => format!("{refused:?}"),
                    (Some(agreement), refused) => {
                        assert_eq!(refused, None);
                        self.agreements.insert(words.at(2).to_owned(), agreement);
                        "signed".to_owned()
                    }
                }
            }
            "refund-row" => {
                let refund = self.refund(words.at(1), words.at(2));
                format!(
                    "{:?} {} fee {}",
                    refund.state,
                    refund.amount(),
                    refund.fee_back_minor.of(refund.currency)
                )
            }
            "notices" => {
                let no = self.no(words.at(1));
                let told = self.world.all::<Notice>().filter(|notice| notice.order_no == no).map(|notice| {
                    let closed = if notice.closed { " closed" } else { "" };
                    let number =
                        notice.out_biz_no.as_ref().map_or(String::new(), |number| format!(" {number}"));
                    let refunded = notice.refunded_minor.of(Currency::Cny);
                    format!("{:?}{number} {refunded}{closed}", notice.event)
                });
                told.collect::<Vec<_>>().join(", ")
            }
            verb if verb.starts_with("tr-") => crate::transfer::look(self, words),
            verb if verb.starts_with("tc-") => crate::card_transfer::look(self, words),
            verb if verb.starts_with("tb-") => crate::batch::look(self, words),
            verb if verb.starts_with("st-") => crate::settle_sales::look(self, words),
            verb if verb.starts_with("dc-") => crate::close_day::look(self, words),
            verb if verb.starts_with("rk-") => crate::risk::look(self, words),
            other => panic!("no such line: {other}"),
        }
    }
}

fn result<T, E: std::fmt::Debug>(answer: &Result<T, E>, done: impl FnOnce(&T) -> String) -> String {
    match answer {
        Ok(answer) => done(answer),
        Err(refused) => {
            // `NumberTaken { field: "subject" }` is written `NumberTaken(subject)`.
            let refused = format!("refused {refused:?}");
            let told = refused.replace(" { field: \"", "(").replace("\" }", ")");
            // How much a limit is stands in its rules.
            told.split(" { max: ").next().unwrap_or(&told).to_owned()
        }
    }
}

/// What a reply says, in a word or two.
fn tell(reply: &Reply) -> String {
    let ok = || "ok".to_owned();
    match reply {
        Reply::OpenParty(answer) => result(answer, |_| ok()),
        Reply::Receive(answer) => result(answer, |up_to| up_to.to_string()),
        Reply::Acknowledge(answer) => result(answer, |()| ok()),
        Reply::SetPartyStatus(answer) => result(answer, |()| ok()),
        Reply::OpenApp(answer) => result(answer, |_| ok()),
        Reply::SetAppStatus(answer) => result(answer, |()| ok()),
        Reply::SetRules(answer) => result(answer, |()| ok()),
        Reply::TopUp(answer) => result(answer, |account| account.available().to_string()),
        Reply::IssuePayCode(answer) => result(answer, |_| ok()),
        Reply::OpenOrder(answer) => result(answer, |opened| {
            format!("{}{:?}", if opened.paid { "paid " } else { "" }, opened.order.state)
        }),
        Reply::ClaimOrder(answer) => result(answer, |claimed| format!("{:?}", claimed.order.state)),
        Reply::TryPassword(answer) => result(answer, |_| ok()),
        Reply::JudgePassword(answer) => result(answer, |()| ok()),
        Reply::ConfirmPay(answer) => result(answer, |order| format!("{:?}", order.state)),
        Reply::CloseOrder(answer) => result(answer, |order| format!("{:?}", order.state)),
        Reply::CancelOrder(answer) => result(answer, |cancelled| match cancelled.action {
            Some(CancelAction::Close) => format!("close {:?}", cancelled.order.as_ref().unwrap().state),
            Some(CancelAction::Refund) => format!("refund {:?}", cancelled.order.as_ref().unwrap().state),
            None => {
                assert!(cancelled.order.is_none(), "an order that is not there for the world is not shown");
                "nothing".to_owned()
            }
        }),
        Reply::RefundOrder(answer) => result(answer, |refunded| {
            let moved = if refunded.moved { "moved" } else { "same" };
            format!("{moved} {:?} {}", refunded.order.state, refunded.refund.refunded_after())
        }),
        Reply::NoticeTried(answer) => result(answer, |()| ok()),
        Reply::RunTimer(answer) => result(answer, |()| ok()),
        Reply::FindOrder(answer) => result(answer, |order| format!("{:?}", order.state)),
        Reply::FindOrderByNo(answer) => result(answer, |order| format!("{:?}", order.state)),
        Reply::FindRefund(answer) => result(answer, |view| {
            view.refund
                .as_ref()
                .map_or("none".to_owned(), |refund| format!("{:?} {}", refund.state, refund.amount()))
        }),
        Reply::FindTrade(answer) => result(answer, |trade| format!("{:?}", trade.state)),
        Reply::FindLogin(answer) => result(answer, |party| party.to_string()),
        Reply::FindParty(answer) => result(answer, |party| format!("{} {:?}", party.name, party.status)),
        Reply::OpenFreeze(answer) => result(answer, |freeze| freeze.state.wire().to_owned()),
        Reply::ClaimFreeze(answer) => result(answer, |freeze| freeze.state.wire().to_owned()),
        Reply::ConfirmFreeze(answer) => result(answer, |freeze| freeze.state.wire().to_owned()),
        Reply::Unfreeze(answer) => result(answer, crate::freeze::told),
        Reply::CancelFreeze(answer) => result(answer, |cancelled| {
            let action = if cancelled.unfrozen { "unfreeze" } else { "close" };
            format!("{action} {}", cancelled.freeze.state.wire())
        }),
        Reply::PayFrozen(answer) => result(answer, |opened| {
            format!("{}{:?}", if opened.paid { "paid " } else { "" }, opened.order.state)
        }),
        Reply::FindFreeze(answer) => result(answer, crate::freeze::told),
        Reply::LeaveFreeze(answer) => result(answer, |freeze| freeze.state.wire().to_owned()),
        Reply::FindFreezeByNo(answer) => result(answer, |freeze| freeze.state.wire().to_owned()),
        Reply::FindAccount(answer) => result(answer, |account| account.available().to_string()),
        Reply::Authorize(_)
        | Reply::TakeTokens(_)
        | Reply::FindToken(_)
        | Reply::WithdrawGrant(_)
        | Reply::FindGrant(_)
        | Reply::SetCallback(_)
        | Reply::FindCallback(_)
        | Reply::OpenCertification(_)
        | Reply::DecideCertification(_)
        | Reply::FindCertification(_)
        | Reply::OpenChallenge(_)
        | Reply::TryChallenge(_)
        | Reply::RegisterPerson(_)
        | Reply::FindAddress(_)
        | Reply::FindProfile(_)
        | Reply::TrySignIn(_)
        | Reply::ProveSignIn(_)
        | Reply::SignInByCode(_)
        | Reply::AddEvidence(_)
        | Reply::MoveQuota(_)
        | Reply::FindStanding(_)
        | Reply::SetPassword(_)
        | Reply::CloseAccount(_)
        | Reply::ErasePerson(_)
        | Reply::AddAppKey(_)
        | Reply::PromoteAppKey(_)
        | Reply::RetireAppKey(_)
        | Reply::FindAppKeys(_)
        | Reply::OpenStore(_)
        | Reply::CloseStore(_)
        | Reply::SetStaff(_)
        | Reply::FindStaff(_)
        | Reply::FindStaticUse(_)
        | Reply::ProposeRules(_)
        | Reply::ApproveRules(_)
        | Reply::AskRefund(_)
        | Reply::RefuseRefundWish(_)
        | Reply::SetPockets(_)
        | Reply::FindPockets(_)
        | Reply::ShopRefund(_)
        | Reply::ShopClose(_)
        | Reply::FindShopOrder(_)
        | Reply::NoteStaffAct(_)
        | Reply::FoundOperators(_)
        | Reply::ProposeOperator(_)
        | Reply::ApproveOperator(_)
        | Reply::WithdrawOperator(_)
        | Reply::FindOperator(_)
        | Reply::NoteAct(_)
        | Reply::FillApplication(_)
        | Reply::NoteDocument(_)
        | Reply::MoveApplication(_)
        | Reply::SignApplication(_)
        | Reply::FindApplication(_)
        | Reply::BeginDevice(_)
        | Reply::FindDevice(_)
        | Reply::SeeDevice(_)
        | Reply::FindDevices(_)
        | Reply::EndDevices(_)
        | Reply::StopPayments(_)
        | Reply::AddPasskey(_)
        | Reply::FindPasskeys(_)
        | Reply::RemovePasskey(_)
        | Reply::SignInByPasskey(_)
        | Reply::ProvePasskey(_)
        | Reply::ProposeList(_)
        | Reply::ApproveList(_)
        | Reply::Screen(_)
        | Reply::FindScreenList(_)
        | Reply::FindScreening(_) => unreachable!("no word of the script language asks for it"),
        Reply::OfferAgreement(answer) => result(answer, |agreement| format!("{:?}", agreement.state)),
        Reply::SignAgreement(answer) => result(answer, |agreement| format!("{:?}", agreement.state)),
        Reply::UnsignAgreement(answer) => result(answer, |()| ok()),
        Reply::EndMandate(answer) => result(answer, |()| ok()),
        Reply::PostponeDebit(answer) => result(answer, |agreement| {
            agreement.plan_from.map_or("no plan".to_owned(), |day| day.to_string())
        }),
        Reply::DebitOrder(answer) => result(answer, |opened| {
            format!("{}{:?}", if opened.paid { "paid " } else { "" }, opened.order.state)
        }),
        Reply::OpenSigning(answer) => result(answer, |opened| format!("{:?}", opened.order.state)),
        Reply::FindSigning(answer) => result(answer, |_| ok()),
        Reply::FindAgreement(answer) => result(answer, |agreement| format!("{:?}", agreement.state)),
        Reply::FindOffer(answer) => result(answer, |agreement| format!("{:?}", agreement.state)),
        Reply::FindByBuyer(answer) => result(answer, |_| ok()),
        Reply::FindMandate(answer) => result(answer, |mandate| format!("{:?}", mandate.state)),
        Reply::ActOnEscrow(answer) | Reply::ConfirmGoods(answer) | Reply::FindEscrow(answer) => {
            result(answer, crate::escrow::told)
        }
        Reply::SplitOrder(answer) => result(answer, crate::split::told),
        Reply::FindSplit(answer) => result(answer, crate::split::told),
        Reply::BindRelations(answer) => result(answer, |()| ok()),
        Reply::UnbindRelations(answer) => result(answer, |()| ok()),
        Reply::FindSplittable(answer) => result(answer, |left| left.to_string()),
        Reply::CloseDay(answer) => result(answer, |done| {
            format!("{} {}", if done.already { "again" } else { "closed" }, done.close.last_date)
        }),
        Reply::FindSlotClose(answer) => result(answer, |found| {
            found.close.as_ref().map_or("never".to_owned(), |close| close.last_date.to_string())
        }),
        Reply::ProposeContract(answer) | Reply::ApproveContract(answer) => {
            result(answer, |contract| format!("version {}", contract.version))
        }
        Reply::FindUnsettled(answer) => result(answer, ToString::to_string),
        Reply::FindContracts(answer) => result(answer, |views| {
            let views = views.iter().filter(|view| view.version > 0 || view.proposal.is_some());
            let told = views.map(|view| {
                let rate = |word: &str, row: &std::sync::Arc<trade::Contract>| {
                    format!("{word} {}", row.fee_ppm.ppm()).trim().to_owned()
                };
                let mut words = vec![view.product.as_str().to_owned(), format!("v{}", view.version)];
                words.extend(view.in_force.iter().map(|row| rate("", row)));
                words.extend(view.waiting.iter().map(|row| rate("waiting", row)));
                words.extend(view.proposal.iter().map(|row| rate("proposed", row)));
                words.join(" ")
            });
            let told = told.collect::<Vec<_>>().join(", ");
            if told.is_empty() { "nothing".to_owned() } else { told }
        }),
        Reply::ProposeRisk(answer) => result(answer, |proposal| format!("version {}", proposal.version)),
        Reply::ApproveRisk(answer) => result(answer, |rules| format!("version {}", rules.version)),
        Reply::DecideRisk(answer) => result(answer, |case| format!("{:?}", case.state)),
        Reply::FindRiskCase(answer) => result(answer, |case| format!("{:?}", case.state)),
        Reply::FindRiskRules(answer) => result(answer, |view| {
            let version =
                |version: Option<u32>| version.map_or("none".to_owned(), |version| version.to_string());
            let (rules, proposal) = (view.rules.as_ref(), view.proposal.as_ref());
            format!("{} {}", version(rules.map(|row| row.version)), version(proposal.map(|row| row.version)))
        }),
        Reply::TransferMoney(answer) => result(answer, |done| crate::transfer::told(done)),
        Reply::ConfirmTransfer(answer) => result(answer, |done| crate::transfer::told(done)),
        Reply::CancelTransfer(answer) => result(answer, |done| crate::transfer::told(done)),
        Reply::FindTransfer(answer) => result(answer, |found| crate::transfer::told(found)),
        Reply::OfferTransfer(answer) => result(answer, crate::transfer::offered),
        Reply::FindTransferRoom(answer) => result(answer, crate::transfer::room),
        Reply::TransferToCard(answer) => result(answer, |done| crate::card_transfer::told(done)),
        Reply::FindCardTransfer(answer) => result(answer, crate::card_transfer::found),
        Reply::CreateTransferBatch(answer) => result(answer, |done| crate::batch::told(done)),
        Reply::DecideTransferBatch(answer) => result(answer, |done| crate::batch::told(done)),
        Reply::FindTransferBatch(answer) => result(answer, crate::batch::found),
        Reply::CheckTransferBatch(answer) => result(answer, |check| format!("{check:?}")),
        Reply::PayByCard(answer) => result(answer, crate::bank::told),
        Reply::AskCard(answer) => result(answer, |card| format!("{:?}", card.state)),
        Reply::BindCard(answer) => result(answer, |card| format!("{:?}", card.state)),
        Reply::UnbindCard(answer) => result(answer, |card| format!("{:?}", card.state)),
        Reply::FindCard(answer) => result(answer, |card| format!("{:?}", card.state)),
        Reply::PrepareBankOrder(answer) => result(answer, crate::bank::told),
        Reply::ConfirmBankOrder(answer) => result(answer, crate::bank::told),
        Reply::CloseBankOrder(answer) => result(answer, crate::bank::told),
        Reply::BankAnswered(answer) => result(answer, crate::bank::told),
        Reply::ProposeSuspense(answer) => {
            result(answer, |proposal| format!("{:?} by {}", proposal.way, proposal.operator))
        }
        Reply::WithdrawSuspense(answer) => result(answer, |()| "withdrawn".to_owned()),
        Reply::CloseSuspense(answer) => result(answer, |closing| format!("{:?}", closing.way)),
        Reply::BeginStatement(answer) => result(answer, |read| {
            let ended = if read.ended_at_us.is_some() { " ended" } else { "" };
            format!("{} of {}{ended}", read.booked, read.lines)
        }),
        Reply::ImportLine(answer) => result(answer, |line| {
            line.as_ref().map_or("heard".to_owned(), |line| format!("{:?}", line.class))
        }),
        Reply::FindBankOrder(answer) => result(answer, |view| crate::bank::told(&view.order)),
        Reply::SendBankOrder(answer) => result(answer, |task| {
            task.as_ref().map_or("nothing".to_owned(), |task| {
                let how = match (task.first, task.may_send) {
                    (true, _) => "send",
                    (false, true) => "ask or send",
                    (false, false) => "ask",
                };
                format!("{how} {}", task.card.last_four)
            })
        }),
        Reply::FindRelations(answer) => result(answer, |all| {
            let told = all.iter().map(|known| format!("{} {}", known.place, known.account));
            told.collect::<Vec<_>>().join(", ")
        }),
    }
}
