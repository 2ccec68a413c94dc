//! The payment password, from login and digits to a proof: the try is counted, compared, judged.

use crate::password::{Crowded, Place};
use crate::portal::Portal;
use base::{OrderNo, PartyId, Secret, Slot, Stamp};
use cell::CellError;
use engine::{FindAddress, FindLogin, FindParty, JudgePassword, PartyNotFound, TryPassword};
use people::{
    Address, Credential, DIGEST_MARK, GONE_MARK, LoginName, PartyStatus, PasswordRefused, login_of_address,
};
use serde::Deserialize;

/// A right password: it stands for what it was given for, for ten minutes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proof {
    /// Whose password it was.
    pub(crate) party: PartyId,
    /// The number of the try, or of the sign-in by passkey.
    pub(crate) attempt: u64,
    /// When the try began, microseconds UTC.
    pub(crate) since_us: i64,
    /// The passkey that proved it, by its number; it proves who it is, and pays nothing.
    pub(crate) passkey: Option<u64>,
}

/// Why nobody is signed in. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SignInRefused {
    /// A payment password has six digits; nothing was counted.
    NotSixDigits,
    /// Too many sign-ins at once; nothing was counted.
    Crowded,
    /// Too many wrong tries.
    Locked {
        /// When the lock opens, microseconds UTC.
        until_us: i64,
    },
    /// No such login, or another password: the two are not told apart.
    Wrong {
        /// Tries left before the lock.
        tries_left: u32,
    },
    /// The password is right, and the operator froze the account.
    Frozen,
    /// The platform could not decide; try again.
    Busy,
}

/// The form of pages on which one step signs in and agrees: the password is used up by what the page is about.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    /// The page's own token.
    #[serde(default)]
    pub(crate) csrf: String,
    /// Who.
    #[serde(default)]
    pub(crate) login: String,
    /// As it was typed.
    #[serde(default)]
    pub(crate) pay_password: String,
}

/// What a password is given for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum About {
    /// Paying this order.
    Order(OrderNo),
    /// The wallet: no order at all.
    Wallet,
    /// Lifting the own stop of payments.
    Stop(PartyId),
}

impl About {
    /// The order that the proof is bound to. The wallet's is the first microsecond of 1970, when there was no order.
    fn order_no(self, slot: Slot) -> OrderNo {
        match self {
            About::Order(order_no) => order_no,
            About::Stop(party) => engine::about_stop(party),
            About::Wallet => OrderNo::of(Stamp { at_us: 1, seq: 0 }, slot),
        }
    }
}

impl From<Crowded> for SignInRefused {
    fn from(_: Crowded) -> SignInRefused {
        SignInRefused::Crowded
    }
}

impl From<CellError<PasswordRefused>> for SignInRefused {
    fn from(error: CellError<PasswordRefused>) -> SignInRefused {
        match error {
            CellError::Refused(refused) => refused.into(),
            CellError::Busy | CellError::Unknown => SignInRefused::Busy,
        }
    }
}

impl From<PasswordRefused> for SignInRefused {
    fn from(refused: PasswordRefused) -> SignInRefused {
        match refused {
            PasswordRefused::Locked { until_us } => SignInRefused::Locked { until_us },
            PasswordRefused::Wrong { tries_left } => SignInRefused::Wrong { tries_left },
            // The verdict came too late, or the party was closed in between.
            PasswordRefused::NoAttempt | PasswordRefused::NoPassword => SignInRefused::Busy,
            PasswordRefused::Frozen => SignInRefused::Frozen,
        }
    }
}

/// A login as it is looked up: trimmed, lower case. `None` when nobody can have it.
pub(crate) fn login_name(text: &str) -> Option<LoginName> {
    let text = text.trim().to_lowercase();
    let is_digest = [DIGEST_MARK, GONE_MARK].iter().any(|mark| text.starts_with(mark));
    let fits = !is_digest
        && !text.is_empty()
        && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    if fits { LoginName::new(&text).ok() } else { None }
}

/// Who signs in with what was typed: a registered person by the digest of the address, everybody else by the name. The
/// error is that the platform could not look.
pub(crate) async fn find_login(
    portal: &Portal,
    typed: &str,
) -> Result<Option<PartyId>, CellError<PartyNotFound>> {
    if let Some(address) = Address::parse(typed) {
        let address = crate::people::digest_of(portal, &address);
        match portal.door.ask(FindAddress { address }).await {
            Ok(found) => return Ok(Some(found.party)),
            Err(CellError::Refused(PartyNotFound)) => {}
            Err(error) => return Err(error),
        }
    }
    let Some(login) = login_name(typed) else { return Ok(None) };
    match portal.door.ask(FindLogin { login }).await {
        Ok(party) => Ok(Some(party)),
        Err(CellError::Refused(PartyNotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Signs in by login and payment password. A login that nobody has costs the same steps and gets the same answers.
pub(crate) async fn by_login(
    portal: &Portal,
    login: &str,
    password: Secret<String>,
    about: About,
) -> Result<Proof, SignInRefused> {
    if !crate::password::is_well_formed(password.reveal()) {
        return Err(SignInRefused::NotSixDigits);
    }
    let name = login_name(login);
    let found = find_login(portal, login).await.map_err(|_| SignInRefused::Busy)?;
    // By what is looked for, not by how it is spelt: else two spellings would tell whether an account is there.
    let shown = match Address::parse(login) {
        Some(address) => login_of_address(&crate::people::digest_of(portal, &address)).to_string(),
        None => name.as_ref().map_or_else(|| login.chars().take(100).collect(), ToString::to_string),
    };
    match found {
        Some(party) => by_party(portal, party, &shown, password, about).await,
        None => {
            // The platform's own party has no password: the try is refused, in the same number of steps.
            let nobody = PartyId::platform(Slot::of_text(&shown));
            by_party(portal, nobody, &shown, password, about).await
        }
    }
}

/// Proves the payment password of a known party.
pub(crate) async fn by_party(
    portal: &Portal,
    party: PartyId,
    name: &str,
    password: Secret<String>,
    about: About,
) -> Result<Proof, SignInRefused> {
    if !crate::password::is_well_formed(password.reveal()) {
        return Err(SignInRefused::NotSixDigits);
    }
    let place = portal.checker.queue()?;
    let signs_in = about == About::Wallet;
    let (about, since_us) = (about.order_no(party.slot()), portal.door.now_us());
    let reserved = match portal.door.ask(TryPassword { party, about }).await {
        Ok(reserved) => reserved,
        Err(CellError::Refused(PasswordRefused::NoPassword)) => {
            return Err(nobody(portal, place, party, name, password).await);
        }
        Err(error) => return Err(error.into()),
    };
    let attempt = reserved.attempt;
    let (verifier, pepper_version) = (reserved.verifier, reserved.pepper_version);
    let right = place.compare(portal.world.clone(), verifier, pepper_version, password).await;
    portal.door.ask(JudgePassword { party, attempt, right }).await?;
    if signs_in && is_frozen(portal, party).await? {
        return Err(SignInRefused::Frozen);
    }
    Ok(Proof { party, attempt, since_us, passkey: None })
}

async fn is_frozen(portal: &Portal, party: PartyId) -> Result<bool, SignInRefused> {
    let found = portal.door.ask(FindParty { party }).await.map_err(|_| SignInRefused::Busy)?;
    Ok(found.status == PartyStatus::Frozen)
}

/// The same steps for somebody without a password, ending in a refusal.
async fn nobody(
    portal: &Portal,
    place: Place,
    party: PartyId,
    name: &str,
    password: Secret<String>,
) -> SignInRefused {
    let (verifier, pepper_version) = (portal.checker.decoy(), world::Secrets::PEPPER_VERSION);
    let blank = Credential {
        slot: party.slot(),
        party,
        verifier: verifier.clone(),
        pepper_version,
        tries: 0,
        locked_until_us: 0,
    };
    let refused = match portal.ghosts.count(name, blank, portal.door.now_us()) {
        Ok(refused) => refused,
        Err(locked) => return locked.into(),
    };
    let _never_right = place.compare(portal.world.clone(), verifier, pepper_version, password).await;
    // The verdict of a try that was never reserved: refused, after the same way through the cell.
    let _refused = portal.door.ask(JudgePassword { party, attempt: 0, right: false }).await;
    refused.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_looked_up_in_lower_case_without_spaces_around() {
        assert_eq!(login_name(" Buyer1@Demo ").map(|name| name.to_string()), Some("buyer1@demo".to_owned()));
        for wrong in ["h:00", "gone:2088", "", "  ", "a b", "a\u{0}b", &"x".repeat(101)] {
            assert_eq!(login_name(wrong), None, "{wrong:?}");
        }
    }
}
