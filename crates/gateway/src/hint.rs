//! What a developer should know about a wrong signature or serial: the doctor of `wire` finds it. Only for sandbox
//! worlds, in a response header and the log, never in the signed body; a hint is a fixed text, so that nothing of the
//! request is in it.

use crate::Gateway;
use base::AppId;
use wire::canonical::request_text;
use wire::cert::Certificate;
use wire::doctor::{Keys, Mistake, Serials, diagnose, mixed_up};
use wire::params::Params;
use wire::sign::{PublicKey, SignType};

/// Longest text that is examined here: dozens of its variants are made, and anybody may send it. The page and the
/// command take longer ones.
const EXAMINED_BYTES_MAX: usize = 64 * 1024;

/// The keys of an app beside its current one.
pub(crate) struct OwnKeys {
    /// The other one that calls may be signed with.
    pub(crate) second: Option<PublicKey>,
    /// Those it had before, the latest first.
    pub(crate) retired: Vec<PublicKey>,
}

/// What is wrong with the signature of a request.
pub(crate) fn of_signature(
    gateway: &Gateway,
    params: &Params,
    app: AppId,
    (key, own): (&PublicKey, &OwnKeys),
    others: &[PublicKey],
) -> Option<Mistake> {
    if !gateway.world.sandbox {
        return None;
    }
    if request_text(params, false).len() > EXAMINED_BYTES_MAX {
        return told(app, Mistake::Unknown);
    }
    let platform = gateway.world.signing_key(key.usual_sign_type());
    let platform = platform.map(|key| key.public_key());
    let keys = Keys { registered: key, second: own.second.as_ref(), retired: &own.retired, platform, others };
    told(app, diagnose(params, &keys)?.mistake)
}

/// What is wrong with a request that names a sign type of another algorithm than its app's key.
pub(crate) fn of_sign_type(
    gateway: &Gateway,
    params: &Params,
    app: AppId,
    (key, own): (&PublicKey, &OwnKeys),
    named: SignType,
    others: &[PublicKey],
) -> Option<Mistake> {
    match params.get("sign") {
        None | Some(b"") => of_algorithm(gateway, app, key, named, None),
        Some(_) => of_signature(gateway, params, app, (key, own), others),
    }
}

/// Whether SM2 and RSA are mixed up: all that is known of a call of v3.
pub(crate) fn of_algorithm(
    gateway: &Gateway,
    app: AppId,
    key: &PublicKey,
    named: SignType,
    sign: Option<&str>,
) -> Option<Mistake> {
    if gateway.world.sandbox { told(app, mixed_up(key, named, sign)?) } else { None }
}

/// What is wrong with `app_cert_sn`, or else with `alipay_root_cert_sn`.
pub(crate) fn of_serials(
    gateway: &Gateway,
    app: AppId,
    certificate: &Certificate,
    given: &[u8],
    roots: &[u8],
) -> Option<Mistake> {
    if !gateway.world.sandbox {
        return None;
    }
    let sign_type = certificate.public_key.usual_sign_type();
    let platform = gateway.world.platform_of(sign_type)?;
    let serials = Serials {
        app: certificate,
        platform_sn: &platform.cert_sn,
        root_sn: &platform.root_sn,
        other_root_sn: gateway.world.other_root_sn(sign_type),
    };
    let found = serials.diagnose_app(given).or_else(|| serials.diagnose_root(roots))?;
    told(app, found.mistake)
}

/// One event per wrong request: its app and the mistake's name, nothing of what it said.
fn told(app: AppId, mistake: Mistake) -> Option<Mistake> {
    tracing::info!(app_id = %app, mistake = mistake.name(), "a signature was wrong");
    Some(mistake)
}
