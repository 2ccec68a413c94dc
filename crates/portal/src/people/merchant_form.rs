//! What an application of a merchant is filled in with, and what of it is kept by name, sealed with the key of whoever
//! applies.

use super::in_vault;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use base::Text;
use people::{LoginName, MerchantApplication, MerchantKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a name or number that is sealed.
const SEALED_TEXT_MAX: usize = 100;

/// What is known by name of an application, as it is sealed.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = ApplicationNames)]
pub(crate) struct Known {
    pub(super) account_name: String,
    pub(super) licence_subject: Option<String>,
    licence_no: Option<String>,
    pub(super) contact_name: String,
    contact_phone: String,
}

/// Somebody who applies to be a merchant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationRequest {
    /// The name that the merchant shall sign in with.
    pub(super) login: String,
    /// `enterprise`, `individually_owned` or `individual`.
    #[schema(value_type = String)]
    pub(super) kind: MerchantKind,
    /// How the merchant shall be shown to buyers.
    pub(super) name: String,
    /// Whose account it is.
    account_name: String,
    /// Whom the licence names; an individual has none.
    licence_subject: Option<String>,
    licence_no: Option<String>,
    contact_name: String,
    contact_phone: String,
    /// Where the merchant sells, when that is a site.
    pub(super) site: Option<String>,
}

/// The sealed field of an application.
pub(super) fn field_of(login: &LoginName) -> String {
    format!("merchant:{login}")
}

/// What is to be sealed, trimmed.
pub(super) fn known_of(asked: &ApplicationRequest) -> Result<Known, SandboxError> {
    let text = |name: &str, text: &str| -> Result<String, SandboxError> {
        let text = text.trim();
        let fits =
            !text.is_empty() && text.chars().count() <= SEALED_TEXT_MAX && !text.contains(char::is_control);
        let message = || format!("{name} has 1 to {SEALED_TEXT_MAX} characters");
        fits.then(|| text.to_owned()).ok_or_else(|| SandboxError::bad("bad_text", message()))
    };
    let licence = |name: &str, given: &Option<String>| match asked.kind {
        MerchantKind::Enterprise | MerchantKind::IndividuallyOwned => {
            text(name, given.as_deref().unwrap_or_default()).map(Some)
        }
        MerchantKind::Individual if given.is_some() => {
            Err(SandboxError::bad("bad_text", format!("{name}: an individual has no licence")))
        }
        MerchantKind::Individual => Ok(None),
    };
    Ok(Known {
        account_name: text("account_name", &asked.account_name)?,
        licence_subject: licence("licence_subject", &asked.licence_subject)?,
        licence_no: licence("licence_no", &asked.licence_no)?,
        contact_name: text("contact_name", &asked.contact_name)?,
        contact_phone: text("contact_phone", &asked.contact_phone)?,
    })
}

/// Where a merchant sells, when it is an address.
pub(super) fn site_of(text: &str) -> Result<Text<200>, SandboxError> {
    let wrong =
        || SandboxError::bad("bad_site", "a site is http:// or https:// and a host, at most 200 characters");
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(wrong)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return Err(wrong());
    }
    Text::new(text).map_err(|_| wrong())
}

/// What is known by name of an application.
pub(super) async fn known_names(
    portal: &Portal,
    row: &MerchantApplication,
) -> Result<Option<Known>, SandboxError> {
    let (field, data_key, sealed) = (field_of(&row.login), row.data_key, row.sealed.clone());
    let opened = in_vault(portal, move |vault| vault.open_field(&data_key, &field, &sealed)).await?;
    opened.map(|text| serde_json::from_str::<Known>(&text)).transpose().map_err(SandboxError::broken)
}
