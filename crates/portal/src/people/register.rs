//! `POST /api/v1/people`: whoever proves an address opens an account.

use super::budget::ClientAddress;
use super::sessions::SessionBegun;
use super::{address_of, crowded, digest_of, in_vault, new_password, prove, sessions, weak};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, read};
use crate::screening;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{PartyId, Secret, Text};
use cell::CellError;
use engine::{RegisterPerson, RegisterRefused};
use people::{Address, AddressDigest, ChallengePurpose, check_login_password, check_pay_password};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The name of the address among a person's sealed fields.
pub(crate) const ADDRESS_FIELD: &str = "address";
/// The name of what a device is called among them.
pub(crate) const DEVICE_FIELD: &str = "device";

/// Somebody who opens an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterRequest {
    /// The address that the code went to.
    to: String,
    code: String,
    /// 8 to 20 characters, not digits alone and not letters alone.
    login_password: String,
    /// Six digits, no run, no part of the address.
    pay_password: String,
    /// What the device is called in the list of sessions.
    #[serde(default)]
    device: String,
}

/// Opens an account, and signs the device in.
#[utoipa::path(
    post,
    path = "/people",
    tag = "people",
    request_body = RegisterRequest,
    responses((status = 200, description = "The account is open; its session is a cookie, too.", body = SessionBegun))
)]
pub(crate) async fn register(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let RegisterRequest { to, code, login_password, pay_password, device } = read(&headers, &body)?;
    let to = address_of(&to)?;
    check_login_password(&login_password).map_err(|error| weak("login_password", error))?;
    check_pay_password(&pay_password, &[to.as_str()]).map_err(|error| weak("pay_password", error))?;
    // A place first: nobody loses a try to a crowd.
    let place = portal.checker.queue().map_err(|_| crowded())?;
    let address = digest_of(&portal, &to);
    let proof = prove(&portal, address, ChallengePurpose::Register, &code).await?;
    let command = command(&portal, &to, address, proof, (login_password, pay_password)).await?;
    drop(place);
    let data_key = command.data_key;
    match registered(portal.clone(), command).await? {
        Ok(party) => {
            let client = client.map(|Extension(client)| client);
            portal.people.budget.know(address, client, portal.door.now_us());
            sessions::signed_in(&portal, party, proof, None, &device).await
        }
        Err(error) => {
            // Whether it was taken over is not known when the answer is lost: then the key stays. If not, it
            // opens nothing, because nothing that it sealed was kept.
            if let CellError::Refused(_) = error {
                in_vault(&portal, move |vault| vault.erase(&data_key)).await?;
            }
            Err(SandboxError::of(error, refused))
        }
    }
}

/// Opens the account and looks at whose it is: also when the caller has gone.
async fn registered(
    portal: Arc<Portal>,
    command: RegisterPerson,
) -> Result<Result<PartyId, CellError<RegisterRefused>>, SandboxError> {
    let done = tokio::spawn(async move {
        let party = portal.door.ask(command).await?;
        screening::meet(&portal, party).await;
        Ok(party)
    });
    done.await.map_err(SandboxError::broken)
}

async fn command(
    portal: &Portal,
    to: &Address,
    address: AddressDigest,
    proof: u64,
    (login_password, pay_password): (String, String),
) -> Result<RegisterPerson, SandboxError> {
    let login_password = new_password(portal, Secret::new(login_password)).await?;
    let pay_password = new_password(portal, Secret::new(pay_password)).await?;
    let login_masked = Text::new(&to.masked()).map_err(SandboxError::broken)?;
    let plain = to.as_str().to_owned();
    let sealed = in_vault(portal, move |vault| {
        let data_key = vault.make_key()?;
        Ok((data_key, vault.seal(&data_key, ADDRESS_FIELD, &plain)?))
    });
    let (data_key, sealed_address) = sealed.await?;
    Ok(RegisterPerson {
        address,
        proof,
        login_masked,
        login_password,
        pay_password,
        data_key,
        sealed_address,
    })
}

/// An address that was taken meanwhile is told as a wrong code, as one that was taken before.
fn refused(refused: RegisterRefused) -> SandboxError {
    match refused {
        RegisterRefused::ProofMissing | RegisterRefused::AddressTaken => super::code_refused(),
        RegisterRefused::SlotFull => SandboxError::conflict("slot_full", refused),
    }
}
