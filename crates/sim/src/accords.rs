//! What people do about agreements: merchants' programs and buyers' wallets put commands.

use crate::caller::{Calling, Word, ask};
use crate::plan::Act;
use crate::world::World;
use base::{AgreementNo, Day, MINUTE_US, OrderNo, PartyId, Text};
use cell::Door;
use engine::{
    AgreementDelivery, DebitOrder, EndMandate, JudgePassword, Key, OfferAgreement, OpenOrder, PostponeDebit,
    Reply, Row, SignAgreement, TryPassword, UnsignAgreement,
};
use money::{Currency, Money};
use trade::{
    Agreement, Delivery, Meaning, PeriodRule, PersonalProduct, Product, Terms, Timeout, Unit, Validity,
    WireCharset,
};

/// The most that one debit takes, and in some agreements all of them, fen.
const SINGLE_FEN: u64 = 6_000;

fn fen(units: u64) -> Money {
    Money::from_minor(units, Currency::Cny).expect("amounts of a town are small")
}

/// What the number of an agreement means: each kind of limit is among them.
fn terms(name: u8, first: Day) -> Terms {
    let (unit, every) = if name.is_multiple_of(2) { (Unit::Day, 7) } else { (Unit::Month, 1) };
    let rule = PeriodRule {
        unit,
        every,
        first,
        single: fen(SINGLE_FEN),
        total: name.is_multiple_of(3).then(|| fen(SINGLE_FEN)),
        payments: name.is_multiple_of(5).then_some(1),
    };
    let planned = name % 7 != 1;
    Terms {
        product: if planned { PersonalProduct::CyclePay } else { PersonalProduct::Withholding },
        // Of two agreements of one business a buyer signs one.
        sign_scene: Text::new("INDUSTRY|TEA").expect("a short text"),
        external_agreement_no: Text::new(&format!("E{name}")).ok(),
        external_logon_id: None,
        rule: planned.then_some(rule),
        // None is for ever: a run ends when nothing is due any more.
        validity: Some(Validity { unit: if name % 4 == 2 { Unit::Day } else { Unit::Month }, count: 1 }),
    }
}

impl World {
    pub(crate) fn act_of_agreements(&mut self, act: Act) {
        match act {
            Act::OfferAgreement { merchant, name, days } => {
                let (seller, app) = self.people.shop(merchant);
                // One day in four lies behind.
                let first = Day::of(self.schedule.now_us()).plus_days(days.into()).minus_days(1);
                let offer = OfferAgreement {
                    seller,
                    app,
                    terms: terms(name, first),
                    delivery: AgreementDelivery {
                        notify_url: Text::new(&format!("https://shop.invalid/{merchant}/agreements")).ok(),
                        return_url: None,
                        charset: if name.is_multiple_of(2) { WireCharset::Utf8 } else { WireCharset::Gbk },
                        rsa1: false,
                    },
                    sign_within_us: name.is_multiple_of(3).then_some(MINUTE_US),
                };
                self.command(offer.into());
            }
            Act::SignAgreement { buyer, merchant, name, right, astray } => {
                let Some(agreement) = self.agreement(merchant, name) else { return };
                let buyer = self.people.buyer(buyer);
                let other = AgreementNo::from_number(agreement.no.number() - 100).filter(|_| astray);
                let about = other.unwrap_or(agreement.no).topic();
                self.begin("sign", |door| sign(door.clone(), agreement.no, buyer, about, right));
            }
            Act::Debit { merchant, name, number, fen: units, by_plan } => {
                let Some(agreement) = self.agreement(merchant, name) else { return };
                let order = self.order_of_debit(merchant, number, fen(units));
                let by_plan = by_plan && (agreement.first_day.is_some() || number % 4 == 3);
                self.command(DebitOrder { order, agreement_no: agreement.no, by_plan }.into());
            }
            Act::Postpone { merchant, name, days } => {
                let Some(agreement) = self.agreement(merchant, name) else { return };
                let to = Day::of(self.schedule.now_us()).plus_days(days.into());
                let (seller, agreement_no) = (agreement.seller, agreement.no);
                self.command(PostponeDebit { seller, agreement_no, to }.into());
            }
            Act::EndAgreement { merchant, name, by } => {
                let Some(agreement) = self.agreement(merchant, name) else { return };
                let (seller, agreement_no) = (agreement.seller, agreement.no);
                match by {
                    None => self.command(UnsignAgreement { seller, agreement_no }.into()),
                    Some(buyer) => {
                        // Mostly the one who signed; chance alone would seldom find the right one.
                        let buyer = agreement.buyer.unwrap_or(self.people.buyer(buyer));
                        self.command(EndMandate { buyer, agreement_no }.into());
                    }
                }
            }
            _ => {}
        }
    }

    /// A merchant's agreement by the merchant's number.
    fn agreement(&self, merchant: u8, name: u8) -> Option<std::sync::Arc<Agreement>> {
        let (seller, _) = self.people.shop(merchant);
        let key = Key::AgreementName((seller.slot(), seller, Text::new(&format!("E{name}")).ok()?));
        let Some(Row::AgreementName(named)) = self.mirror.get(&key) else { return None };
        match self.mirror.get(&Key::Agreement((named.slot, named.no))) {
            Some(Row::Agreement(agreement)) => Some(agreement.clone()),
            _ => None,
        }
    }

    fn order_of_debit(&self, merchant: u8, number: u8, total: Money) -> OpenOrder {
        let (seller, app) = self.people.shop(merchant);
        OpenOrder {
            seller,
            app,
            out_trade_no: Text::new(&crate::acts::number(number)).expect("it is short"),
            meaning: Meaning {
                product: Product::FaceToFace,
                total,
                subject: Text::new("tea").expect("it is short"),
                body: None,
                named_buyer: None,
                goods_detail: None,
            },
            delivery: Delivery {
                notify_url: Text::new(&format!("https://shop.invalid/{merchant}")).ok(),
                return_url: None,
                quit_url: None,
                charset: WireCharset::Utf8,
                rsa1: false,
                store_id: None,
                terminal_id: None,
                operator_id: None,
                passback_params: None,
                merchant_order_no: None,
            },
            timeout: number.is_multiple_of(3).then_some(Timeout::After(MINUTE_US)),
            expires_at_us: None,
            code_timeout: None,
            pay_by: None,
            royalty_freeze: false,
        }
    }
}

/// Gives the password, hears the verdict, signs.
fn sign(door: Door, agreement_no: AgreementNo, buyer: PartyId, about: OrderNo, right: bool) -> Calling<Word> {
    Box::pin(async move {
        let tried = ask(&door, TryPassword { party: buyer, about }.into()).await;
        let Ok(Reply::TryPassword(Ok(reserved))) = &tried else { return Word::Cell(tried) };
        let attempt = reserved.attempt;
        let judged = ask(&door, JudgePassword { party: buyer, attempt, right }.into()).await;
        if !right || !matches!(judged, Ok(Reply::JudgePassword(Ok(())))) {
            return Word::Cell(judged);
        }
        Word::Cell(ask(&door, SignAgreement { agreement_no, buyer, attempt }.into()).await)
    })
}
