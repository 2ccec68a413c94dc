//! `tongbao bank`: serves the simulated bank of a folder until SIGTERM or SIGINT.

use crate::cli::BankArgs;
use crate::signals::Signals;
use crate::{print, private_file, threads};
use ::bank::fault::Rates;
use ::bank::{Books, Folder};
use anyhow::{Context, bail};
use serde_json::json;
use std::fs;
use std::path::Path;
use tokio::net::TcpListener;

/// Threads that answer: calls are done one after the other anyway.
const THREADS: usize = 2;

/// Starts, says so on one line of standard output, serves, and ends.
pub(crate) fn run(args: &BankArgs) -> anyhow::Result<()> {
    let rates = args.faults.as_deref().map(read_rates).transpose()?;
    let folder = Folder::claim(&args.data)?;
    let secret_file = folder.secret_file();
    let books = Books::open(folder, args.seed, rates)?;
    let seed = books.seed();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    let served = runtime.block_on(async {
        // From here on a signal does not kill; it waits until we listen for it.
        let mut signals = Signals::new()?;
        let listener = TcpListener::bind(&args.listen).await;
        let listener = listener.with_context(|| format!("{} cannot be listened on", args.listen))?;
        let address = listener.local_addr().context("a socket without an address")?;
        let ready = json!({
            "bank": format!("http://{address}"),
            "secret_file": secret_file,
            "seed": seed,
            "pid": std::process::id(),
        });
        print::out(&ready.to_string())?;
        let stop = async {
            let name = signals.next().await;
            tracing::info!(signal = name, "stopping");
        };
        Ok(::bank::serve(listener, books, stop).await?)
    });
    threads::end(runtime);
    served
}

fn read_rates(path: &Path) -> anyhow::Result<Rates> {
    let named = || format!("{} is no file of fault rates", path.display());
    if fs::metadata(path).with_context(named)?.len() > private_file::BYTES_MAX {
        bail!("{} is too large", path.display());
    }
    let text = fs::read_to_string(path).with_context(named)?;
    basic_toml::from_str(&text).with_context(named)
}
