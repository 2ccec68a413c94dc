//! What operators do about contracts: one proposes, another approves what stands there then.

use crate::caller::{Calling, Word, ask};
use crate::plan::Act;
use crate::world::World;
use base::{MINUTE_US, PartyId, Text};
use cell::Door;
use engine::{ApproveContract, FindContracts, FindUnsettled, ProposeContract, Reply};
use money::{Currency, Rate};
use trade::{ContractProduct, ContractStatus, ContractTerms, SettlementTerm};

/// What towns have contracts for; places in this list.
const PRODUCTS: [ContractProduct; 4] = [
    ContractProduct::FaceToFace,
    ContractProduct::MiniProgram,
    ContractProduct::DebitAgreement,
    ContractProduct::Transfer,
];

impl World {
    pub(crate) fn act_of_contracts(&mut self, act: Act) {
        match act {
            Act::Contract { merchant, product, fee_ppm, next_day, ended, in_minutes, alone } => {
                let (seller, _) = self.people.shop(merchant);
                let from_us = self.schedule.now_us() + in_minutes * MINUTE_US;
                let terms = ContractTerms {
                    status: if ended { ContractStatus::Ended } else { ContractStatus::InForce },
                    fee_ppm: Rate::from_ppm(fee_ppm).expect("a rate of a town is small"),
                    valid_from_us: (in_minutes != 0).then_some(from_us),
                    settlement: if next_day { SettlementTerm::NextDay } else { SettlementTerm::SameDay },
                };
                let product = PRODUCTS[usize::from(product) % PRODUCTS.len()];
                let second = if alone { "ada" } else { "bea" };
                self.begin("contract", |door| agree(door.clone(), (seller, product), terms, second));
            }
            Act::LookAtContracts { merchant } => {
                let (seller, _) = self.people.shop(merchant);
                self.command(FindContracts { seller }.into());
                self.command(FindUnsettled { seller, currency: Currency::Cny }.into());
            }
            of_transfers => self.act_of_transfers(of_transfers),
        }
    }
}

/// Reads how the contract stands, proposes the next version, and has it approved. An end keeps the fee and the
/// settlement that it finds.
fn agree(
    door: Door,
    (seller, product): (PartyId, ContractProduct),
    mut terms: ContractTerms,
    second: &'static str,
) -> Calling<Word> {
    Box::pin(async move {
        let found = ask(&door, FindContracts { seller }.into()).await;
        let Ok(Reply::FindContracts(Ok(views))) = &found else { return Word::Cell(found) };
        let Some(view) = views.iter().find(|view| view.product == product) else { return Word::Cell(found) };
        let held = view.waiting.first().or(view.in_force.as_ref());
        if let Some(held) = held.filter(|_| terms.status == ContractStatus::Ended) {
            (terms.fee_ppm, terms.settlement) = (held.fee_ppm, held.settlement);
        }
        let (base_version, name) = (view.version, |name| Text::new(name).expect("it is short"));
        let (operator, reason) = (name("ada"), Text::new("volume").expect("it is short"));
        let (first, why) = (operator.clone(), reason.clone());
        let proposal = ProposeContract { operator: first, seller, product, base_version, terms, reason: why };
        let proposed = ask(&door, proposal.into()).await;
        let Ok(Reply::ProposeContract(Ok(proposal))) = &proposed else { return Word::Cell(proposed) };
        let (version, operator) = (proposal.version, name(second));
        Word::Cell(
            ask(&door, ApproveContract { operator, seller, product, version, terms, reason }.into()).await,
        )
    })
}
