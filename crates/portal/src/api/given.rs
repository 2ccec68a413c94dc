//! What confirms an act over the API: the payment password, or the answer of a passkey to the challenge of this very
//! act. Both make a proof that the cell takes once.

use crate::people::{Asker, passkey_acts};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sign_in::{self, About};
use base::Secret;
use people::{Device, ShownAct};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;

/// Confirms what is asked for: `pay_password`, or `challenge_id` with `credential`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActProof {
    /// The payment password, six digits.
    pay_password: Option<String>,
    /// The challenge that `…/options` gave for this act.
    challenge_id: Option<String>,
    /// What the browser made of it: a `PublicKeyCredential` as `toJSON()` says it.
    #[schema(value_type = Option<Object>)]
    credential: Option<PublicKeyCredential>,
}

/// What a browser needs to confirm an act with a passkey.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActChallenge {
    /// The id that the answer names.
    challenge_id: String,
    /// What `navigator.credentials.get` takes.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    public_key: Value,
}

/// The one proof that was given.
pub(crate) enum Given {
    /// The payment password.
    Password(Secret<String>),
    /// The answer of a passkey.
    Passkey {
        /// Which challenge it answers.
        challenge_id: String,
        /// The answer.
        credential: Box<PublicKeyCredential>,
    },
}

impl ActChallenge {
    /// Out of what begins to confirm.
    pub(crate) fn of(mut options: Value) -> ActChallenge {
        let challenge_id = options["challenge_id"].as_str().unwrap_or_default().to_owned();
        ActChallenge { challenge_id, public_key: options["publicKey"].take() }
    }
}

impl ActProof {
    /// The one proof that was given.
    pub(crate) fn one(self) -> Result<Given, SandboxError> {
        let ActProof { pay_password, challenge_id, credential } = self;
        match (pay_password, challenge_id, credential) {
            (Some(password), None, None) => Ok(Given::Password(Secret::new(password))),
            (None, Some(challenge_id), Some(credential)) => {
                Ok(Given::Passkey { challenge_id, credential: Box::new(credential) })
            }
            _ => {
                let message = "give pay_password, or challenge_id and credential";
                Err(SandboxError::bad("bad_request", message))
            }
        }
    }
}

impl Given {
    /// The number of the proof that it makes for this act, which was shown to whoever is signed in here. A password is
    /// given for what the act is about, a passkey for all of it.
    pub(crate) async fn prove(
        self,
        portal: &Arc<Portal>,
        this: &Device,
        act: ShownAct,
    ) -> Result<u64, SandboxError> {
        let party = this.party;
        match self {
            Given::Password(password) => {
                let about = About::Order(act.about);
                let proof = sign_in::by_party(portal, party, &party.to_string(), password, about).await?;
                Ok(proof.attempt)
            }
            Given::Passkey { challenge_id, credential } => {
                let fits = |shown: &ShownAct| *shown == act;
                let asker = Asker::device(this);
                let confirmed =
                    passkey_acts::confirm(portal, asker, &challenge_id, &credential, fits).await?;
                Ok(confirmed.proof)
            }
        }
    }
}

/// Begins to confirm an act with a passkey.
pub(crate) async fn begin(
    portal: &Portal,
    this: &Device,
    act: ShownAct,
) -> Result<ActChallenge, SandboxError> {
    passkey_acts::begin(portal, Asker::device(this), act, false).await.map(ActChallenge::of)
}
