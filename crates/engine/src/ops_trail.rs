//! What operators do is noted on the platform's slot, each note with the hash of the one before.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{Slot, Text};
use people::{OPS_ASKED, OperatorName, OpsTrail, OpsTrailHead, OpsTrailOpen, names_operator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Notes that an operator is about to act, or how it ended. Each call is a note of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteAct {
    /// Who acts.
    pub operator: OperatorName,
    /// What is done.
    pub act: Text<32>,
    /// What it is done to.
    pub subject: Text<128>,
    /// What stands for the whole request.
    pub digest: [u8; 32],
    /// [`OPS_ASKED`], or how it ended.
    pub outcome: Text<64>,
    /// Of an outcome: the number of the note that stands before the act.
    pub asked_no: Option<u64>,
}

/// Why nothing is noted. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoteActRefused {
    /// The name says nothing, or has blanks around it.
    #[error("an operator is named, without blanks around the name and without letters that nobody sees")]
    NoOperator,
    /// It does not say what is done, or how it ended.
    #[error("a note says what is done, and how it ended")]
    SaysNothing,
    /// It is the outcome of nothing that was noted, of something else, or of an act whose outcome is noted.
    #[error("an outcome is of an act that was noted before, of that very act, and the only one")]
    NotAsked,
}

impl NoteAct {
    pub(crate) fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

pub(crate) fn note_act(
    rows: &mut Rows<'_>,
    command: &NoteAct,
) -> Result<Next<Arc<OpsTrail>>, Stop<NoteActRefused>> {
    let NoteAct { operator, act, subject, digest, outcome, asked_no } = command.clone();
    if !names_operator(operator.as_str()) {
        return Stop::because(NoteActRefused::NoOperator);
    }
    if act.as_str().is_empty() || outcome.as_str().is_empty() {
        return Stop::because(NoteActRefused::SaysNothing);
    }
    let slot = rows.slot();
    let head = rows.get::<OpsTrailHead>((slot,))?;
    let (last, previous_hash) = head.map_or((0, [0; 32]), |head| (head.last, head.hash));
    let Some(number) = last.checked_add(1).filter(|number| i64::try_from(*number).is_ok()) else {
        return Err(Stop::Fault(Fault("the numbers of notes are used up".to_owned())));
    };
    let (at_us, hash) = (rows.now_us(), [0; 32]);
    let open = OpsTrail {
        slot,
        number,
        at_us,
        operator,
        act,
        subject,
        digest,
        outcome,
        asked_no,
        previous_hash,
        hash,
    };
    let fits = match asked_no {
        None => open.outcome.as_str() == OPS_ASKED,
        Some(no) if no < number => {
            let is_open = rows.get::<OpsTrailOpen>((slot, no))?.is_some();
            is_open && rows.get::<OpsTrail>((slot, no))?.is_some_and(|asked| open.ends(&asked))
        }
        Some(_) => false,
    };
    if !fits {
        return Stop::because(NoteActRefused::NotAsked);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let note = Arc::new(OpsTrail { hash: open.hashed(), ..open });
    rows.put(OpsTrailHead { slot, last: number, hash: note.hash });
    match asked_no {
        None => rows.put(OpsTrailOpen { slot, number }),
        Some(no) => rows.delete::<OpsTrailOpen>((slot, no)),
    }
    rows.put_shared(note.clone());
    Ok(Next::Answer(note))
}
