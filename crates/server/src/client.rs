//! How the command line calls a server that runs.

use anyhow::Context;
use reqwest::Client;
use reqwest::redirect::Policy;

/// A client that goes where it is told and nowhere else: no proxy, no redirects.
pub(crate) fn client() -> anyhow::Result<Client> {
    // Another part of the process may have chosen its provider already.
    let _chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().redirect(Policy::none()).build().context("no HTTP client can be made")
}
