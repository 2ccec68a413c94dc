//! The list of methods: what is here, what the API has beside it, and how a method is run.

use crate::codes::Failure;
use crate::facts::Facts;
use crate::verify::Verified;
use crate::{Gateway, held, known, methods, open_ids};
use base::{AgreementNo, AppId, FreezeNo, OrderNo};
use std::future::Future;
use std::pin::Pin;
use wire::envelope::Response;
use wire::json::Object;
use world::World;

/// What a method did.
pub(crate) enum Done {
    /// It has this to say.
    Say(Response),
    /// It sends a browser on to one of our own pages.
    Go {
        /// The page.
        to: Page,
        /// What is said to a caller that is no browser.
        response: Response,
    },
}

/// A page of ours on which a person goes on with what a method began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Page {
    /// The cashier, where a buyer takes up this order.
    Cashier(OrderNo),
    /// Where a buyer signs this agreement.
    Agreement(AgreementNo),
    /// Where a payer agrees to this pre-authorisation.
    Freeze(FreezeNo),
    /// Where a person passes or fails the certification of this id.
    Certify(String),
}

impl Page {
    /// Its address.
    pub(crate) fn url(&self, world: &World) -> String {
        match self {
            Page::Cashier(order_no) => world.cashier_url(*order_no),
            Page::Agreement(agreement_no) => world.agreement_url(*agreement_no),
            Page::Freeze(freeze) => world.freeze_url(*freeze),
            Page::Certify(certify_id) => world.certify_url(certify_id),
        }
    }
}

/// Who waits for the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Face {
    /// A program: always an envelope.
    Answer,
    /// A browser: sent on to this page, or shown one that says why not.
    Page(PageKind),
    /// The wallet, which takes an order string to this page; a program that calls it over HTTP gets an envelope.
    OrderString(PageKind),
}

impl Face {
    /// The kind of page on which a person goes on; none when a program is answered.
    pub(crate) const fn leads_to(self) -> Option<PageKind> {
        match self {
            Face::Answer => None,
            Face::Page(kind) | Face::OrderString(kind) => Some(kind),
        }
    }
}

/// The kinds of [`Page`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PageKind {
    /// The cashier.
    Cashier,
    /// Where agreements are signed.
    Agreement,
    /// Where pre-authorisations are agreed to.
    Freeze,
    /// Where certifications end.
    Certify,
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
    /// Whether its answer holds in a world for trying out alone, because nothing is looked at to give it. A live world
    /// answers as to a method that is not simulated.
    pub(crate) sandbox_only: bool,
    /// What it says of itself.
    pub(crate) facts: Facts,
    /// Runs it; called by [`Method::start`] alone.
    pub(crate) run: for<'a> fn(&'a Gateway, Verified<Object>) -> Running<'a>,
}

/// Methods whose fields are parameters of their own on v2, beside the common ones, and not in `biz_content`.
const OWN_PARAMETERS: [&str; 3] =
    ["alipay.open.file.upload", "alipay.system.oauth.token", "alipay.user.info.share"];

impl Method {
    /// Runs it. In debug builds it is held to what it says of itself.
    pub(crate) async fn start(&self, gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
        let app = call.caller().app.id;
        let call = if gateway.world.apps.of(app).open_id {
            call.with(|fields| open_ids::numbered(&gateway.world, app, fields))?
        } else {
            call
        };
        self.told(gateway, app, (self.run)(gateway, call).await)
    }

    /// What it did, in its own words and with the names by which the app knows users.
    pub(crate) fn told(
        &self,
        gateway: &Gateway,
        app: AppId,
        done: Result<Done, Failure>,
    ) -> Result<Done, Failure> {
        let mut done = done.map_err(|failure| failure.told_as(self.facts.wrong));
        if cfg!(debug_assertions) {
            held::to_its_facts(self, &done);
        }
        if gateway.world.apps.of(app).open_id {
            open_ids::named(&gateway.world, app, self.facts.answers, &mut done);
        }
        done
    }

    /// Whether its fields stand beside the common parameters on v2.
    pub(crate) fn has_own_parameters(&self) -> bool {
        OWN_PARAMETERS.contains(&self.name)
    }
}

/// Every method that is here.
pub(crate) static METHODS: &[&Method] = &[
    &methods::data_bill_accountlog_query::METHOD,
    &methods::data_bill_balance_query::METHOD,
    &methods::data_bill_balancehis_query::METHOD,
    &methods::data_bill_buy_query::METHOD,
    &methods::data_bill_sell_query::METHOD,
    &methods::data_dataservice_bill_downloadurl_query::METHOD,
    &methods::fund_account_query::METHOD,
    &methods::fund_auth_operation_cancel::METHOD,
    &methods::fund_auth_operation_detail_query::METHOD,
    &methods::fund_auth_order_app_freeze::METHOD,
    &methods::fund_auth_order_freeze::METHOD,
    &methods::fund_auth_order_unfreeze::METHOD,
    &methods::fund_auth_order_voucher_create::METHOD,
    &methods::fund_batch_create::METHOD,
    &methods::fund_batch_detail_query::METHOD,
    &methods::fund_quota_query::METHOD,
    &methods::fund_trans_common_query::METHOD,
    &methods::fund_trans_order_query::METHOD,
    &methods::fund_trans_toaccount_transfer::METHOD,
    &methods::fund_trans_uni_transfer::METHOD,
    &methods::offline_market_shop_category_query::METHOD,
    &methods::open_app_alipaycert_download::METHOD,
    &methods::open_app_qrcode_create::METHOD,
    &methods::open_auth_appauth_invite_create::METHOD,
    &methods::open_auth_token_app::METHOD,
    &methods::open_auth_token_app_query::METHOD,
    &methods::open_auth_userauth_relationship_query::METHOD,
    &methods::open_file_upload::METHOD,
    &methods::security_risk_content_analyze::METHOD,
    &methods::system_oauth_token::METHOD,
    &methods::trade_advance_consult::METHOD,
    &methods::trade_app_pay::METHOD,
    &methods::trade_cancel::METHOD,
    &methods::trade_close::METHOD,
    &methods::trade_create::METHOD,
    &methods::trade_fastpay_refund_query::METHOD,
    &methods::trade_order_onsettle_query::METHOD,
    &methods::trade_order_settle::METHOD,
    &methods::trade_order_settle_query::METHOD,
    &methods::trade_orderinfo_sync::METHOD,
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
    &methods::user_agreement_executionplan_modify::METHOD,
    &methods::user_agreement_page_sign::METHOD,
    &methods::user_agreement_query::METHOD,
    &methods::user_agreement_unsign::METHOD,
    &methods::user_certify_open_certify::METHOD,
    &methods::user_certify_open_initialize::METHOD,
    &methods::user_certify_open_query::METHOD,
    &methods::user_deloauth_detail_query::METHOD,
    &methods::user_info_share::METHOD,
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
    /// Whether a live world does not have it.
    pub sandbox_only: bool,
}

/// Every method that is simulated, by name.
pub fn method_list() -> impl Iterator<Item = Listed> {
    METHODS.iter().map(|method| {
        let Method { name, title, sandbox_only, .. } = **method;
        Listed { name, title, sandbox_only }
    })
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

    #[test]
    fn the_guide_of_the_rest_interface_names_every_method_that_it_serves() {
        let guide = include_str!("../../../docs/guide/rest.md");
        for method in METHODS {
            let named = guide.contains(&format!("`{}`", method.name));
            // Pages and order strings are named as a whole, so that nobody takes them for served.
            assert!(named || method.face != Face::Answer, "{}", method.name);
            assert!(!named || method.face == Face::Answer, "{}", method.name);
        }
    }
}
