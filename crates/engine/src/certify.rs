//! Certifications: a merchant asks, the person passes or fails, the merchant hears.

use crate::command::Next;
use crate::{Rows, Stop};
use base::{AppId, PartyId, Slot, Text};
use people::{CERTIFICATION_LIFE_US, Certification, CertificationId, CertificationState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A merchant wants to know that somebody is who he says. The same number and meaning again give the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenCertification {
    /// The merchant.
    pub seller: PartyId,
    /// The app that asks.
    pub app: AppId,
    /// Keyed digest of its public number, which the rim derives from merchant and number.
    pub id: CertificationId,
    /// The merchant's number.
    pub outer_order_no: Text<64>,
    /// Keyed digest of everything else that is asked.
    pub meaning: [u8; 16],
    /// Where the browser goes afterwards.
    pub return_url: Option<Text<1024>>,
}

/// Why a certification is not opened, decided or told. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertifyRefused {
    /// There is no such certification, or it is another merchant's.
    #[error("no such certification")]
    NotFound,
    /// The merchant's number was used for something else.
    #[error("the number was used for another certification")]
    NumberTaken,
    /// It was decided otherwise before.
    #[error("it was decided before")]
    Decided,
    /// Nobody decided it in time.
    #[error("its time is over")]
    Expired,
    /// Nobody decided it yet.
    #[error("nobody decided it yet")]
    Undecided,
}

impl OpenCertification {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn open_certification(
    rows: &mut Rows<'_>,
    command: &OpenCertification,
) -> Result<Next<()>, Stop<CertifyRefused>> {
    let OpenCertification { seller, app, id, outer_order_no, meaning, return_url } = command.clone();
    let (slot, opened_at_us) = (rows.slot(), rows.now_us());
    if let Some(found) = rows.get::<Certification>((slot, id))? {
        if found.meaning == meaning && found.seller == seller {
            return Ok(Next::Answer(()));
        }
        return Stop::because(CertifyRefused::NumberTaken);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(Certification {
        slot,
        id,
        seller,
        app,
        outer_order_no,
        meaning,
        return_url,
        state: CertificationState::Started,
        opened_at_us,
        expires_at_us: opened_at_us + CERTIFICATION_LIFE_US,
        decided_at_us: None,
    });
    Ok(Next::Answer(()))
}

/// The person passes or fails. Said again, nothing changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecideCertification {
    /// The merchant's slot, which the public number names.
    pub slot: Slot,
    /// Keyed digest of its public number.
    pub id: CertificationId,
    /// Whether the person is who he says.
    pub passed: bool,
}

impl DecideCertification {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }
}

pub(crate) fn decide_certification(
    rows: &mut Rows<'_>,
    command: &DecideCertification,
) -> Result<Next<Arc<Certification>>, Stop<CertifyRefused>> {
    let Some(found) = rows.get::<Certification>((rows.slot(), command.id))? else {
        return Stop::because(CertifyRefused::NotFound);
    };
    let state = if command.passed { CertificationState::Passed } else { CertificationState::Failed };
    if found.state == state {
        return Ok(Next::Answer(found));
    }
    if found.state != CertificationState::Started {
        return Stop::because(CertifyRefused::Decided);
    }
    if rows.now_us() >= found.expires_at_us {
        return Stop::because(CertifyRefused::Expired);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let decided = Arc::new(Certification { state, decided_at_us: Some(rows.now_us()), ..(*found).clone() });
    rows.put_shared(decided.clone());
    Ok(Next::Answer(decided))
}

/// How a certification stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindCertification {
    /// The merchant's slot, which the public number names.
    pub slot: Slot,
    /// Keyed digest of its public number.
    pub id: CertificationId,
    /// Whose it must be; anybody's when absent, for the page.
    pub seller: Option<PartyId>,
}

impl FindCertification {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }
}

pub(crate) fn find_certification(
    rows: &mut Rows<'_>,
    query: &FindCertification,
) -> Result<Next<Arc<Certification>>, Stop<CertifyRefused>> {
    let found = rows.get::<Certification>((rows.slot(), query.id))?;
    match found.filter(|found| query.seller.is_none_or(|seller| seller == found.seller)) {
        Some(found) => Ok(Next::Answer(found)),
        None => Stop::because(CertifyRefused::NotFound),
    }
}
