//! The banks, as far as the gateway asks them: whose card it is that a merchant sends money to. The server speaks with
//! them.

use base::Secret;
use engine::{NoPayeeCard, PayeeCard};
use std::pin::Pin;

/// A payee's card, in memory for the call only.
#[derive(Debug)]
pub struct PayeeAsked {
    /// Keyed digest of number and name: what the card is known by here, and what names the question at the bank.
    pub digest: [u8; 16],
    /// The card's number.
    pub number: Secret<String>,
    /// The holder's name, as the merchant has it.
    pub holder: Secret<String>,
}

/// What a bank will say of a payee's card.
pub type Naming<'a> = Pin<Box<dyn Future<Output = Result<PayeeCard, NoPayeeCard>> + Send + 'a>>;

/// Asks banks for names of cards that money is sent to.
pub trait PayeeBank: Send + Sync {
    /// The bank's name of the card. The same again gives the same; nothing moves by it.
    fn name_payee(&self, asked: PayeeAsked) -> Naming<'_>;
}
