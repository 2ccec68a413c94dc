//! The list of methods: what is here, what the API has beside it, and how a method is run.

use crate::codes::Failure;
use crate::verify::Verified;
use crate::{Gateway, known, methods};
use base::OrderNo;
use std::future::Future;
use std::pin::Pin;
use wire::envelope::Response;
use wire::json::Object;

/// What a method did.
pub(crate) enum Done {
    /// It has this to say.
    Say(Response),
    /// It opened an order that a buyer takes up at the cashier.
    Opened {
        /// The order.
        order_no: OrderNo,
        /// What is said to a caller that is no browser.
        response: Response,
    },
}

/// Who waits for the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Face {
    /// A program: always an envelope.
    Answer,
    /// A browser: sent on to the cashier, or shown a page that says why not.
    Page,
    /// The wallet, which takes an order string; a program that calls it over HTTP gets an envelope.
    OrderString,
}

/// What running a method gives.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>>;

/// A method that is simulated here.
pub(crate) struct Method {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// What it does, for lists.
    pub(crate) title: &'static str,
    /// Who waits for its answer.
    pub(crate) face: Face,
    /// Whether `version` may be absent: one client leaves it out of one call.
    pub(crate) version_optional: bool,
    /// Runs it.
    pub(crate) run: for<'a> fn(&'a Gateway, Verified<Object>) -> Running<'a>,
}

/// Every method that is here.
static METHODS: &[&Method] = &[
    &methods::open_app_alipaycert_download::METHOD,
    &methods::trade_app_pay::METHOD,
    &methods::trade_cancel::METHOD,
    &methods::trade_close::METHOD,
    &methods::trade_create::METHOD,
    &methods::trade_fastpay_refund_query::METHOD,
    &methods::trade_order_onsettle_query::METHOD,
    &methods::trade_order_settle::METHOD,
    &methods::trade_order_settle_query::METHOD,
    &methods::trade_page_pay::METHOD,
    &methods::trade_pay::METHOD,
    &methods::trade_precreate::METHOD,
    &methods::trade_query::METHOD,
    &methods::trade_refund::METHOD,
    &methods::trade_royalty_rate_query::METHOD,
    &methods::trade_royalty_relation_batchquery::METHOD,
    &methods::trade_royalty_relation_bind::METHOD,
    &methods::trade_royalty_relation_unbind::METHOD,
    &methods::trade_wap_pay::METHOD,
];

/// A method's place in this world.
pub(crate) enum Standing {
    /// It is here.
    Here(&'static Method),
    /// The API has it, this world not yet.
    Known(String),
}

/// Where a method stands; `None` when the API has no method of this name.
pub(crate) fn standing(name: &str) -> Option<Standing> {
    match METHODS.iter().find(|method| method.name == name) {
        Some(method) => Some(Standing::Here(method)),
        None => known::is_known(name).then(|| Standing::Known(name.to_owned())),
    }
}

/// A method as lists of the API show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it does.
    pub title: &'static str,
}

/// Every method that is simulated, by name.
pub fn method_list() -> impl Iterator<Item = Listed> {
    METHODS.iter().map(|method| Listed { name: method.name, title: method.title })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_one_that_the_api_has() {
        assert!(method_list().map(|method| method.name).is_sorted());
        for method in method_list() {
            assert!(known::is_known(method.name), "{}", method.name);
            assert!(matches!(standing(method.name), Some(Standing::Here(_))));
        }
        assert!(matches!(standing("alipay.trade.settle.confirm"), Some(Standing::Known(_))));
        assert!(standing("alipay.trade.nonsense").is_none());
    }
}
