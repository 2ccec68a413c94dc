//! Orders, agreements and freezes that a request in text opens: the portal reads forms, the gateway knows their words.

use base::OrderNo;
use gateway::Gateway;
use portal::{Freezing, Intake, Offering, Opening};
use std::sync::Arc;

/// The gateway, as the portal's tools ask it.
pub(crate) struct OrderIntake(pub(crate) Arc<Gateway>);

impl Intake for OrderIntake {
    fn open(&self, text: String) -> Opening<'_> {
        Box::pin(async move {
            let opened: Result<OrderNo, _> = self.0.open_order_text(&text).await;
            opened.map_err(|refusal| refusal.to_string())
        })
    }

    fn offer(&self, text: String) -> Offering<'_> {
        Box::pin(
            async move { self.0.offer_agreement_text(&text).await.map_err(|refusal| refusal.to_string()) },
        )
    }

    fn freeze(&self, text: String) -> Freezing<'_> {
        Box::pin(async move { self.0.open_freeze_text(&text).await.map_err(|refusal| refusal.to_string()) })
    }
}
