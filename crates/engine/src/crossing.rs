//! Messages that cross from one cell to another: written beside what they follow from, carried by nobody in particular,
//! applied exactly once.
//!
//! Sender: the decision that says something to a slot of another cell numbers it, 1, 2, 3 … for each pair of slots, and
//! keeps it in [`Outbox`] until the receiver has acknowledged it. Receiver: [`Receive`] applies a parcel and moves the
//! watermark in [`Link`] in one decision, so that both are durable or neither. What comes again is ignored, what comes
//! too early is refused and sent again later. The network may therefore lose, repeat, reorder and delay.

use crate::command::{Never, Next};
use crate::{Fault, Message, Rows, Stop, message};
use base::{Plant, Record, Slot, Stamp, Text, planted};
use serde::{Deserialize, Serialize};

/// Who waits for the end of a chain: the command that began it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The slot that decided it.
    pub slot: Slot,
    /// Its stamp there.
    pub stamp: Stamp,
}

/// A message on its way to another cell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parcel {
    /// The slot that says it.
    pub from: Slot,
    /// The slot it is for.
    pub to: Slot,
    /// Its number between these two slots, from 1, without gaps.
    pub no: u64,
    /// Who waits for the end of its chain.
    pub origin: Origin,
    /// What is said.
    pub message: Message,
}

/// A parcel until it is acknowledged.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "outbox", key = 3)]
pub struct Outbox {
    /// The sender's slot.
    pub slot: Slot,
    /// The slot it is for.
    pub to_slot: Slot,
    /// Its number between these two slots.
    pub no: u64,
    /// The message's name, for people.
    pub kind: Text<32>,
    /// The parcel in postcard form.
    pub parcel: Vec<u8>,
    /// When it was said, microseconds UTC.
    pub sent_at_us: i64,
}

impl Outbox {
    /// The parcel in it.
    pub fn open(&self) -> Result<Parcel, Fault> {
        postcard::from_bytes(&self.parcel)
            .map_err(|_| Fault(format!("parcel {} from {} to {}", self.no, self.slot, self.to_slot)))
    }
}

/// How far two slots of different cells have come with each other; each keeps its own side.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "link", key = 2)]
pub struct Link {
    /// This side.
    pub slot: Slot,
    /// The other side.
    pub other: Slot,
    /// The last number that this side gave a parcel.
    pub sent: u64,
    /// Up to which the other side has acknowledged them.
    pub acknowledged: u64,
    /// Up to which this side has applied the other's: all of them, each once.
    pub received: u64,
}

/// A parcel arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receive {
    /// What arrived.
    pub parcel: Parcel,
}

impl Receive {
    pub(crate) fn slot(&self) -> Slot {
        self.parcel.to
    }
}

/// Why a parcel is not applied now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParcelRefused {
    /// One before it is missing; it will come again.
    #[error("parcels up to {received} have arrived, the next one is missing")]
    Gap {
        /// Up to which all were applied.
        received: u64,
    },
}

/// The other side has applied parcels.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Acknowledge {
    /// The sender's slot, which decides this.
    pub from: Slot,
    /// The receiver's slot.
    pub to: Slot,
    /// Up to which all were applied.
    pub up_to: u64,
}

impl Acknowledge {
    pub(crate) fn slot(&self) -> Slot {
        self.from
    }
}

fn link(rows: &mut Rows<'_>, other: Slot) -> Result<Link, Fault> {
    let slot = rows.slot();
    let link = rows.get::<Link>((slot, other))?;
    Ok(link.map_or(Link { slot, other, sent: 0, acknowledged: 0, received: 0 }, |link| (*link).clone()))
}

/// Puts a message for another cell's slot into the outbox of the decision that says it.
pub(crate) fn dispatch(
    rows: &mut Rows<'_>,
    to: Slot,
    origin: Origin,
    message: Message,
) -> Result<Parcel, Fault> {
    let link = link(rows, to)?;
    let again = planted(Plant::ParcelNumbersStartAgain) && link.acknowledged == link.sent;
    let (slot, no) = (rows.slot(), if again { 1 } else { link.sent + 1 });
    let kind = Text::new(message.name()).expect("names are short");
    let parcel = Parcel { from: slot, to, no, origin, message };
    let bytes =
        postcard::to_allocvec(&parcel).map_err(|error| Fault(format!("a {kind} is not sent: {error}")))?;
    let sent_at_us = rows.now_us();
    if !planted(Plant::OutboxNotWritten) {
        rows.put(Outbox { slot, to_slot: to, no, kind, parcel: bytes, sent_at_us });
    }
    rows.put(Link { sent: no, ..link });
    Ok(parcel)
}

/// Applies a parcel, once and in its turn. Gives up to which all were applied.
pub(crate) fn receive(rows: &mut Rows<'_>, command: &Receive) -> Result<Next<u64>, Stop<ParcelRefused>> {
    let Parcel { from, no, message, .. } = &command.parcel;
    let link = link(rows, *from)?;
    let received = link.received;
    if *no > received + 1 && !planted(Plant::GapAccepted) {
        return Stop::because(ParcelRefused::Gap { received });
    }
    if *no <= received && !planted(Plant::ParcelAppliedTwice) {
        return Ok(Next::Answer(received));
    }

    // Nothing can be refused below this line.
    if !planted(Plant::WatermarkNotMoved) {
        rows.put(Link { received: *no + u64::from(planted(Plant::WatermarkOneAhead)), ..link });
    }
    if let Some(reply) = message::apply(rows, message)? {
        rows.answer(reply);
    }
    Ok(Next::Answer(*no))
}

/// Forgets parcels that the other side has applied.
pub(crate) fn acknowledge(rows: &mut Rows<'_>, command: &Acknowledge) -> Result<Next<()>, Stop<Never>> {
    let link = link(rows, command.to)?;
    let up_to = command.up_to + u64::from(planted(Plant::AcknowledgeOneTooMany));
    let up_to = up_to.min(link.sent);
    if up_to <= link.acknowledged {
        return Ok(Next::Answer(()));
    }
    for no in link.acknowledged + 1..=up_to {
        if !planted(Plant::AcknowledgedParcelsStay) {
            rows.delete::<Outbox>((rows.slot(), command.to, no));
        }
    }
    rows.put(Link { acknowledged: up_to, ..link });
    Ok(Next::Answer(()))
}
