//! Messages between cells: each is applied once and in its turn, whatever the network does.

use super::{Mismatch, Model, Step, mismatch};
use base::Slot;
use engine::{Acknowledge, Message, Parcel, ParcelRefused, Reply};
use std::collections::VecDeque;

impl Model {
    /// Where the words of the decision at hand go: to slots at home after it, to others as parcels.
    pub(super) fn leave(&mut self, step: &Step, waiting: &mut VecDeque<(Slot, Message)>) {
        for (to, message) in std::mem::take(&mut self.said) {
            if step.home.contains(to) {
                waiting.push_back((to, message));
                continue;
            }
            let way = self.ways.entry((step.slot, to)).or_default();
            way.sent += 1;
            let parcel = Parcel { from: step.slot, to, no: way.sent, origin: step.origin, message };
            way.parcels.insert(way.sent, (parcel, step.now()));
            self.seen.count("a parcel left");
        }
    }

    /// A parcel arrived. The model applies its own copy. Gives the answer to who carries it, and the answer that ends
    /// the parcel's chain, if it does.
    pub(super) fn receive(
        &mut self,
        step: &mut Step,
        parcel: &Parcel,
    ) -> Result<(Reply, Option<Reply>), Mismatch> {
        step.origin = parcel.origin;
        let way = self.ways.entry((parcel.from, parcel.to)).or_default();
        let received = way.received;
        if parcel.no > received + 1 {
            self.seen.count("a parcel that came too early was refused");
            return Ok((Reply::Receive(Err(ParcelRefused::Gap { received })), None));
        }
        if parcel.no <= received {
            self.seen.count("a parcel that came again was ignored");
            return Ok((Reply::Receive(Ok(received)), None));
        }
        let Some((own, _)) = way.parcels.get(&parcel.no) else {
            return mismatch(format!("a parcel was applied that nobody sent: {parcel:?}"));
        };
        let (own_text, text) = (format!("{own:?}"), format!("{parcel:?}"));
        if own_text != text {
            return mismatch(format!(
                "a parcel says something else than was sent:\n  sent    {own_text}\n  arrived {text}"
            ));
        }
        way.received += 1;
        let message = own.message.clone();
        self.seen.count("a parcel arrived");
        let answered = self.hear(step, &message);
        Ok((Reply::Receive(Ok(parcel.no)), answered))
    }

    /// The receiver has applied parcels: the sender forgets them.
    pub(super) fn acknowledge(&mut self, asked: &Acknowledge) -> Result<Reply, Mismatch> {
        let Some(way) = self.ways.get_mut(&(asked.from, asked.to)) else {
            return Ok(Reply::Acknowledge(Ok(())));
        };
        let up_to = asked.up_to.min(way.sent);
        if up_to > way.received {
            return mismatch(format!(
                "parcels from slot {} to slot {} are forgotten up to {up_to}, but only those up to {} are applied",
                asked.from, asked.to, way.received
            ));
        }
        if up_to > way.acknowledged {
            way.acknowledged = up_to;
            way.parcels.retain(|no, _| *no > up_to);
            self.seen.count("parcels were acknowledged");
        }
        Ok(Reply::Acknowledge(Ok(())))
    }
}
