//! Names of merchants' applications, held against the list in force: by the review, at the signing, and of live
//! merchants under each new list.

use super::merchant_form::known_names;
use super::merchants::{application, applications};
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

/// Places and names of an application: those that are sealed, while they open, and the one that it sells under.
async fn names_of(
    portal: &Portal,
    row: &MerchantApplication,
) -> Result<Vec<(&'static str, String)>, SandboxError> {
    let [shop, account, contact, licence] = MERCHANT_PLACES;
    let mut names = vec![(shop, row.name.to_string())];
    if let Some(known) = known_names(portal, row).await? {
        names.extend([(account, known.account_name), (contact, known.contact_name)]);
        names.extend(known.licence_subject.map(|name| (licence, name)));
    }
    Ok(names)
}

async fn version_in_force(portal: &Portal) -> Result<u32, SandboxError> {
    Ok(screening::in_force(portal).await?.map_or(0, |list| list.version))
}

/// The same of its row. All names are held against one list: when another one came meanwhile, they are against that.
pub(super) async fn screened_row(
    portal: &Portal,
    row: &MerchantApplication,
) -> Result<ScreenState, SandboxError> {
    let names = names_of(portal, row).await?;
    loop {
        let version = version_in_force(portal).await?;
        let state = worst_of(portal, row, &names).await?;
        // Versions only rise, so this ends.
        if version_in_force(portal).await? == version {
            return Ok(state);
        }
    }
}

/// Somebody of whom the name alone is known.
fn called(name: &str) -> Person {
    Person { name: name.to_owned(), ..Person::default() }
}

async fn worst_of(
    portal: &Portal,
    row: &MerchantApplication,
    names: &[(&str, String)],
) -> Result<ScreenState, SandboxError> {
    let (party, applicant) = looked_at_as(row);
    let mut worst = ScreenState::Clear;
    for (place, name) in names {
        let what = about_merchant(place, row.login.as_str());
        let state = screening::look_for(portal, party, applicant, &what, called(name)).await?;
        worst = match (worst, state) {
            (ScreenState::Refused, _) | (_, ScreenState::Refused) => ScreenState::Refused,
            (ScreenState::Held, _) | (_, ScreenState::Held) => ScreenState::Held,
            (ScreenState::Clear, ScreenState::Clear) => ScreenState::Clear,
        };
    }
    Ok(worst)
}

/// Holds the names of a merchant that signed against a list of this version, unless that was done with each of them,
/// and what it found stops the balance.
pub(crate) async fn screened_once(
    portal: &Portal,
    row: &MerchantApplication,
    version: u32,
) -> Result<(), SandboxError> {
    let (party, _) = looked_at_as(row);
    let stop = screening::found(portal, party).await?.stop;
    for (place, name) in names_of(portal, row).await? {
        let seen = screening::seen(portal, party, &about_merchant(place, row.login.as_str())).await?;
        let name = screening::name_digest(portal, &called(&name));
        if seen.is_none_or(|seen| !screening::holds_still(&seen, version, &name, stop)) {
            return screened_row(portal, row).await.map(|_| ());
        }
    }
    Ok(())
}

/// The merchants that signed and still sell.
pub(crate) async fn live(portal: &Portal) -> Result<Vec<Arc<MerchantApplication>>, SandboxError> {
    applications(portal, |row| row.merchant.is_some() && row.state != ApplicationState::Unsigned).await
}
