//! Signing: what opens a merchant and its app, in one decision in the slot of its login. Who signs owns the merchant.

use crate::command::Next;
use crate::merchant::{Answered, ApplicationRefused, after, application_of, may_open};
use crate::{OpenApp, Rows, Stop, merchant_staff, open_app};
use base::{AppId, PartyId, Slot};
use ledger::{Account, AccountKind};
use money::Currency;
use people::{
    AccountClass, App, AppMode, ApplicationEvent, ApplicationState, Login, LoginName, MerchantApplication,
    Party, PartyKind, PartyStatus, PaymentStop, SlotHead,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Signs an application that passed: the merchant and its app are opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignApplication {
    /// Which one.
    pub login: LoginName,
    /// Who applies.
    pub applicant: PartyId,
    /// The app's public key, SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// Its content encryption key, sealed under the world's key.
    pub sealed_aes_key: Option<Vec<u8>>,
}

impl SignApplication {
    pub(crate) fn slot(&self) -> Slot {
        Slot::of_text(self.login.as_str())
    }
}

pub(crate) fn sign_application(rows: &mut Rows<'_>, command: &SignApplication) -> Answered {
    let slot = rows.slot();
    let known = application_of(rows, &command.login, Some(command.applicant))?;
    if is_signed_with(rows, &known, &command.public_key)? {
        return Ok(Next::Answer(known));
    }
    let state = after(known.state, ApplicationEvent::Sign)?;
    may_open(rows, &command.login)?;
    let Some((merchant, app, head)) = issued(rows)? else {
        return Stop::because(ApplicationRefused::SlotFull);
    };

    // Nothing can be refused below this line; nothing was changed above it.
    let (login, name, now_us) = (known.login.clone(), known.name.clone(), rows.now_us());
    rows.put(head);
    rows.insert(Login { slot, login: login.clone(), party: merchant });
    rows.insert(Party {
        slot,
        id: merchant,
        kind: PartyKind::Merchant,
        status: PartyStatus::Normal,
        login,
        name,
        opened_at_us: now_us,
        class: AccountClass::Merchant,
        login_masked: None,
        stop: PaymentStop::Nobody,
        proofs_after: 0,
    });
    rows.insert(Account::open(merchant, AccountKind::Balance, Currency::Cny, rows.stamp()));
    let SignApplication { public_key, sealed_aes_key, .. } = command.clone();
    let (certificate, cert_sn, mode) = (None, None, AppMode::Key);
    let open = OpenApp {
        seller: merchant,
        mode,
        public_key,
        certificate,
        cert_sn,
        allow_rsa1: false,
        sealed_aes_key,
    };
    rows.insert(open_app::row_of(slot, app, &open, now_us));
    merchant_staff::put_first_owner(rows, merchant, command.applicant);
    let row = MerchantApplication {
        state,
        merchant: Some(merchant),
        app: Some(app),
        changed_at_us: now_us,
        ..(*known).clone()
    };
    rows.put(row.clone());
    Ok(Next::Answer(Arc::new(row)))
}

/// Whether it was signed with this key: asked again, because the answer was lost, it gets the same.
fn is_signed_with(
    rows: &mut Rows<'_>,
    known: &MerchantApplication,
    public_key: &[u8],
) -> Result<bool, Stop<ApplicationRefused>> {
    let (ApplicationState::Signed, Some(app)) = (known.state, known.app) else { return Ok(false) };
    let app = rows.get::<App>((rows.slot(), app))?;
    Ok(app.is_some_and(|app| app.public_key == public_key))
}

/// The ids of a new merchant and its app, and the counters after them.
type Issued = (PartyId, AppId, SlotHead);

/// `None` when the slot is full.
fn issued(rows: &mut Rows<'_>) -> Result<Option<Issued>, Stop<ApplicationRefused>> {
    let slot = rows.slot();
    let head = rows.get::<SlotHead>((slot,))?;
    let mut head = head.map_or_else(|| SlotHead::fresh(slot), |head| (*head).clone());
    let ids = head.issue_party().zip(head.issue_app());
    Ok(ids.map(|(merchant, app)| (merchant, app, head)))
}
