//! Names of merchants' applications, held against the list in force: by the review, at the signing, and of live
//! merchants under each new list.

use super::merchants::{application, applications, known_names};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::screening::{self, Person};
use base::PartyId;
use engine::ScreenState;
use people::{ApplicationState, MerchantApplication};
use risk::{MERCHANT_PLACES, about_merchant};
use std::sync::Arc;

/// Holds the names of an application against the list in force: those of its account, its licence and its contact, and
/// the one that it sells under.
pub(crate) async fn screened(portal: &Portal, login: &str) -> Result<ScreenState, SandboxError> {
    screened_row(portal, &*application(portal, login, None).await?).await
}

/// Of whom the names of an application are: of the merchant that signed, and before of the applicant. What was released
/// at the applicant is so at the merchant.
fn looked_at_as(row: &MerchantApplication) -> (PartyId, Option<PartyId>) {
    match row.merchant {
        Some(merchant) => (merchant, Some(row.applicant)),
        None => (row.applicant, None),
    }
}

/// The same of its row.
pub(super) async fn screened_row(
    portal: &Portal,
    row: &MerchantApplication,
) -> Result<ScreenState, SandboxError> {
    let (party, applicant) = looked_at_as(row);
    let known = known_names(portal, row).await?;
    let [shop, account, contact, licence] = MERCHANT_PLACES;
    let mut names: Vec<(&str, String)> = Vec::with_capacity(MERCHANT_PLACES.len());
    if let Some(known) = known {
        names.extend([(account, known.account_name), (contact, known.contact_name)]);
        names.extend(known.licence_subject.map(|name| (licence, name)));
    }
    // The last one: when it was looked at, all were.
    names.push((shop, row.name.to_string()));
    let mut worst = ScreenState::Clear;
    for (place, name) in names {
        let what = about_merchant(place, row.login.as_str());
        let person = Person { name, ..Person::default() };
        let state = screening::look_for(portal, party, applicant, &what, person).await?;
        worst = match (worst, state) {
            (ScreenState::Refused, _) | (_, ScreenState::Refused) => ScreenState::Refused,
            (ScreenState::Held, _) | (_, ScreenState::Held) => ScreenState::Held,
            (ScreenState::Clear, ScreenState::Clear) => ScreenState::Clear,
        };
    }
    Ok(worst)
}

/// Holds the names of a merchant that signed against a list of this version, unless that was done.
pub(crate) async fn screened_once(
    portal: &Portal,
    row: &MerchantApplication,
    version: u32,
) -> Result<(), SandboxError> {
    let [shop, ..] = MERCHANT_PLACES;
    let (party, _) = looked_at_as(row);
    let seen = screening::seen(portal, party, &about_merchant(shop, row.login.as_str())).await?;
    match seen.filter(|seen| seen.version == version) {
        Some(_) => Ok(()),
        None => screened_row(portal, row).await.map(|_| ()),
    }
}

/// The merchants that signed and still sell.
pub(crate) async fn live(portal: &Portal) -> Result<Vec<Arc<MerchantApplication>>, SandboxError> {
    applications(portal, |row| row.merchant.is_some() && row.state != ApplicationState::Unsigned).await
}
