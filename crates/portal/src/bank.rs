//! Cards and bank orders of a party, for the sandbox and the wallet: what both ask, and what both hear.

use crate::people::{Named, named};
use crate::portal::Portal;
use crate::sign_in::{self, About, SignInRefused};
use ::people::EvidenceKind;
use base::{BankOrderNo, CardNo, PartyId, Secret, Text};
use cell::CellError;
use engine::{
    AddEvidence, AddEvidenceRefused, AskCard, BankWay, BindCard, CloseBankOrder, ConfirmBankOrder, FindCard,
    FindStanding, PartyNotFound, PrepareBankOrder, UnbindCard,
};
use fund::{
    AskCardRefused, BankAgreement, BankCode, BankHealth, BankOrder, BankOrderRefused, BankOrderState,
    BindCardRefused, Card, CardKind, CardRefused, CardState, CloseBankOrderRefused, ConfirmBankOrderRefused,
    FindBankRefused, LastFour,
};
use money::Money;
use risk::RiskRefused;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What a card's number says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardSeen {
    /// The bank.
    pub bank: BankCode,
    /// What kind of card.
    pub kind: CardKind,
    /// The last four digits.
    pub last_four: LastFour,
}

/// A card to bind, in memory for the call only.
#[derive(Debug)]
pub struct CardAsked {
    /// Our number of it.
    pub card: CardNo,
    /// What the bank compares.
    pub elements: CardElements,
}

/// What a bank compares before it agrees to a card: four elements, or three where nobody said who somebody is.
#[derive(Debug)]
pub struct CardElements {
    /// The card's number.
    pub number: Secret<String>,
    /// The holder's name.
    pub holder: Secret<String>,
    /// The number of the holder's identity card, where it is known.
    pub identity: Option<Secret<String>>,
    /// The mobile number that the bank knows.
    pub mobile: Secret<String>,
}

/// What is wrong with what was said of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ElementsWrong {
    /// The holder's name is missing, or the mobile number has no eleven digits.
    Holder,
    /// It is no number of an identity card.
    IdNumber,
}

impl CardElements {
    /// What somebody said of a card, without what people put around numbers.
    pub(crate) fn of(
        number: &str,
        holder: &str,
        id_number: Option<&str>,
        mobile: &str,
    ) -> Result<CardElements, ElementsWrong> {
        let (holder, mobile) = (holder.trim(), mobile.trim());
        if holder.is_empty() || mobile.len() != 11 || !mobile.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ElementsWrong::Holder);
        }
        let identity = match id_number {
            None => None,
            Some(text) => Some(Secret::new(::people::id_number(text).ok_or(ElementsWrong::IdNumber)?)),
        };
        Ok(CardElements {
            number: Secret::new(number.split_whitespace().collect()),
            holder: Secret::new(holder.to_owned()),
            identity,
            mobile: Secret::new(mobile.to_owned()),
        })
    }
}

/// What a bank will answer; a refusal in words for people.
pub type Binding<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Binds cards at banks; the server speaks with them.
pub trait CardBank: Send + Sync {
    /// What is known of a card by its number alone; `None` when it is no number of a card.
    fn look(&self, number: &Secret<String>) -> Option<CardSeen>;

    /// Asks the bank, which sends the holder a code. Where nobody has a telephone, the message itself comes back.
    fn bind(&self, asked: CardAsked) -> Binding<'_, Option<String>>;

    /// How well a bank answers now.
    fn health(&self, bank: &BankCode) -> BankHealth;

    /// Says how well a bank answers, whatever is seen of it; `None` goes by what is seen again.
    fn set_health(&self, bank: BankCode, health: Option<BankHealth>);

    /// Gives the bank the holder's code; the bank gives its agreement.
    fn confirm(&self, card: CardNo, last_four: LastFour, code: Secret<String>) -> Binding<'_, BankAgreement>;
}

/// Why nothing came of it.
#[derive(Debug)]
pub(crate) enum BankNo {
    /// This world speaks with no bank.
    NoBank,
    /// It is no number of a card.
    NumberWrong,
    /// It is somebody else's card, by the name or the identity number that was given.
    NotTheOwner,
    /// What a bank says no to, in its words.
    Bank(String),
    /// The card cannot be asked for.
    Ask(AskCardRefused),
    /// The card cannot be bound.
    Bind(BindCardRefused),
    /// There is no such card.
    NoCard,
    /// There is no such order.
    NoOrder,
    /// The order cannot be.
    Order(BankOrderRefused),
    /// The order is over.
    Ended,
    /// The fee is another than was shown.
    PriceChanged,
    /// Risk rules stop it.
    Risk(RiskRefused),
    /// The order cannot be given up any more.
    TooLate,
    /// What was proven for it a moment ago is worth nothing any more.
    ProofGone,
    /// Nobody is signed in by this password.
    SignIn(SignInRefused),
    /// Nothing was decided.
    Busy,
    /// Nobody knows what was decided.
    Unknown,
}

impl BankNo {
    fn of<R: Debug>(error: CellError<R>, refused: impl FnOnce(R) -> BankNo) -> BankNo {
        match error {
            CellError::Refused(why) => refused(why),
            CellError::Busy => BankNo::Busy,
            CellError::Unknown => BankNo::Unknown,
        }
    }

    fn of_confirming(refused: ConfirmBankOrderRefused) -> BankNo {
        match refused {
            ConfirmBankOrderRefused::NotFound => BankNo::NoOrder,
            ConfirmBankOrderRefused::Ended => BankNo::Ended,
            // Its time is over, the passkey was removed, a password was set, or the party was closed in between.
            ConfirmBankOrderRefused::ProofMissing => BankNo::ProofGone,
            ConfirmBankOrderRefused::Rules(refused) => BankNo::Order(refused),
            ConfirmBankOrderRefused::PriceChanged => BankNo::PriceChanged,
            ConfirmBankOrderRefused::Risk(why) => BankNo::Risk(why),
        }
    }
}

/// Asks for a card: made durable, then the bank is asked. Gives the card and what the bank's message says, where it can
/// be seen. Whoever said who he is binds cards of his own only, and the bank hears his identity number.
pub(crate) async fn ask_card(
    portal: &Portal,
    party: PartyId,
    mut elements: CardElements,
) -> Result<(Arc<Card>, Option<String>), BankNo> {
    let bank = portal.bank.as_ref().ok_or(BankNo::NoBank)?;
    let seen = bank.look(&elements.number).ok_or(BankNo::NumberWrong)?;
    if let Some(owner) = owner(portal, party).await? {
        let same_number = elements.identity.as_ref().is_none_or(|given| *given.reveal() == owner.id_number);
        if *elements.holder.reveal() != owner.name || !same_number {
            return Err(BankNo::NotTheOwner);
        }
        elements.identity = Some(Secret::new(owner.id_number));
    }
    let digest = portal.world.secrets.card_digest(elements.number.reveal());
    let CardSeen { bank: code, kind, last_four } = seen;
    let asked = portal.door.ask(AskCard { party, bank: code, kind, last_four, digest }).await;
    let card = asked.map_err(|error| BankNo::of(error, BankNo::Ask))?;
    let shown = bank.bind(CardAsked { card: card.no, elements }).await;
    Ok((card, shown.map_err(BankNo::Bank)?))
}

async fn owner(portal: &Portal, party: PartyId) -> Result<Option<Named>, BankNo> {
    named(portal, party).await.map_err(|_| BankNo::Busy)
}

/// Gives the bank the code, and binds the card with the bank's agreement. A bank that agreed vouches for its holder.
pub(crate) async fn confirm_card(
    portal: &Portal,
    party: PartyId,
    card: CardNo,
    code: Secret<String>,
) -> Result<Arc<Card>, BankNo> {
    let bank = portal.bank.as_ref().ok_or(BankNo::NoBank)?;
    let found = portal.door.ask(FindCard { party, card }).await;
    let found = found.map_err(|error| BankNo::of(error, |FindBankRefused::NotFound| BankNo::NoCard))?;
    match found.state {
        CardState::Asked => {}
        CardState::Bound => {
            vouch(portal, &found).await?;
            return Ok(found);
        }
        CardState::Unbound | CardState::Payee => return Err(BankNo::Bind(BindCardRefused::CardEnded)),
    }
    let agreement = bank.confirm(card, found.last_four.clone(), code).await.map_err(BankNo::Bank)?;
    let bound = portal.door.ask(BindCard { party, card, agreement }).await;
    let bound = bound.map_err(|error| BankNo::of(error, BankNo::Bind))?;
    vouch(portal, &bound).await?;
    Ok(bound)
}

/// Notes that the bank of a bound card compared who somebody said to be: one channel of evidence for each bank. Whoever
/// never said it has no class that it could count for, and a card that was asked for before was compared with whomever
/// its form named. A lost answer is made good by confirming again.
async fn vouch(portal: &Portal, card: &Card) -> Result<(), BankNo> {
    let view = match portal.door.ask(FindStanding { party: card.party }).await {
        Ok(view) => view,
        Err(CellError::Refused(PartyNotFound)) => return Ok(()),
        Err(CellError::Busy) => return Err(BankNo::Busy),
        Err(CellError::Unknown) => return Err(BankNo::Unknown),
    };
    let named_at_us = view.evidence.iter().map(|evidence| evidence.verified_at_us).min();
    if named_at_us.is_none_or(|named_at_us| card.asked_at_us <= named_at_us) {
        return Ok(());
    }
    let command = AddEvidence {
        party: card.party,
        kind: EvidenceKind::BankCard,
        provider: Text::new(card.bank.as_str()).map_err(|_| BankNo::Busy)?,
        expires_at_us: None,
        identity: None,
        sealed: None,
    };
    match portal.door.ask(command).await {
        Ok(_) => Ok(()),
        Err(CellError::Refused(refused)) => match refused {
            // The card is bound all the same: it is only not needed, or not believed, as evidence.
            AddEvidenceRefused::TooMuch
            | AddEvidenceRefused::TooManyAccounts
            | AddEvidenceRefused::NotAPerson
            | AddEvidenceRefused::IdentityMissing
            | AddEvidenceRefused::IdentityDiffers
            | AddEvidenceRefused::UnderReview
            | AddEvidenceRefused::Expired => Ok(()),
        },
        Err(CellError::Busy) => Err(BankNo::Busy),
        Err(CellError::Unknown) => Err(BankNo::Unknown),
    }
}

/// Gives a card up.
pub(crate) async fn unbind_card(portal: &Portal, party: PartyId, card: CardNo) -> Result<Arc<Card>, BankNo> {
    let ended = portal.door.ask(UnbindCard { party, card }).await;
    ended.map_err(|error| BankNo::of(error, |CardRefused::CardNotFound| BankNo::NoCard))
}

/// Drafts an order, so that its number and its fee can be shown.
pub(crate) async fn prepare(
    portal: &Portal,
    party: PartyId,
    card: CardNo,
    way: BankWay,
    amount: Money,
    key: Text<64>,
) -> Result<Arc<BankOrder>, BankNo> {
    if portal.bank.is_none() {
        return Err(BankNo::NoBank);
    }
    let drafted = portal.door.ask(PrepareBankOrder { party, card, way, amount, key }).await;
    drafted.map_err(|error| BankNo::of(error, BankNo::Order))
}

/// Confirms a drafted order with the password that is given for it. One that was confirmed before is given as it
/// stands, whatever the password.
pub(crate) async fn confirm(
    portal: &Portal,
    order: &Arc<BankOrder>,
    password: Secret<String>,
) -> Result<Arc<BankOrder>, BankNo> {
    if order.state != BankOrderState::Draft {
        return Ok(order.clone());
    }
    let (party, about) = (order.party, About::Order(order.no.topic()));
    let proof = sign_in::by_party(portal, party, &party.to_string(), password, about).await;
    confirm_with(portal, order, proof.map_err(BankNo::SignIn)?.attempt).await
}

/// Confirms a drafted order with what was proven for it.
pub(crate) async fn confirm_with(
    portal: &Portal,
    order: &BankOrder,
    attempt: u64,
) -> Result<Arc<BankOrder>, BankNo> {
    let asked = portal.door.ask(ConfirmBankOrder { party: order.party, no: order.no, attempt }).await;
    asked.map_err(|error| BankNo::of(error, BankNo::of_confirming))
}

/// Gives an order up.
pub(crate) async fn close(
    portal: &Portal,
    party: PartyId,
    no: BankOrderNo,
) -> Result<Arc<BankOrder>, BankNo> {
    let closed = portal.door.ask(CloseBankOrder { party, no }).await;
    closed.map_err(|error| {
        BankNo::of(error, |refused| match refused {
            CloseBankOrderRefused::NotFound => BankNo::NoOrder,
            CloseBankOrderRefused::TooLate => BankNo::TooLate,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card_words::refusal_words;
    use crate::sandbox::SandboxError;
    use crate::texts::CHINESE;
    use axum::http::StatusCode;

    #[test]
    fn a_card_is_bound_by_a_holder_with_a_name_and_a_mobile_number() {
        let wrong = |holder, id_number, mobile| CardElements::of("6222", holder, id_number, mobile).err();
        assert_eq!(wrong(" ", None, "13812345678"), Some(ElementsWrong::Holder));
        for mobile in ["1381234567", "138123456789", "1381234567x", ""] {
            assert_eq!(wrong("Lily", None, mobile), Some(ElementsWrong::Holder), "{mobile}");
        }
        assert_eq!(wrong("Lily", Some("1"), "13812345678"), Some(ElementsWrong::IdNumber));
        let found = CardElements::of(" 6222 0212 ", " Lily ", None, " 13812345678 ").unwrap();
        let CardElements { number, holder, identity, mobile } = found;
        assert_eq!((&**number.reveal(), &**holder.reveal()), ("62220212", "Lily"));
        assert!(identity.is_none() && *mobile.reveal() == "13812345678");
    }

    #[test]
    fn a_proof_that_is_gone_is_asked_for_again_and_nobody_is_said_to_be_busy() {
        let told = refusal_words(BankNo::of_confirming(ConfirmBankOrderRefused::ProofMissing), &CHINESE);
        assert_eq!(told, (StatusCode::FORBIDDEN, CHINESE.proof_gone.to_owned()));
        let told = SandboxError::from(BankNo::of_confirming(ConfirmBankOrderRefused::ProofMissing));
        assert_eq!((told.status(), told.code()), (StatusCode::CONFLICT, "proof_missing"));
    }
}
