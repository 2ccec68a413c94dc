//! Agreements: offered, signed and ended. The buyer's slot decides; the merchant's follows by messages with a version.

use super::facts::{Accord, Pledge, Task};
use super::{Model, Step};
use base::{AgreementNo, DAY_US, Day, PartyId, Text, plus_months_us};
use engine::{
    EndAsk, EndMandate, MandateEnded, MandateSaid, Message, OfferAgreement, Reply, SignAgreement, SignAnswer,
    SignAsk, UnsignAgreement,
};
use people::{PartyKind, PartyStatus};
use std::sync::Arc;
use trade::{
    Agreement, AgreementState, EndedBy, OfferRefused, Progress, SignRefused, Terms, Unit, UnsignRefused,
};

/// 2115-02-01 in China, when nothing holds any more.
const FOREVER: i64 = 4_578_393_600_000_000;

type Maybe<T, R> = Option<Result<T, R>>;

impl Model {
    pub(super) fn offer_agreement(
        &mut self,
        step: &Step,
        asked: &OfferAgreement,
    ) -> Result<Arc<Agreement>, OfferRefused> {
        let status = self.sells(asked.seller, asked.app).ok_or(OfferRefused::SellerNotFound)?;
        let first = self.numbered(asked.seller, &asked.terms);
        if let Some(no) = first {
            let accord = &self.accords[&no];
            if let Some(field) = other_term(&accord.asked.terms, &asked.terms) {
                return Err(OfferRefused::NumberTaken { field });
            }
            match accord.pace.state {
                AgreementState::Normal => return Err(OfferRefused::AlreadySigned),
                AgreementState::Stop => return Err(OfferRefused::AlreadyEnded),
                AgreementState::Temp if step.now() < accord.sign_until || accord.asked_of.is_some() => {
                    self.seen.count("the same offer again is the same answer");
                    return Ok(self.agreement(no));
                }
                AgreementState::Temp => {}
            }
        }
        if status != PartyStatus::Normal {
            return Err(OfferRefused::SellerBlocked);
        }
        if asked.terms.rule.is_some_and(|rule| rule.first < Day::of(step.now())) {
            return Err(OfferRefused::FirstDayPassed);
        }
        if let Some(late) = first {
            self.forget_offer(late);
        }
        let no = AgreementNo::of(step.stamp, step.slot);
        let life = asked.sign_within_us.unwrap_or(DAY_US).clamp(0, DAY_US);
        let sign_until = step.now() + life;
        let timer = Some(self.remind(step, sign_until, Task::EndAgreement(no)));
        if let Some(number) = &asked.terms.external_agreement_no {
            self.called.insert((asked.seller, Text::new(number.as_str()).expect("it is short")), no);
        }
        let accord = Accord::offered(asked.clone(), step.now(), sign_until, timer);
        self.accords.insert(no, accord);
        Ok(self.agreement(no))
    }

    /// The standing of a merchant, when it is one and the app is its own.
    pub(super) fn sells(&self, seller: PartyId, app: base::AppId) -> Option<PartyStatus> {
        let sells = self.people.get(&seller).filter(|person| person.kind == PartyKind::Merchant);
        let own_app = self.programs.get(&app).is_some_and(|program| program.asked.seller == seller);
        sells.filter(|_| own_app).map(|person| person.status)
    }

    fn numbered(&self, seller: PartyId, terms: &Terms) -> Option<AgreementNo> {
        let number = terms.external_agreement_no.as_ref()?;
        self.called.get(&(seller, Text::new(number.as_str()).expect("it is short"))).copied()
    }

    /// An offer that nobody signed was never there.
    fn forget_offer(&mut self, no: AgreementNo) {
        let accord = self.accords.remove(&no).expect("the caller saw it");
        if let Some(number) = &accord.asked.terms.external_agreement_no {
            self.called.remove(&(accord.asked.seller, Text::new(number.as_str()).expect("it is short")));
        }
        if let Some(timer) = accord.timer {
            self.timers.remove(&(accord.sign_until, timer));
        }
        self.seen.count("an offer of an agreement was forgotten");
    }

    pub(super) fn sign_agreement(
        &mut self,
        step: &Step,
        asked: &SignAgreement,
    ) -> Maybe<Arc<Agreement>, SignRefused> {
        let SignAgreement { agreement_no, buyer, attempt } = *asked;
        let Some(accord) = self.accords.get(&agreement_no) else {
            return Some(Err(SignRefused::AgreementNotFound));
        };
        let state = accord.pace.state;
        let signer = accord.signed.as_ref().map(|(signer, ..)| *signer);
        let seller = accord.asked.seller;
        let refused = match () {
            () if state == AgreementState::Temp && step.now() >= accord.sign_until => {
                Some(SignRefused::AgreementNotFound)
            }
            () if signer.is_some_and(|signer| signer != buyer) => Some(SignRefused::BuyerDiffers),
            () if state == AgreementState::Stop => Some(SignRefused::AlreadyEnded),
            () if state == AgreementState::Normal => {
                self.seen.count("the same signature again is the same answer");
                return Some(Ok(self.agreement(agreement_no)));
            }
            () if accord.asked_of.is_some() => Some(SignRefused::UnderWay),
            () if buyer == seller => Some(SignRefused::BuyerIsSeller),
            () if self.status(seller) != Some(PartyStatus::Normal) => Some(SignRefused::SellerBlocked),
            () => None,
        };
        if let Some(refused) = refused {
            return Some(Err(refused));
        }
        let terms = accord.asked.terms.clone();
        self.accords.get_mut(&agreement_no).expect("just found").asked_of = Some(buyer);
        self.say(buyer.slot(), Message::SignAsk(SignAsk { agreement_no, buyer, seller, terms, attempt }));
        None
    }

    /// In the buyer's slot: the mandate is written when the buyer may sign and gave the password for it.
    pub(super) fn sign_ask(&mut self, step: &Step, said: &SignAsk) -> Option<Reply> {
        let SignAsk { agreement_no, buyer, seller, ref terms, attempt } = *said;
        let proof = self.tries.get(&(buyer, attempt));
        let proven = proof.is_some_and(|proof| {
            proof.right && proof.about == agreement_no.topic() && step.now() < proof.until
        });
        let answer = match self.status(buyer) {
            None | Some(PartyStatus::Closed) => Err(SignRefused::BuyerNotFound),
            _ if !proven => Err(SignRefused::ProofMissing),
            Some(PartyStatus::Frozen) => Err(SignRefused::BuyerBlocked),
            _ if self.called.contains_key(&(buyer, name_of(seller, terms))) => Err(SignRefused::SameInForce),
            _ => {
                self.tries.remove(&(buyer, attempt));
                Ok(self.pledge(step, agreement_no, buyer, seller, terms))
            }
        };
        self.say(agreement_no.slot(), Message::SignAnswer(SignAnswer { agreement_no, answer }));
        None
    }

    /// Writes a mandate with its name and its timer, and gives what is said of it.
    fn pledge(
        &mut self,
        step: &Step,
        no: AgreementNo,
        buyer: PartyId,
        seller: PartyId,
        terms: &Terms,
    ) -> MandateSaid {
        let signed_at = step.now();
        let end = terms.validity.map_or(FOREVER, |validity| match validity.unit {
            Unit::Day => signed_at + i64::from(validity.count) * DAY_US,
            Unit::Month => plus_months_us(signed_at, validity.count),
        });
        let invalid_at = end.min(FOREVER);
        let timer = Some(self.remind(step, invalid_at, Task::EndAgreement(no)));
        self.called.insert((buyer, name_of(seller, terms)), no);
        let pace = Progress {
            version: 1,
            state: AgreementState::Normal,
            plan_from: terms.rule.map(|rule| rule.first),
            ..Accord::no_pace()
        };
        let pledge = Pledge { buyer, seller, terms: terms.clone(), signed_at, invalid_at, timer, pace };
        self.pledges.insert((step.slot, no), pledge);
        self.seen.count("agreement Temp -> Normal");
        self.said_of((step.slot, no))
    }

    pub(super) fn said_of(&self, key: (base::Slot, AgreementNo)) -> MandateSaid {
        let pledge = &self.pledges[&key];
        MandateSaid {
            agreement_no: key.1,
            buyer: pledge.buyer,
            buyer_login_masked: self.masked(pledge.buyer),
            signed_at_us: pledge.signed_at,
            invalid_at_us: pledge.invalid_at,
            progress: pledge.pace,
        }
    }

    /// In the merchant's slot: it is in force, or can be signed again.
    pub(super) fn sign_answer(&mut self, step: &Step, said: &SignAnswer) -> Option<Reply> {
        let no = said.agreement_no;
        let answer = match &said.answer {
            Ok(mandate) => {
                self.follow(step, mandate);
                match self.accords[&no].pace.state {
                    AgreementState::Stop => {
                        self.seen.count("an agreement had ended before its signature was known");
                        Err(SignRefused::AlreadyEnded)
                    }
                    _ => Ok(self.agreement(no)),
                }
            }
            Err(refused) => {
                let late = self.accords.get_mut(&no).is_some_and(|accord| {
                    accord.asked_of = None;
                    step.now() >= accord.sign_until
                });
                if late {
                    self.forget_offer(no);
                }
                Err(*refused)
            }
        };
        Some(Reply::SignAgreement(answer))
    }

    /// In the merchant's slot: the agreement knows what its mandate says, when that is news.
    pub(super) fn follow(&mut self, step: &Step, said: &MandateSaid) {
        let no = said.agreement_no;
        let accord = self.accords.get_mut(&no).expect("what was signed stays");
        let before = accord.pace.state;
        accord.asked_of = None;
        let signed = (said.buyer, said.buyer_login_masked.clone(), said.signed_at_us, said.invalid_at_us);
        accord.signed = Some(signed);
        if said.progress.version > accord.pace.version {
            accord.pace = said.progress;
        } else {
            self.seen.count("an older word of a mandate was not news");
        }
        let after = accord.pace.state;
        let timer = accord.timer.take().map(|timer| (accord.sign_until, timer));
        let sign_notice = accord.sign_notice;
        timer.map(|timer| self.timers.remove(&timer));
        if after == before {
            return;
        }
        if after == AgreementState::Stop {
            if let Some(notice) = sign_notice {
                self.overtake(notice);
            }
            self.tell_of(step, no, true);
        } else {
            let told = self.tell_of(step, no, false);
            self.accords.get_mut(&no).expect("just found").sign_notice = told;
        }
    }

    /// The mandate of a buyer.
    pub(super) fn own_pledge(&mut self, step: &Step, buyer: PartyId, no: AgreementNo) -> Option<&mut Pledge> {
        self.pledges.get_mut(&(step.slot, no)).filter(|pledge| pledge.buyer == buyer)
    }

    pub(super) fn unsign_agreement(
        &mut self,
        step: &Step,
        asked: &UnsignAgreement,
    ) -> Maybe<(), UnsignRefused> {
        let agreement_no = asked.agreement_no;
        match self.running(step, asked.seller, agreement_no) {
            None => Some(Err(UnsignRefused::AgreementNotFound)),
            Some(None) => Some(Err(UnsignRefused::NotNormal)),
            Some(Some(buyer)) => {
                self.say(buyer.slot(), Message::EndAsk(EndAsk { agreement_no, buyer }));
                None
            }
        }
    }

    /// The merchant's agreement that is not over, and who signed it.
    pub(super) fn running(&self, step: &Step, seller: PartyId, no: AgreementNo) -> Option<Option<PartyId>> {
        let accord = self.own_accord(step, seller, no)?;
        let over = accord.signed.as_ref().is_some_and(|(.., until)| step.now() >= *until);
        let over = over || accord.pace.state == AgreementState::Stop;
        (!over).then(|| accord.signed.as_ref().map(|(buyer, ..)| *buyer))
    }

    pub(super) fn own_accord(&self, step: &Step, seller: PartyId, no: AgreementNo) -> Option<&Accord> {
        let here = self.accords.get(&no).filter(|_| no.slot() == step.slot);
        here.filter(|accord| accord.asked.seller == seller)
    }

    pub(super) fn end_mandate(&mut self, step: &Step, asked: &EndMandate) -> Maybe<(), UnsignRefused> {
        let no = asked.agreement_no;
        let pledge = self.own_pledge(step, asked.buyer, no);
        if pledge.is_none_or(|pledge| pledge.pace.state != AgreementState::Normal) {
            return Some(Err(UnsignRefused::AgreementNotFound));
        }
        self.end_pledge(step, no, EndedBy::Buyer, Some(EndedBy::Buyer));
        None
    }

    /// In the buyer's slot: the merchant ends it, if nobody has.
    pub(super) fn end_ask(&mut self, step: &Step, said: &EndAsk) -> Option<Reply> {
        let (no, by) = (said.agreement_no, Some(EndedBy::Merchant));
        let pledge = self.own_pledge(step, said.buyer, no).expect("what was signed stays");
        if pledge.pace.state == AgreementState::Normal {
            self.end_pledge(step, no, EndedBy::Merchant, by);
            return None;
        }
        self.seen.count("an end came second");
        let mandate = self.said_of((step.slot, no));
        self.say(no.slot(), Message::MandateEnded(MandateEnded { mandate, asked_by: by, before: true }));
        None
    }

    pub(super) fn end_pledge(
        &mut self,
        step: &Step,
        no: AgreementNo,
        by: EndedBy,
        asked_by: Option<EndedBy>,
    ) {
        let key = (step.slot, no);
        let pledge = self.pledges.get_mut(&key).expect("the caller saw it");
        let timer = pledge.timer.take().map(|timer| (pledge.invalid_at, timer));
        pledge.pace.version += 1;
        pledge.pace.state = AgreementState::Stop;
        (pledge.pace.ended_at_us, pledge.pace.ended_by) = (Some(step.now()), Some(by));
        let name = (pledge.buyer, name_of(pledge.seller, &pledge.terms));
        timer.map(|timer| self.timers.remove(&timer));
        self.called.remove(&name);
        self.seen.count(&format!("agreement ended by {by:?}"));
        let mandate = self.said_of(key);
        self.say(no.slot(), Message::MandateEnded(MandateEnded { mandate, asked_by, before: false }));
    }

    /// In the merchant's slot: it has ended.
    pub(super) fn mandate_ended(&mut self, step: &Step, said: &MandateEnded) -> Option<Reply> {
        self.follow(step, &said.mandate);
        let answer = if said.before { Err(UnsignRefused::AgreementNotFound) } else { Ok(()) };
        match said.asked_by? {
            EndedBy::Merchant => Some(Reply::UnsignAgreement(answer)),
            EndedBy::Buyer => Some(Reply::EndMandate(answer)),
            EndedBy::Validity => None,
        }
    }

    /// The timer of an offer or of a mandate has run.
    pub(super) fn agreement_is_over(&mut self, step: &Step, no: AgreementNo, timer: base::TimerNo) {
        let offer = self.accords.get_mut(&no).filter(|accord| accord.timer == Some(timer));
        if let Some(accord) = offer.filter(|_| no.slot() == step.slot) {
            accord.timer = None;
            if accord.asked_of.is_none() {
                self.forget_offer(no);
            } else {
                self.seen.count("an offer ran out of time while its buyer was asked");
            }
        }
        let pledge = self.pledges.get(&(step.slot, no)).filter(|pledge| pledge.timer == Some(timer));
        if pledge.is_some() {
            self.end_pledge(step, no, EndedBy::Validity, None);
        }
    }
}

/// What a mandate is called beside the other names of its buyer.
pub(super) fn name_of(seller: PartyId, terms: &Terms) -> Text<160> {
    let number = terms.external_agreement_no.as_ref().map_or("", |number| number.as_str());
    let product = terms.product.wire();
    Text::new(&format!("{seller}/{product}/{number}/{}", terms.sign_scene)).expect("all parts are short")
}

/// The wire's name of the first term in which two offers differ.
fn other_term(first: &Terms, again: &Terms) -> Option<&'static str> {
    let fields = [
        (first.product != again.product, "personal_product_code"),
        (first.sign_scene != again.sign_scene, "sign_scene"),
        (first.external_agreement_no != again.external_agreement_no, "external_agreement_no"),
        (first.external_logon_id != again.external_logon_id, "external_logon_id"),
        (first.rule != again.rule, "period_rule_params"),
        (first.validity != again.validity, "sign_validity_period"),
    ];
    fields.into_iter().find(|(differs, _)| *differs).map(|(_, name)| name)
}
